// Where two drawings of one size differ enough to be seen.
import type { Size } from '../geometry';
import type { Pixels } from '../look';

/**
 * Steps of 255 by which a colour may differ: what a picture that was saved twice, or the edge of a letter that moved
 * by less than a pixel, differs by.
 */
export const COLOUR_TOLERANCE = 12;
/** From here on a difference is plain, however small its place. */
export const PLAIN_DIFFERENCE = 64;

export const CHANGED = 1;
export const PLAINLY_CHANGED = 2;

export interface ChangedPixels extends Size {
  /** 0, CHANGED or PLAINLY_CHANGED. */
  marks: Uint8Array;
}

/**
 * A pixel counts when its colour is not among the colours around the same place in the other drawing, one pixel in
 * every direction: so letters that are drawn a fraction of a pixel further on are the same letters.
 */
export function changedPixels(before: Pixels, after: Pixels): ChangedPixels {
  const { width, height } = before;
  const old = around(before);
  const now = around(after);
  const marks = new Uint8Array(width * height);
  for (let pixel = 0; pixel < marks.length; pixel += 1) {
    let most = 0;
    for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) {
      const a = before.data[at]!;
      const b = after.data[at]!;
      if (a === b) continue;
      most = Math.max(most, now.least[at]! - a, a - now.most[at]!, old.least[at]! - b, b - old.most[at]!);
    }
    if (most > COLOUR_TOLERANCE) marks[pixel] = most > PLAIN_DIFFERENCE ? PLAINLY_CHANGED : CHANGED;
  }
  return { width, height, marks };
}

interface Around {
  least: Uint8Array;
  most: Uint8Array;
}

/** The least and the most of each colour in the nine pixels around every pixel. */
function around({ data, width, height }: Pixels): Around {
  const across = spread({ least: data, most: data }, width * height * 3, 3, width * 3);
  return spread(across, width * height * 3, width * 3, width * height * 3);
}

function spread(from: Around, length: number, step: number, line: number): Around {
  const least = new Uint8Array(length);
  const most = new Uint8Array(length);
  for (let start = 0; start < length; start += line) {
    const end = start + line;
    for (let at = start; at < end; at += 1) {
      const left = at - step >= start ? at - step : at;
      const right = at + step < end ? at + step : at;
      least[at] = Math.min(from.least[left]!, from.least[at]!, from.least[right]!);
      most[at] = Math.max(from.most[left]!, from.most[at]!, from.most[right]!);
    }
  }
  return { least, most };
}
