// From changed pixels to a short list of places: what lies together is one change.
import type { Place } from '../contract';
import { type Rect, rounded } from '../geometry';
import { type ChangedPixels, PLAINLY_CHANGED } from './changed-pixels';

/** Changes nearer to each other than this are one: a share of the longer side, and never less than the second. */
export const NEAR_SHARE = 1 / 80;
export const NEAR_MM = 1.5;
/** More places than this on one page help nobody; they are drawn together. */
export const MOST_REGIONS = 40;

const SQUARE_MM = 1;
const LEAST_SQUARE_PX = 4;
/** What a square must hold to count: a plain difference weighs more than a faint one. */
const LEAST_SHARE = 0.05;
const LEAST_WEIGHT = 6;
const PLAIN_WEIGHT = 4;

interface Square {
  column: number;
  row: number;
  weight: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Places on the trim, in reading order. Specks that a press would not show are left out. */
export function changedRegions(changed: ChangedPixels, px_per_mm: number, bleed_mm: number): Place[] {
  const side = Math.max(LEAST_SQUARE_PX, Math.round(SQUARE_MM * px_per_mm));
  const squares = changedSquares(changed, side);
  const near_px = Math.max(NEAR_MM * px_per_mm, Math.max(changed.width, changed.height) * NEAR_SHARE);
  let reach = Math.max(1, Math.round(near_px / side));
  let found = together(squares, reach);
  while (found.length > MOST_REGIONS) {
    reach *= 2;
    found = together(squares, reach);
  }
  return found
    .map(({ x, y, width, height }) => ({
      x_mm: rounded(x / px_per_mm - bleed_mm),
      y_mm: rounded(y / px_per_mm - bleed_mm),
      width_mm: rounded(width / px_per_mm),
      height_mm: rounded(height / px_per_mm),
    }))
    .sort((one, other) => one.y_mm - other.y_mm || one.x_mm - other.x_mm);
}

function changedSquares({ marks, width, height }: ChangedPixels, side: number): Map<number, Square> {
  const columns = Math.ceil(width / side);
  const squares = new Map<number, Square>();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const mark = marks[y * width + x]!;
      if (mark === 0) continue;
      const column = Math.floor(x / side);
      const row = Math.floor(y / side);
      const key = row * columns + column;
      const square = squares.get(key) ?? { column, row, weight: 0, left: x, top: y, right: x, bottom: y };
      square.weight += mark === PLAINLY_CHANGED ? PLAIN_WEIGHT : 1;
      square.left = Math.min(square.left, x);
      square.right = Math.max(square.right, x);
      square.bottom = y;
      squares.set(key, square);
    }
  }
  const least = Math.max(LEAST_WEIGHT, side * side * LEAST_SHARE);
  for (const [key, square] of squares) if (square.weight < least) squares.delete(key);
  return squares;
}

/** The boxes around squares that reach each other, boxes that overlap made one. */
function together(squares: Map<number, Square>, reach: number): Rect[] {
  const byPlace = new Map([...squares.values()].map((square) => [`${square.column} ${square.row}`, square]));
  const boxes: Rect[] = [];
  while (byPlace.size > 0) {
    const [first] = byPlace;
    byPlace.delete(first![0]);
    const group = [first![1]];
    for (const square of group) {
      for (let row = square.row - reach; row <= square.row + reach; row += 1) {
        for (let column = square.column - reach; column <= square.column + reach; column += 1) {
          const key = `${column} ${row}`;
          const near = byPlace.get(key);
          if (!near) continue;
          byPlace.delete(key);
          group.push(near);
        }
      }
    }
    boxes.push(boxAround(group));
  }
  return merged(boxes);
}

function boxAround(squares: Square[]): Rect {
  const left = Math.min(...squares.map((square) => square.left));
  const top = Math.min(...squares.map((square) => square.top));
  const right = Math.max(...squares.map((square) => square.right));
  const bottom = Math.max(...squares.map((square) => square.bottom));
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function merged(boxes: Rect[]): Rect[] {
  const left = [...boxes];
  const kept: Rect[] = [];
  for (let box = left.pop(); box; box = left.pop()) {
    const at = left.findIndex((other) => overlap(box as Rect, other));
    if (at < 0) kept.push(box);
    else left.push(union(box, left.splice(at, 1)[0]!));
  }
  return kept;
}

const overlap = (one: Rect, other: Rect) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

function union(one: Rect, other: Rect): Rect {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(one.x + one.width, other.x + other.width) - x,
    height: Math.max(one.y + one.height, other.y + other.height) - y,
  };
}
