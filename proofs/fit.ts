// How a page of the artwork is laid on the finished piece. Never distorted; turned only by taking the piece upright
// instead of lying, which is the same piece of paper.
import type { PrintSpecification } from './contract';
import { type Rect, type Size, turned } from './geometry';

export const EXACT_WITHIN_MM = 0.5;
export const SAME_SHAPE_WITHIN = 0.01;

export interface PageFit {
  rule: 'exact' | 'exact-with-bleed' | 'scaled' | 'covering';
  /** Millimetres on paper for one millimetre (for a picture: one pixel) of the artwork. */
  scale: number;
  /** The piece was taken the other way up: 55 × 85 for a product of 85 × 55. */
  swapped: boolean;
  trim: Size;
  /** The part of the artwork's page that becomes the trim, in millimetres (picture: pixels) from its top left. */
  source: Rect;
}

/**
 * `boxes`: the places on the page that may be the finished piece, most trusted first (TrimBox, CropBox, MediaBox).
 * null when none of them has the size or the shape of the product.
 */
export function fitPage(boxes: Rect[], specification: PrintSpecification): PageFit | null {
  const upright = specification.trim_mm;
  const bleed = specification.bleed_mm;
  const isSquare = Math.abs(upright.width - upright.height) <= EXACT_WITHIN_MM;
  const trims = isSquare ? [upright] : [upright, turned(upright)];

  for (const [index, trim] of trims.entries()) {
    for (const box of boxes) {
      if (isSame(box, trim)) return laid('exact', box, trim, 1, index === 1);
    }
    for (const box of boxes) {
      if (bleed > 0 && isSame(box, grown(trim, bleed)))
        return laid('exact-with-bleed', box, trim, 1, index === 1);
    }
  }
  for (const [index, trim] of trims.entries()) {
    const fit = scaled(boxes[0]!, trim, bleed, index === 1);
    if (fit) return fit;
  }
  return null;
}

/**
 * A page of any shape, because somebody chose so: `fill` covers the trim and its bleed and is cut evenly on two sides,
 * `whole` keeps all of the page on the piece with paper on two sides.
 */
export function fitChosen(page: Rect, specification: PrintSpecification, how: 'fill' | 'whole'): PageFit {
  const upright = specification.trim_mm;
  const isSwapped = (page.width - page.height) * (upright.width - upright.height) < 0;
  const trim = isSwapped ? turned(upright) : upright;
  const target = how === 'fill' ? grown(trim, specification.bleed_mm) : trim;
  const scales = [target.width / page.width, target.height / page.height];
  return laid('scaled', page, trim, how === 'fill' ? Math.max(...scales) : Math.min(...scales), isSwapped);
}

/** Two pages side by side, for a product that is folded and stitched from single ones. */
export function isSpread(page: Size, { trim_mm, bleed_mm, pages }: PrintSpecification): boolean {
  if (pages.multiple_of < 2) return false;
  const pair = { width: 2 * trim_mm.width, height: trim_mm.height };
  return isSame(page, pair) || isSame(page, grown(pair, bleed_mm));
}

/** A picture always covers the trim and its bleed; what does not fit is cut evenly on two sides. */
export function fitPicture(pixels: Size, specification: PrintSpecification): PageFit {
  const upright = specification.trim_mm;
  const isSwapped = (pixels.width - pixels.height) * (upright.width - upright.height) < 0;
  const trim = isSwapped ? turned(upright) : upright;
  const sheet = grown(trim, specification.bleed_mm);
  const scale = Math.max(sheet.width / pixels.width, sheet.height / pixels.height);
  return laid('covering', { x: 0, y: 0, ...pixels }, trim, scale, isSwapped);
}

/** What a covering picture loses beyond the bleed, on each of the two sides, in millimetres on paper. */
export function lost(pixels: Size, fit: PageFit, bleed_mm: number): { sides_mm: number; ends_mm: number } {
  const sheet = grown(fit.trim, bleed_mm);
  return {
    sides_mm: Math.max(0, (pixels.width * fit.scale - sheet.width) / 2),
    ends_mm: Math.max(0, (pixels.height * fit.scale - sheet.height) / 2),
  };
}

/** From the artwork's page (top left, millimetres or pixels) to the trim (top left, millimetres). */
export function onTrim(fit: PageFit, rect: Rect): Rect {
  return {
    x: (rect.x - fit.source.x) * fit.scale,
    y: (rect.y - fit.source.y) * fit.scale,
    width: rect.width * fit.scale,
    height: rect.height * fit.scale,
  };
}

function laid(rule: PageFit['rule'], box: Rect, trim: Size, scale: number, swapped: boolean): PageFit {
  const width = trim.width / scale;
  const height = trim.height / scale;
  const source = { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
  return { rule, scale, swapped, trim, source };
}

// A sheet may have the shape of the trim and nearly that of the trim with bleed (A4): the nearer shape wins.
function scaled(box: Rect, trim: Size, bleed: number, swapped: boolean): PageFit | null {
  const difference = (size: Size) => Math.abs(box.width / box.height / (size.width / size.height) - 1);
  const target = difference(grown(trim, bleed)) < difference(trim) ? grown(trim, bleed) : trim;
  if (difference(target) > SAME_SHAPE_WITHIN) return null;
  const scale = Math.max(target.width / box.width, target.height / box.height);
  return laid('scaled', box, trim, scale, swapped);
}

function isSame(one: Size, other: Size): boolean {
  return (
    Math.abs(one.width - other.width) <= EXACT_WITHIN_MM &&
    Math.abs(one.height - other.height) <= EXACT_WITHIN_MM
  );
}

function grown(size: Size, by: number): Size {
  return { width: size.width + 2 * by, height: size.height + 2 * by };
}
