// JPEG, PNG and TIFF, through libvips and always from the path: a picture of gigabytes never lies in memory whole.
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import type { PrintSpecification } from '../contract';
import { fitPicture, lost, onTrim } from '../fit';
import { MM_PER_INCH, rounded, type Size } from '../geometry';
import { MAX_PAGES, MAX_PICTURE_PIXELS } from '../limits';
import type { Artwork, Look, PageLook, Pixels } from '../look';
import { noFeatures, noPainting } from '../look';
import { refused } from '../refused';
import { cmykTiff } from './cmyk-tiff';
import { INK_SQUARE_MM } from './ink-square';
import { pngGamma, withUsualGamma } from './png-gamma';
import { type PressProfile, pressProfile, shopProfile } from './press-profile';

type PictureKind = 'jpeg' | 'png' | 'tiff';

const colourNames: Record<string, string> = {
  cmyk: 'DeviceCMYK',
  srgb: 'DeviceRGB',
  rgb: 'DeviceRGB',
  rgb16: 'DeviceRGB',
  'b-w': 'DeviceGray',
  grey16: 'DeviceGray',
  multiband: 'DeviceN',
  lab: 'Lab',
};

/** Throws Refused when the header cannot be read or asks for too many pixels. */
export async function openPicture(
  path: string,
  kind: PictureKind,
  specification: PrintSpecification,
): Promise<Artwork> {
  const header = await readHeader(path, kind);
  const count = kind === 'tiff' ? (header.pages ?? 1) : 1;
  if (count > MAX_PAGES) throw refused('too-many-pages', { found: count, limit: MAX_PAGES });
  const pages: PageLook[] = [];
  for (let page = 1; page <= count; page += 1) {
    const metadata = page === 1 ? header : await readHeader(path, kind, page);
    const look = pageLook(metadata, page, specification);
    if (isPlainCmyk(metadata)) look.heaviest = await heaviestInk(path, kind, look);
    pages.push(look);
  }
  const space = colourNames[header.space ?? ''] ?? 'DeviceRGB';
  const look: Look = {
    kind,
    specification,
    page_count: count,
    pages,
    fonts: [],
    colour_spaces: [space],
    spot_colours: [],
    output_intent: null,
    print_standard: null,
    inks: isPlainCmyk(header) ? { profile: pressProfileOf(header.icc), is_complete: true } : null,
    features: { ...noFeatures, transparency: header.hasAlpha ?? false },
    is_fully_read: true,
    had_owner_password: false,
  };
  return sharedPicture(path, kind, look);
}

/** A picture that has been looked at, by this thread or another. */
export function sharedPicture(path: string, kind: PictureKind, look: Look): Artwork {
  return {
    look,
    draw: (page, px) => draw(path, kind, page, px, look),
    text: () => null,
    wordsAt: () => '',
    share: () => ({ kind, path, look }),
    close: () => {},
  };
}

async function readHeader(path: string, kind: PictureKind, page = 1): Promise<Metadata> {
  let metadata: Metadata;
  try {
    metadata = await sharp(path, options(kind, page)).metadata();
  } catch (error) {
    throw isOverPixelLimit(error) ? await tooManyPixels(path) : refused('damaged');
  }
  if (metadata.width * metadata.height > MAX_PICTURE_PIXELS[kind]) {
    throw refused('too-many-pixels', { width: metadata.width, height: metadata.height });
  }
  return metadata;
}

function options(kind: PictureKind, page: number): SharpOptions {
  return {
    limitInputPixels: MAX_PICTURE_PIXELS[kind],
    failOn: 'error',
    ...(kind === 'tiff' ? { page: page - 1 } : {}),
  };
}

async function tooManyPixels(path: string): Promise<Error> {
  try {
    const { width, height } = await sharp(path, { limitInputPixels: false }).metadata();
    return refused('too-many-pixels', { width, height });
  } catch {
    return refused('picture-too-complex');
  }
}

function isOverPixelLimit(error: unknown): boolean {
  return error instanceof Error && /pixel limit/i.test(error.message);
}

function pageLook(metadata: Metadata, number: number, specification: PrintSpecification): PageLook {
  const { width, height } = metadata.autoOrient;
  const pixels = { width, height };
  const fit = fitPicture(pixels, specification);
  const { sides_mm, ends_mm } = lost(pixels, fit, specification.bleed_mm);
  return {
    number,
    width_mm: rounded(width * fit.scale),
    height_mm: rounded(height * fit.scale),
    rotation: 0,
    boxes_mm: {},
    fit,
    lost_mm: { sides: sides_mm, ends: ends_mm },
    images: [
      {
        place: onTrim(fit, { x: 0, y: 0, ...pixels }),
        ppi: MM_PER_INCH / fit.scale,
        is_one_bit: metadata.bitsPerSample === 1,
      },
    ],
    words: [],
    running_number: null,
    has_text: false,
    is_spread: false,
    painting: noPainting,
    heaviest: null,
  };
}

function isPlainCmyk({ space, hasAlpha }: Metadata): boolean {
  return space === 'cmyk' && !hasAlpha;
}

// One pixel for each square of the rule: shrinking is the mean that the rule asks for.
async function heaviestInk(path: string, kind: PictureKind, look: PageLook): Promise<PageLook['heaviest']> {
  const cells = (mm: number) => Math.max(1, Math.floor(mm / INK_SQUARE_MM));
  const { data, info } = await sharp(path, options(kind, look.number))
    .autoOrient()
    .pipelineColourspace('cmyk')
    .resize({ width: cells(look.width_mm), height: cells(look.height_mm), fit: 'fill' })
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw refused('page-damaged', { page: look.number });
    });
  const whole = look.images[0]!.place;
  const [width, height] = [whole.width / info.width, whole.height / info.height];
  let heaviest = { percent: 0, place: whole };
  for (let cell = 0; cell < info.width * info.height; cell += 1) {
    const at = cell * info.channels;
    const percent = (data.subarray(at, at + 4).reduce((sum, ink) => sum + ink, 0) / 255) * 100;
    if (percent <= heaviest.percent) continue;
    const x = whole.x + (cell % info.width) * width;
    const y = whole.y + Math.floor(cell / info.width) * height;
    heaviest = { percent, place: { x, y, width, height } };
  }
  return heaviest;
}

async function draw(path: string, kind: PictureKind, page: number, px: Size, look: Look): Promise<Pixels> {
  const { fit } = look.pages[page - 1]!;
  const source = sharp(path, options(kind, page));
  try {
    const metadata = await source.metadata();
    const { data, info } = await toScreenColours(
      isPlainCmyk(metadata) ? await shrunkCmyk(source, px, metadata) : source,
      px,
    );
    const gamma = kind === 'png' && !metadata.icc ? await pngGamma(path) : null;
    if (gamma) withUsualGamma(data, gamma);
    const px_per_mm = info.width / (fit!.trim.width + 2 * look.specification.bleed_mm);
    return { data, width: info.width, height: info.height, px_per_mm };
  } catch (error) {
    if (isOverPixelLimit(error)) throw refused('picture-too-complex');
    throw refused('page-damaged', { page });
  }
}

// Converting a 400-megapixel CMYK picture and then shrinking it takes 28 s; the other way round 2 s.
async function shrunkCmyk(source: Sharp, px: Size, { depth, icc }: Metadata): Promise<Sharp> {
  const is_deep = depth === 'ushort';
  const { data, info } = await source
    .autoOrient()
    .pipelineColourspace('cmyk')
    .resize({ ...px, fit: 'cover' })
    .toColourspace('cmyk')
    .raw({ depth: is_deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return sharp(cmykTiff(is_deep ? highBytes(data) : data, info, pressProfileOf(icc).bytes));
}

function highBytes(words: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(words.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = words[2 * at + 1]!;
  return bytes;
}

function pressProfileOf(icc: Buffer | undefined): PressProfile {
  return (icc && pressProfile(icc, 'artwork')) || shopProfile();
}

async function toScreenColours(source: Sharp, px: Size) {
  return source
    .autoOrient()
    .resize({ ...px, fit: 'cover' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}
