// The printing plates of a page, drawn coarsely: how much ink lies where. PDFium draws red, green and blue only, so
// two drawings are needed: one through a profile that shows cyan, magenta and yellow as their absence of red, green
// and blue, one that shows black.
import { type PDFArray, type PDFDocument, PDFName, type PDFRef, PDFStream } from 'pdf-lib';
import type { Rect, Size } from '../geometry';
import { plateProfile } from './plate-profile';
import { profiled, Rewriting } from './press-colours';

export const PLATE_PX_PER_MM = 1;

export interface Plates {
  /** A version of the document for each drawing; its pixels are inks, 255 for none. */
  write(plate: 'colours' | 'black'): Promise<Uint8Array>;
}

/**
 * Changes the document for good. `elsewhere` are pictures in inks that somebody else draws, through the same plate.
 * Screen colours count as no ink: they are separated within the limit later.
 */
export function platesOf(
  document: PDFDocument,
  elsewhere: ReadonlySet<PDFStream>,
  save: () => Promise<Uint8Array>,
): Plates {
  const inks = profiled(document, plateProfile('colours'), 4);
  const screen = profiled(document, plateProfile('no ink', 3), 3);
  const grey = profiled(document, plateProfile('no ink', 1), 1);
  const rewriting = new Rewriting(document, { inks, screen, grey, is_every_space: true }, elsewhere);
  for (const page of document.getPages()) rewriting.page(page);
  return {
    write: (plate) => {
      exchange(document, inks, plateProfile(plate));
      exchange(document, grey, plateProfile(plate === 'black' ? 'grey' : 'no ink', 1));
      return save();
    },
  };
}

function exchange(document: PDFDocument, space: PDFArray, profile: Buffer): void {
  const ref = space.get(1) as PDFRef;
  const known = document.context.lookup(ref, PDFStream);
  const channels = known.dict.get(PDFName.of('N'))!;
  document.context.assign(ref, document.context.stream(profile, { N: channels }));
}

/** The heaviest square of the trim, from two drawings of three bytes a pixel; in pixels of the drawing. */
export function heaviestSquare(
  colours: Buffer,
  black: Buffer,
  px: Size,
  trim: Rect,
  side: number,
): { percent: number; place: Rect } {
  const sums = summed(colours, black, px);
  const across = (at: number, end: number) => Math.max(at, Math.min(end, Math.round(at)));
  const left = across(Math.max(0, Math.round(trim.x)), px.width - 1);
  const top = across(Math.max(0, Math.round(trim.y)), px.height - 1);
  const right = Math.min(px.width, Math.round(trim.x + trim.width));
  const bottom = Math.min(px.height, Math.round(trim.y + trim.height));
  const width = Math.max(1, Math.min(side, right - left));
  const height = Math.max(1, Math.min(side, bottom - top));
  const row = px.width + 1;
  let best = { percent: 0, place: { x: left, y: top, width, height } };
  for (let y = top; y + height <= bottom; y += 1) {
    for (let x = left; x + width <= right; x += 1) {
      const sum =
        sums[(y + height) * row + x + width]! -
        sums[y * row + x + width]! -
        sums[(y + height) * row + x]! +
        sums[y * row + x]!;
      const percent = (sum / (width * height) / 255) * 100;
      if (percent > best.percent) best = { percent, place: { x, y, width, height } };
    }
  }
  return best;
}

/** Summed areas, so that every square costs the same. */
function summed(colours: Buffer, black: Buffer, { width, height }: Size): Float64Array {
  const row = width + 1;
  const sums = new Float64Array(row * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let line = 0;
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3;
      line += 4 * 255 - colours[at]! - colours[at + 1]! - colours[at + 2]! - black[at]!;
      sums[(y + 1) * row + x + 1] = sums[y * row + x + 1]! + line;
    }
  }
  return sums;
}
