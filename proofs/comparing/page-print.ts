// A page in small: enough to tell which page of one version is which page of the other.
import type { Pixels } from '../look';

/** Squares a side; a line of text is about as high as one of them on a page of a book. */
const SQUARES = 32;

export interface PagePrint {
  /** Of the drawn pixels and the text: equal when nothing differs at all. */
  sha256: string;
  /** Mean red, green and blue of each square. */
  squares: Uint8Array;
  words: Set<string>;
}

export function printOf(pixels: Pixels, text: string, sha256: string): PagePrint {
  return { sha256, squares: meansOf(pixels), words: new Set(text.split(/\s+/).filter(Boolean)) };
}

function meansOf({ data, width, height }: Pixels): Uint8Array {
  const sums = new Float64Array(SQUARES * SQUARES * 3);
  const counts = new Float64Array(SQUARES * SQUARES);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y * SQUARES) / height) * SQUARES;
    for (let x = 0; x < width; x += 1) {
      const square = row + Math.floor((x * SQUARES) / width);
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) sums[square * 3 + channel]! += data[at + channel]!;
      counts[square]! += 1;
    }
  }
  return Uint8Array.from(sums, (sum, index) => sum / Math.max(1, counts[Math.floor(index / 3)]!));
}

/** 0 for the same page, 1 for two that have nothing in common. Pages with words are judged half by them. */
export function distanceOf(one: PagePrint, other: PagePrint): number {
  if (one.sha256 === other.sha256) return 0;
  const seen = distanceOfSquares(one.squares, other.squares);
  if (one.words.size === 0 || other.words.size === 0) return seen;
  return (seen + distanceOfWords(one.words, other.words)) / 2;
}

function distanceOfSquares(one: Uint8Array, other: Uint8Array): number {
  let apart = 0;
  let inked = 0;
  for (let index = 0; index < one.length; index += 1) {
    apart += Math.abs(one[index]! - other[index]!);
    inked += 255 - Math.min(one[index]!, other[index]!);
  }
  return inked === 0 ? 0 : Math.min(1, apart / inked);
}

function distanceOfWords(one: Set<string>, other: Set<string>): number {
  let shared = 0;
  for (const word of one) if (other.has(word)) shared += 1;
  return 1 - shared / (one.size + other.size - shared);
}
