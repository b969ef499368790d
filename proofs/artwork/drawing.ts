// SVG artwork. Read from memory and not from its folder, so that it cannot point at a file beside it.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { PrintSpecification } from '../contract';
import { fitPage, onTrim } from '../fit';
import { MM_PER_INCH, type Rect, rounded, type Size } from '../geometry';
import { MAX_DRAWN_SIDE_PX, MAX_PICTURE_PIXELS } from '../limits';
import type { Artwork, Look, PageLook, Pixels } from '../look';
import { noFeatures, noPainting } from '../look';
import { refused } from '../refused';

const CSS_PX_PER_INCH = 96;
// What libvips calls the natural size of a drawing.
const NATURAL_DENSITY = 72;
const MAX_DENSITY = 100_000;
const LIVE_TEXT = /<(\w+:)?text[\s>]/i;
const OWN_SIZE = /<(\w+:)?svg[^>]*\swidth\s*=\s*["']\s*[\d.]+\s*(mm|cm|in|pt|pc)/i;

/** Throws Refused for a drawing that is damaged or claims an impossible size. */
export async function openDrawing(path: string, specification: PrintSpecification): Promise<Artwork> {
  const source = await readFile(path);
  const natural = await naturalSize(source);
  const markup = source.toString('utf8');
  const has_own_size = OWN_SIZE.test(markup);
  const mm = MM_PER_INCH / (has_own_size ? NATURAL_DENSITY : CSS_PX_PER_INCH);
  const page: Rect = { x: 0, y: 0, width: natural.width * mm, height: natural.height * mm };
  const look: Look = {
    kind: 'svg',
    specification,
    page_count: 1,
    pages: [pageLook(page, specification)],
    fonts: askedFonts(markup).map((name) => ({ name, embedded: false, pages: [1] })),
    colour_spaces: ['DeviceRGB'],
    spot_colours: [],
    output_intent: null,
    print_standard: null,
    inks: null,
    features: {
      ...noFeatures,
      scripts: count(markup, /<(\w+:)?script[\s>]/gi) + count(markup, /\son\w+\s*=/gi),
      outside_references: count(
        markup,
        /(href\s*=\s*["']|url\(\s*["']?|@import\s+["'])\s*(https?:|file:|\/\/)/gi,
      ),
      has_own_size,
      live_text_in_drawing: LIVE_TEXT.test(markup),
    },
    is_fully_read: true,
    had_owner_password: false,
  };
  return {
    look,
    draw: (_page, px) => draw(source, natural, page, px, look),
    text: () => null,
    wordsAt: () => '',
    share: () => ({ kind: 'svg', path, look }),
    close: () => {},
  };
}

const FONT_FAMILIES = /font-family\s*[:=]\s*(["']?)([^;"'}>]+(?:'[^']*'[^;"}>]*)*)\1/gi;
const GENERIC = /^(serif|sans-serif|monospace|cursive|fantasy|system-ui|inherit|initial)$/i;
const MAX_FONTS = 20;

/** The typefaces that live text asks for, as the drawing writes them. */
function askedFonts(markup: string): string[] {
  if (!LIVE_TEXT.test(markup)) return [];
  const families = [...markup.matchAll(FONT_FAMILIES)].flatMap(([, , list]) => list!.split(','));
  const names = families.map((name) => name.replace(/["']|&quot;|&apos;/g, '').trim());
  return [...new Set(names.filter((name) => name && !GENERIC.test(name)))].slice(0, MAX_FONTS);
}

async function naturalSize(source: Buffer): Promise<Size> {
  try {
    const { width, height } = await sharp(source, {
      density: NATURAL_DENSITY,
      limitInputPixels: MAX_PICTURE_PIXELS.svg,
    }).metadata();
    if (width * height > MAX_PICTURE_PIXELS.svg) throw refused('picture-too-complex');
    return { width, height };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    throw /limit|dimensions|too large|excee/i.test(message)
      ? refused('picture-too-complex')
      : refused('damaged');
  }
}

function pageLook(page: Rect, specification: PrintSpecification): PageLook {
  return {
    number: 1,
    width_mm: rounded(page.width),
    height_mm: rounded(page.height),
    rotation: 0,
    boxes_mm: {},
    fit: fitPage([page], specification),
    lost_mm: null,
    images: [],
    words: [],
    running_number: null,
    has_text: false,
    is_spread: false,
    painting: noPainting,
    heaviest: null,
  };
}

async function draw(source: Buffer, natural: Size, page: Rect, px: Size, look: Look): Promise<Pixels> {
  const fit = look.pages[0]!.fit!;
  const bleed = look.specification.bleed_mm;
  const px_per_mm = px.width / (fit.trim.width + 2 * bleed);
  const placed = onTrim(fit, page);
  const left = Math.round((placed.x + bleed) * px_per_mm);
  const top = Math.round((placed.y + bleed) * px_per_mm);
  const whole: Size = {
    width: Math.round((placed.x + placed.width + bleed) * px_per_mm) - left,
    height: Math.round((placed.y + placed.height + bleed) * px_per_mm) - top,
  };
  const wanted = Math.min(MAX_DRAWN_SIDE_PX, whole.width);
  const density = Math.min(MAX_DENSITY, Math.max(1, (NATURAL_DENSITY * wanted) / natural.width));
  try {
    const picture = await sharp(source, { density, limitInputPixels: MAX_PICTURE_PIXELS.svg })
      .resize({ ...whole, fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer();
    return { ...px, data: onto(px, picture, whole, left, top), px_per_mm };
  } catch {
    throw refused('picture-too-complex');
  }
}

/** The picture at this place of a white sheet; what falls outside is cut. */
function onto(px: Size, picture: Buffer, size: Size, left: number, top: number): Buffer {
  const sheet = Buffer.alloc(px.width * px.height * 3, 0xff);
  const from = Math.max(0, -left);
  const to = Math.min(size.width, px.width - left);
  for (let y = Math.max(0, -top); y < Math.min(size.height, px.height - top); y += 1) {
    const row = picture.subarray((y * size.width + from) * 3, (y * size.width + to) * 3);
    sheet.set(row, ((y + top) * px.width + left + from) * 3);
  }
  return sheet;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
