// Judged from the drawn pixels: things that stand between the cut and the safe line and do not run on over the cut.
import type { Finding } from '../contract';
import { finding } from '../finding';
import { isTouching, type Rect, rounded, type Size } from '../geometry';
import type { PageLook, Pixels } from '../look';

// Of 255: the fringe of a shape differs less from its ground.
const DIFFERENT = 26;
/** Less of the cut line in one colour is a photograph or a pattern: then nothing can be told. */
const EVEN_SHARE = 0.6;
const LEAST_MM = 1;
const SLACK_MM = 0.3;
const CELL_MM = 0.5;
const MAX_CELLS_A_SIDE = 600;
/** Of the safe margin: what runs over the cut this near belongs to the same drawing. */
const KIN = 3;

interface Thing {
  left: number;
  top: number;
  right: number;
  bottom: number;
  runs_over: boolean;
}

/** Words have a sentence of their own: where they stand nothing more is told. */
export function nearCut(page: PageLook, pixels: Pixels, safe_mm: number, bleed_mm: number): Finding[] {
  if (safe_mm <= SLACK_MM || !page.fit) return [];
  const { trim } = page.fit;
  const cell = Math.max(CELL_MM, Math.max(trim.width, trim.height) / MAX_CELLS_A_SIDE);
  const things = thingsOn(pixels, trim, cell, bleed_mm);
  if (!things) return [];
  const near = things
    .filter(({ runs_over }) => !runs_over)
    .map((thing) => {
      const { left: x, top: y } = thing;
      const place: Rect = { x, y, width: thing.right - x, height: thing.bottom - y };
      return { place, distance: Math.min(x, y, trim.width - thing.right, trim.height - thing.bottom) };
    })
    .filter(({ place, distance }) => {
      if (distance >= safe_mm - SLACK_MM || Math.max(place.width, place.height) < LEAST_MM) return false;
      if (page.words.some((line) => isTouching(outset(line.place, cell), place))) return false;
      const around = outset(place, KIN * safe_mm);
      return !things.some((other) => other.runs_over && isTouching(around, boxOf(other)));
    })
    .sort((one, other) => one.distance - other.distance)[0];
  if (!near) return [];
  const values = { page: page.number, safe: safe_mm, distance: rounded(Math.max(0, near.distance)) };
  return [finding('content-near-cut', 'warning', values, { place: near.place })];
}

/** Everything that differs from the ground along the cut, in millimetres on the trim; null without an even ground. */
function thingsOn(pixels: Pixels, trim: Size, cell: number, bleed_mm: number): Thing[] | null {
  const width = Math.max(1, Math.floor(trim.width / cell));
  const height = Math.max(1, Math.floor(trim.height / cell));
  const colours = new Int32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      colours[y * width + x] = pixelAt(pixels, (x + 0.5) * cell + bleed_mm, (y + 0.5) * cell + bleed_mm);
    }
  }
  const ground = groundOf(colours, width, height);
  if (ground === null) return null;
  const waiting = colours.map((colour) => (difference(colour, ground) >= DIFFERENT ? 1 : 0));
  const things: Thing[] = [];
  const stack: number[] = [];
  for (let start = 0; start < waiting.length; start += 1) {
    if (!waiting[start]) continue;
    const thing: Thing = { left: width, top: height, right: 0, bottom: 0, runs_over: false };
    waiting[start] = 0;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      const x = at % width;
      const y = (at - x) / width;
      thing.left = Math.min(thing.left, x);
      thing.right = Math.max(thing.right, x + 1);
      thing.top = Math.min(thing.top, y);
      thing.bottom = Math.max(thing.bottom, y + 1);
      thing.runs_over ||= x === 0 || y === 0 || x === width - 1 || y === height - 1;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height || !waiting[ny * width + nx]) continue;
          waiting[ny * width + nx] = 0;
          stack.push(ny * width + nx);
        }
      }
    }
    for (const side of ['left', 'top', 'right', 'bottom'] as const) thing[side] *= cell;
    things.push(thing);
  }
  return things;
}

/** The colour of most of the outermost cells. */
function groundOf(colours: Int32Array, width: number, height: number): number | null {
  const along: number[] = [];
  for (let x = 0; x < width; x += 1) along.push(colours[x]!, colours[(height - 1) * width + x]!);
  for (let y = 0; y < height; y += 1) along.push(colours[y * width]!, colours[y * width + width - 1]!);
  const counts = new Map<number, number>();
  for (const colour of along) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const [ground] = [...counts].sort((one, other) => other[1] - one[1])[0]!;
  const alike = along.filter((colour) => difference(colour, ground) < DIFFERENT).length;
  return alike >= along.length * EVEN_SHARE ? ground : null;
}

function boxOf({ left, top, right, bottom }: Thing): Rect {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function pixelAt({ data, width, height, px_per_mm }: Pixels, x_mm: number, y_mm: number): number {
  const x = Math.min(width - 1, Math.max(0, Math.floor(x_mm * px_per_mm)));
  const y = Math.min(height - 1, Math.max(0, Math.floor(y_mm * px_per_mm)));
  const at = (y * width + x) * 3;
  return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
}

function difference(one: number, other: number): number {
  return Math.max(
    Math.abs((one >> 16) - (other >> 16)),
    Math.abs(((one >> 8) & 255) - ((other >> 8) & 255)),
    Math.abs((one & 255) - (other & 255)),
  );
}

function outset({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}
