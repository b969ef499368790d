// A page becomes a form and is laid on a page of the piece's size: turned, scaled, mirrored at its edges. Nothing is
// drawn anew: shapes stay shapes, inks stay inks, overprint and transparency stay what they are.
import { inflateSync } from 'node:zlib';
import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  type PDFDocument,
  PDFName,
  type PDFPage,
  PDFRawStream,
  type PDFRef,
  PDFStream,
} from 'pdf-lib';
import type { Edge } from '../contract';
import { type Box, chain, type Matrix, MM_PER_PT, moveBox, type Rect, type Size } from '../geometry';
import { MAX_PAGE_CONTENT_BYTES } from '../limits';
import { refused } from '../refused';

const ART = 'Art';
const DECIMALS = 5;
// A viewer that softens edges would let the paper through where the strip and the artwork meet; so the fold lies half
// of this inside the cut, and the artwork over it.
const OVERLAP_MM = 0.1;

export interface Placing {
  media: Box;
  /** From the page's user space to the trim: millimetres from its top left, y downwards. */
  to_trim: Matrix;
  trim: Size;
  bleed_mm: number;
  mirrored: Edge[];
  /** See-through artwork would show a strip that reaches below it. */
  is_opaque: boolean;
  /** Clockwise, after everything else. */
  turn: 0 | 90 | 270;
}

/** Lays the page as told on a new page with TrimBox, BleedBox and nothing around them. */
export function placePage(document: PDFDocument, page: PDFPage, placing: Placing): void {
  const { context } = document;
  const { trim, bleed_mm, turn } = placing;
  const form = asForm(document, page, placing.media);
  const piece = turn === 0 ? trim : { width: trim.height, height: trim.width };
  const size = { width: piece.width + 2 * bleed_mm, height: piece.height + 2 * bleed_mm };
  const lines = ['q', operator(chain(turned(turn, trim), toPage(size, bleed_mm)), 'cm')];
  for (const { area, fold } of areas(placing)) {
    lines.push('q', `${numbers([area.x, area.y, area.width, area.height])} re W n`);
    lines.push(operator(chain(placing.to_trim, fold), 'cm'), `/${ART} Do`, 'Q');
  }
  lines.push('Q');
  const { node } = page;
  node.set(PDFName.of('Contents'), context.register(context.stream(lines.join('\n'))));
  node.set(PDFName.of('Resources'), context.obj({ XObject: { [ART]: form } }));
  for (const name of ['ArtBox', 'Rotate', 'UserUnit', 'StructParents', 'Tabs']) node.delete(PDFName.of(name));
  const sheet = { left: 0, bottom: 0, right: size.width / MM_PER_PT, top: size.height / MM_PER_PT };
  const bleed = bleed_mm / MM_PER_PT;
  page.setMediaBox(...at(sheet));
  setTrim(
    page,
    { left: bleed, bottom: bleed, right: sheet.right - bleed, top: sheet.top - bleed },
    sheet,
    bleed_mm,
  );
}

/** Says where the piece lies on a page that stays as it is. */
export function setTrim(page: PDFPage, trim: Box, media: Box, bleed_mm: number): void {
  const bleed = bleed_mm / MM_PER_PT;
  page.node.delete(PDFName.of('ArtBox'));
  page.setCropBox(...at(media));
  page.setBleedBox(
    ...at({
      left: Math.max(media.left, trim.left - bleed),
      bottom: Math.max(media.bottom, trim.bottom - bleed),
      right: Math.min(media.right, trim.right + bleed),
      top: Math.min(media.top, trim.top + bleed),
    }),
  );
  page.setTrimBox(...at(trim));
}

/** A page that is nothing but this sheet. */
export function setSheet(page: PDFPage, { width, height }: Size): void {
  for (const name of ['ArtBox', 'TrimBox', 'BleedBox', 'Rotate', 'UserUnit', 'StructParents', 'Tabs']) {
    page.node.delete(PDFName.of(name));
  }
  page.setMediaBox(0, 0, width, height);
  page.setCropBox(0, 0, width, height);
}

function at({ left, bottom, right, top }: Box): [number, number, number, number] {
  return [left, bottom, right - left, top - bottom];
}

/** The content and the resources of a page as a form. */
export function asForm(document: PDFDocument, page: PDFPage, media: Box): PDFRef {
  const { context } = document;
  const resources = page.node.getInheritableAttribute(PDFName.of('Resources'));
  const own = context.lookup(resources);
  const form = context.flateStream(contentOf(page), {
    Type: 'XObject',
    Subtype: 'Form',
    BBox: [media.left, media.bottom, media.right, media.top],
  });
  form.dict.set(PDFName.of('Resources'), own instanceof PDFDict ? (resources ?? own) : context.obj({}));
  return context.register(form);
}

/** All the streams of a page as one: operands may stand in one of them and their operator in the next. */
export function contentOf(page: PDFPage): Buffer {
  const contents = page.node.lookup(PDFName.of('Contents'));
  const streams = contents instanceof PDFArray ? contents.asArray() : contents ? [contents] : [];
  const parts: Buffer[] = [];
  let left = MAX_PAGE_CONTENT_BYTES;
  for (const each of streams) {
    const stream = page.node.context.lookup(each);
    if (!(stream instanceof PDFStream)) continue;
    const part = unpackedContent(stream, left);
    left -= part.length;
    parts.push(part, Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

function unpackedContent(stream: PDFStream, limit: number): Buffer {
  try {
    const filter = stream.dict.lookup(PDFName.of('Filter'));
    const isFlate = `${filter}` === '/FlateDecode' || `${filter}` === '[ /FlateDecode ]';
    if (isFlate && !stream.dict.has(PDFName.of('DecodeParms'))) {
      return inflateSync(stream.getContents(), { maxOutputLength: limit });
    }
    const bytes = stream instanceof PDFRawStream ? decodePDFRawStream(stream).decode() : stream.getContents();
    if (bytes.length <= limit) return Buffer.from(bytes);
  } catch {
    // Damaged or endless: the sentence below.
  }
  throw refused('cannot-be-drawn');
}

/** The parts of the piece, and about which lines each is folded over; the artwork as it is comes last, on top. */
function areas({
  media,
  to_trim,
  trim,
  bleed_mm,
  mirrored,
  is_opaque,
}: Placing): Array<{ area: Rect; fold: Matrix }> {
  const paper = moveBox(to_trim, media);
  const is = (edge: Edge) => mirrored.includes(edge);
  const overlap = is_opaque ? OVERLAP_MM : 0;
  // A page that ends a hair inside the cut is folded where it ends, or its white edge would be doubled.
  const xs = folds(is('left'), is('right'), paper.left, paper.right, trim.width, bleed_mm, overlap);
  const ys = folds(is('top'), is('bottom'), paper.bottom, paper.top, trim.height, bleed_mm, overlap);
  const all = ys.flatMap((y) =>
    xs.map((x) => ({
      area: { x: x.from, y: y.from, width: x.to - x.from, height: y.to - y.from },
      fold: [x.turns, 0, 0, y.turns, x.shift, y.shift] as Matrix,
      order: (x.turns < 0 ? 1 : 0) + (y.turns < 0 ? 1 : 0),
    })),
  );
  return all
    .filter(({ area }) => area.width > 0 && area.height > 0)
    .sort((one, other) => other.order - one.order);
}

function folds(
  is_first: boolean,
  is_last: boolean,
  paper_from: number,
  paper_to: number,
  length: number,
  bleed: number,
  overlap: number,
) {
  const from = is_first ? Math.max(0, paper_from) : -bleed;
  const to = is_last ? Math.min(length, paper_to) : length + bleed;
  const parts = [{ from, to, turns: 1, shift: 0 }];
  if (is_first) parts.push({ from: -bleed, to: from + overlap, turns: -1, shift: 2 * from + overlap });
  if (is_last) parts.push({ from: to - overlap, to: length + bleed, turns: -1, shift: 2 * to - overlap });
  return parts;
}

function turned(turn: Placing['turn'], trim: Size): Matrix {
  if (turn === 90) return [0, 1, -1, 0, trim.height, 0];
  if (turn === 270) return [0, -1, 1, 0, 0, trim.width];
  return [1, 0, 0, 1, 0, 0];
}

function toPage(size: Size, bleed_mm: number): Matrix {
  const s = 1 / MM_PER_PT;
  return [s, 0, 0, -s, bleed_mm * s, (size.height - bleed_mm) * s];
}

function operator(matrix: Matrix, word: string): string {
  return `${numbers(matrix)} ${word}`;
}

export function numbers(values: number[]): string {
  return values.map((value) => String(Number(value.toFixed(DECIMALS)))).join(' ');
}
