// What of a page's painting matters to a printer: the worst of each kind, with its place on the finished piece.
import type { PDFDocument, PDFObject, PDFStream } from 'pdf-lib';
import { type Box, isTouching, type Rect } from '../geometry';
import type { PagePainting } from '../look';
import { noPainting } from '../look';
import { coverage, EVERY_INK, inkCount, PROCESS } from './inks';
import { type Blend, Overprints } from './overprint';
import { type Paint, Painting } from './painting';

/** From user space to the finished piece, and how much its units are scaled to points on paper. */
export interface Laid {
  place(box: Box): Rect;
  points: number;
  trim: Rect;
}

/** Operators that are to be written with a blend mode, by the stream in which they stand and their place in it. */
export type Overprinted = Map<PDFObject, Map<number, Blend>>;

const RICH_BLACK_FROM = 0.85;
const SEVERAL = 2;
// A filled box this thin was drawn as a line.
const LINE_LIKE_PT = 1;
const MAX_SPOTS = 50;

export interface Painted {
  pages: PagePainting[];
  overprinted: Overprinted;
  /** Pictures in inks, by page: how much ink they carry is not among the operators. */
  pictures: Array<Set<PDFStream>>;
  is_complete: boolean;
}

/** `laid` is null for a page that fits no product: nothing of it is printed. */
export function lookAtPainting(document: PDFDocument, laid: (page: number) => Laid | null): Painted {
  const painting = new Painting(document);
  const overprints = new Overprints();
  const overprinted: Overprinted = new Map();
  const pictures: Painted['pictures'] = [];
  const pages = document.getPages().map((page, index) => {
    const seen: PagePainting = { ...noPainting, spots: [] };
    const on = laid(index + 1);
    const bound = new InkBound();
    pictures.push(bound.pictures);
    overprints.clear();
    painting.page(page, (paint) => {
      const over = overprints.judge(paint);
      if (over && over.is !== 'covers') {
        const places = overprinted.get(paint.stream) ?? new Map<number, Blend>();
        overprinted.set(paint.stream, places.set(paint.at, over.blend));
      }
      if (!on) return;
      const place = on.place(paint.box);
      if (!isTouching(place, on.trim)) return;
      bound.add(paint);
      if (over?.is === 'vanishes') {
        seen.vanishing ??= { place, is_text: paint.is === 'text' };
        return;
      }
      if (over) seen.overprint ??= place;
      note(seen, paint, place, on.points);
    });
    seen.ink_bound_percent = bound.percent;
    return seen;
  });
  return { pages, overprinted, pictures, is_complete: painting.is_complete };
}

/** Nothing blends: the heaviest paint. Something overprints: each ink as heavy as it ever is. Else unknown. */
class InkBound {
  readonly pictures = new Set<PDFStream>();
  private heaviest = 0;
  private overprints = false;
  private isUnknown = false;
  private readonly most = new Map<string, number>();

  add({ ink, overprints, is_normal, picture }: Paint): void {
    if (ink.is_screen || ink.is_white) return;
    if (picture && !ink.tints && is_normal) {
      this.pictures.add(picture);
      return;
    }
    if (!ink.tints || ink.is_spot || !is_normal) {
      this.isUnknown = true;
      return;
    }
    this.overprints ||= overprints;
    this.heaviest = Math.max(this.heaviest, coverage(ink.tints));
    for (const [name, tint] of Object.entries(ink.tints)) {
      this.most.set(name, Math.max(tint, this.most.get(name) ?? 0));
    }
  }

  get percent(): number {
    if (this.isUnknown) return Number.POSITIVE_INFINITY;
    return this.overprints ? coverage(Object.fromEntries(this.most)) : this.heaviest;
  }
}

function note(seen: PagePainting, paint: Paint, place: Rect, points: number): void {
  const { is, ink } = paint;
  const size_pt = paint.size * points;
  if (paint.is_transparent) seen.see_through ??= place;
  if (ink.is_screen && !ink.is_white) seen.screen_colour ??= place;
  const { tints } = ink;
  const inks = tints ? inkCount(tints) : 0;
  const isLine = is === 'line' || (is === 'shape' && size_pt > 0 && size_pt < LINE_LIKE_PT);
  if (isLine) {
    if (!ink.is_white && thinner(seen.thin_line, size_pt)) seen.thin_line = { place, size_pt };
    if (ink.is_white && thinner(seen.thin_white_line, size_pt)) seen.thin_white_line = { place, size_pt };
    if (inks >= SEVERAL && thinner(seen.thin_mixed_line, size_pt)) seen.thin_mixed_line = { place, size_pt };
  }
  if (is === 'text' && size_pt > 0) {
    if (ink.is_white && thinner(seen.small_white_text, size_pt)) seen.small_white_text = { place, size_pt };
    const isRich = inks >= SEVERAL && (tints?.Black ?? 0) >= RICH_BLACK_FROM;
    if (isRich && thinner(seen.rich_black_text, size_pt)) {
      seen.rich_black_text = { place, size_pt };
    }
    if (isRich) {
      const percent = coverage(tints!);
      if (percent > (seen.heaviest_black_text?.percent ?? 0)) seen.heaviest_black_text = { place, percent };
    }
    if (inks >= SEVERAL && !isRich && thinner(seen.small_mixed_text, size_pt)) {
      seen.small_mixed_text = { place, size_pt };
    }
  }
  if (!tints) return;
  for (const name of Object.keys(tints)) {
    if (tints[name]! <= 0 || PROCESS.includes(name)) continue;
    if (name === EVERY_INK) seen.every_ink ??= place;
    else if (seen.spots.length < MAX_SPOTS && !seen.spots.some((spot) => spot.name === name)) {
      seen.spots.push({ name, place });
    }
  }
}

function thinner(known: { size_pt: number } | null, size_pt: number): boolean {
  return !known || size_pt < known.size_pt;
}
