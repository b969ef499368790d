// Pictures of two pages and of what differs. Every one carries the marks of a proof and says which version it shows,
// so that none can pass for the current proof.
import { join } from 'node:path';
import sharp from 'sharp';
import type { ComparedPictures, Language } from '../contract';
import { widthOf } from '../drawing/lettering';
import { type MarkPlan, mark } from '../drawing/marks';
import type { Item } from '../drawing/sheet';
import { drawSheet } from '../drawing/sheet-image';
import { rounded, roundedRect, type Size } from '../geometry';
import type { Pixels } from '../look';
import { comparisonWords, slugWords } from '../words/slug';
import type { ChangedPixels } from './changed-pixels';
import { Ground } from './ground';

const WEBP = { quality: 84, effort: 1 };
const BAND_SHARE = 1 / 28;
const BAND_PX = { min: 30, max: 90 };
const LINE_SHARE = 1 / 600;

type Colour = [number, number, number];
/** What stands only in the older version, what only in the newer one, and what is there in another colour. */
const WENT: Colour = [0xc2, 0x18, 0x5b];
const CAME: Colour = [0x0b, 0x5c, 0xad];
const OTHER: Colour = [0x6b, 0x2f, 0xa0];
/** Something stands out where it is this much farther from the ground than the other version is. */
const OUTSTANDS = 1.6;
/** What stayed the same is shown as grey as this, so that the two colours stand out. */
const PALE = 0.3;

/** One version's page with its bleed, not yet marked. */
export interface Side {
  pixels: Pixels;
  trim_mm: Size;
  bleed_mm: number;
  safe_mm: number;
}

export interface PicturePlan {
  /** Begins the names of the files. */
  name: string;
  before: Side | null;
  after: Side | null;
  changed: ChangedPixels | null;
  versions: [number, number];
  language: Language;
  out_folder: string;
}

export async function drawPictures(plan: PicturePlan): Promise<ComparedPictures> {
  const { before, after, changed } = plan;
  const shown = (after ?? before)!;
  const { width, height, px_per_mm } = shown.pixels;
  const band_px = Math.round(Math.min(BAND_PX.max, Math.max(BAND_PX.min, width * BAND_SHARE)));
  const [from, to] = plan.versions;
  const words = comparisonWords[plan.language];
  const write = (kind: string, side: Side, pixels: Pixels, label: string) =>
    writePicture(join(plan.out_folder, `${kind}-${plan.name}.webp`), { ...side, pixels }, label, band_px);
  const both = before && after && changed;
  const overlay = both ? mixed(before.pixels, after.pixels) : null;
  const difference = both ? told(before.pixels, after.pixels, changed) : null;
  await Promise.all([
    before && write('before', before, before.pixels, words.before(from)),
    after && write('after', after, after.pixels, words.after(to)),
    overlay && write('overlay', shown, overlay, words.overlay(from, to)),
    difference && write('difference', shown, difference, words.difference(from, to)),
  ]);
  const file = (kind: string, isThere: unknown) => (isThere ? `${kind}-${plan.name}.webp` : null);
  return {
    before: file('before', before),
    after: file('after', after),
    overlay: file('overlay', overlay),
    difference: file('difference', difference),
    width_px: width,
    height_px: height + band_px,
    trim_px: roundedRect({
      x: shown.bleed_mm * px_per_mm,
      y: shown.bleed_mm * px_per_mm + band_px,
      width: shown.trim_mm.width * px_per_mm,
      height: shown.trim_mm.height * px_per_mm,
    }),
    pixels_per_mm: rounded(px_per_mm, 4),
  };
}

async function writePicture(path: string, side: Side, label: string, band_px: number): Promise<void> {
  const { pixels } = side;
  await mark(pixels, marksOf(side));
  const px = { width: pixels.width, height: band_px };
  const head = await drawSheet(band(px, label), px, 1);
  const data = Buffer.concat([head, pixels.data]);
  await sharp(data, { raw: { width: px.width, height: pixels.height + band_px, channels: 3 } })
    .webp(WEBP)
    .toFile(path);
}

function marksOf({ pixels, trim_mm, bleed_mm, safe_mm }: Side): MarkPlan {
  const inset = (by: number) => ({
    x: Math.round((bleed_mm + by) * pixels.px_per_mm),
    y: Math.round((bleed_mm + by) * pixels.px_per_mm),
    width: Math.round((trim_mm.width - 2 * by) * pixels.px_per_mm),
    height: Math.round((trim_mm.height - 2 * by) * pixels.px_per_mm),
  });
  const line_px = Math.max(2, Math.max(pixels.width, pixels.height) * LINE_SHARE);
  return { trim_px: inset(0), safe_px: inset(safe_mm), line_px, words: slugWords.watermark.en };
}

function band({ width, height }: Size, label: string): Item[] {
  const margin = height * 0.4;
  const wanted = height * 0.52;
  const size = Math.min(wanted, (wanted * (width - 2 * margin)) / widthOf(label, 'semibold', wanted));
  return [
    { is: 'box', rect: { x: 0, y: 0, width, height }, colour: '#24292e' },
    {
      is: 'text',
      at: [margin, height / 2 + size * 0.33],
      size,
      words: label,
      weight: 'semibold',
      colour: '#ffffff',
    },
  ];
}

function mixed(before: Pixels, after: Pixels): Pixels {
  const data = Buffer.allocUnsafe(after.data.length);
  for (let at = 0; at < data.length; at += 1) data[at] = (before.data[at]! + after.data[at]!) >> 1;
  return { ...after, data };
}

/** The newer page in pale grey; what differs in one of three colours, a pixel wider on every side. */
function told(before: Pixels, after: Pixels, { marks, width, height }: ChangedPixels): Pixels {
  const data = Buffer.allocUnsafe(after.data.length);
  for (let pixel = 0, at = 0; pixel < marks.length; pixel += 1, at += 3) {
    const grey = 255 - (255 - light(after.data, at)) * PALE;
    data[at] = grey;
    data[at + 1] = grey;
    data[at + 2] = grey;
  }
  const ground = new Ground(before, after);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      if (marks[pixel] === 0) continue;
      const old = ground.distance(before.data, pixel, x, y);
      const now = ground.distance(after.data, pixel, x, y);
      const colour = Math.max(old, now) < OUTSTANDS * Math.min(old, now) ? OTHER : old > now ? WENT : CAME;
      paint(data, width, height, x, y, colour);
    }
  }
  return { ...after, data };
}

function paint(data: Buffer, width: number, height: number, x: number, y: number, colour: Colour): void {
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
      const at = (row * width + column) * 3;
      data[at] = colour[0];
      data[at + 1] = colour[1];
      data[at + 2] = colour[2];
    }
  }
}

function light(data: Buffer, at: number): number {
  return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
}
