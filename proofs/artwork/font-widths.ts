// How far a font moves for each of its codes, to know where words end. Not exact for every encoding: enough for a box.
import { PDFArray, PDFDict, PDFName, PDFNumber, PDFStream } from 'pdf-lib';
import { nameOf } from './inks';

export interface FontWidths {
  bytes_per_code: 1 | 2;
  /** In thousandths of the size. */
  of(code: number): number;
}

const USUAL = 500;
const MAX_ENTRIES = 70_000;

export const USUAL_WIDTHS: FontWidths = { bytes_per_code: 1, of: () => USUAL };

export function fontWidths(font: PDFDict): FontWidths {
  if (nameOf(font.lookup(PDFName.of('Subtype'))) === 'Type0') return composite(font);
  const first = numberOf(font.lookup(PDFName.of('FirstChar'))) ?? 0;
  const widths = font.lookup(PDFName.of('Widths'));
  if (!(widths instanceof PDFArray)) return USUAL_WIDTHS;
  const scale = nameOf(font.lookup(PDFName.of('Subtype'))) === 'Type3' ? type3Scale(font) : 1;
  const list = widths
    .asArray()
    .slice(0, 256)
    .map((_, index) => (numberOf(widths.lookup(index)) ?? USUAL) * scale);
  return { bytes_per_code: 1, of: (code) => list[code - first] ?? USUAL };
}

function type3Scale(font: PDFDict): number {
  const matrix = font.lookup(PDFName.of('FontMatrix'));
  return matrix instanceof PDFArray ? (numberOf(matrix.lookup(0)) ?? 0.001) * 1000 : 1;
}

function composite(font: PDFDict): FontWidths {
  const descendants = font.lookup(PDFName.of('DescendantFonts'));
  const descendant = descendants instanceof PDFArray ? descendants.lookup(0) : undefined;
  const bytes_per_code = font.lookup(PDFName.of('Encoding')) instanceof PDFStream ? 1 : 2;
  if (!(descendant instanceof PDFDict)) return { bytes_per_code, of: () => USUAL };
  const usual = numberOf(descendant.lookup(PDFName.of('DW'))) ?? 1000;
  const listed = new Map<number, number>();
  const widths = descendant.lookup(PDFName.of('W'));
  if (widths instanceof PDFArray) listWidths(widths, listed);
  return { bytes_per_code, of: (code) => listed.get(code) ?? usual };
}

// "first [w w w]" or "first last w" (PDF 1.7, 9.7.4.3).
function listWidths(widths: PDFArray, listed: Map<number, number>): void {
  for (let at = 0; at + 1 < widths.size() && listed.size < MAX_ENTRIES; ) {
    const first = numberOf(widths.lookup(at)) ?? 0;
    const next = widths.lookup(at + 1);
    if (next instanceof PDFArray) {
      for (let index = 0; index < next.size() && listed.size < MAX_ENTRIES; index += 1) {
        listed.set(first + index, numberOf(next.lookup(index)) ?? USUAL);
      }
      at += 2;
      continue;
    }
    const last = numberOf(next) ?? first;
    const width = at + 2 < widths.size() ? (numberOf(widths.lookup(at + 2)) ?? USUAL) : USUAL;
    for (let code = first; code <= last && listed.size < MAX_ENTRIES; code += 1) listed.set(code, width);
    at += 3;
  }
}

function numberOf(object: unknown): number | undefined {
  return object instanceof PDFNumber ? object.asNumber() : undefined;
}
