// What is burnt into the pixels of every page: the watermark, the veil over the bleed, the cut and the safety line.
import sharp from 'sharp';
import type { Pixels } from '../look';
import { outline, widthOf } from './lettering';

export interface MarkPlan {
  /** Of the trim inside the pixels. */
  trim_px: { x: number; y: number; width: number; height: number };
  safe_px: { x: number; y: number; width: number; height: number };
  line_px: number;
  words: string;
}

type Colour = [number, number, number];

const CUT_RED: Colour = [0xc8, 0x1e, 0x1e];
const SAFE_BLUE: Colour = [0x1d, 0x5f, 0xc4];
const WHITE: Colour = [255, 255, 255];

/** What will be cut off is mixed with white by this share, so that the finished piece stands out. */
const VEIL = 0.38;

// Dark words with a light edge: readable as a mark on any ground, weak enough to read the artwork through it.
const WATERMARK = { dark: 0.08, light: 0.1, turn_deg: -28 };

interface Tile {
  width: number;
  height: number;
  /** Row by row: where the mark is, its grey and its strength of 255. */
  rows: Array<{ x: Uint16Array; grey: Uint8Array; alpha: Uint8Array }>;
}

const tiles = new Map<string, Promise<Tile>>();

export async function mark(pixels: Pixels, plan: MarkPlan): Promise<void> {
  const tile = await watermarkTile(plan.words, watermarkSize(plan));
  stamp(pixels, tile);
  veil(pixels, plan);
  frame(pixels, plan.safe_px, plan.line_px * 0.8, SAFE_BLUE, plan.line_px * 1.4, plan.line_px * 2.6);
  frame(pixels, plan.trim_px, plan.line_px, CUT_RED, plan.line_px * 7, plan.line_px * 4);
}

function watermarkSize({ trim_px }: MarkPlan): number {
  const side = Math.sqrt(trim_px.width * trim_px.height);
  return Math.max(10, Math.round(side / 30));
}

function watermarkTile(words: string, size: number): Promise<Tile> {
  const key = `${size} ${words}`;
  let tile = tiles.get(key);
  if (!tile) {
    tile = drawTile(words, size);
    tiles.set(key, tile);
  }
  return tile;
}

async function drawTile(words: string, size: number): Promise<Tile> {
  const length = widthOf(words, 'semibold', size);
  // With these two the next words on the same slant begin just after the last ones end.
  const width = Math.round(length * 1.04);
  const height = Math.round(length * 0.6);
  const { glyphs, unitsPerEm } = outline(words, 'semibold');
  const scale = size / unitsPerEm;
  const paths = glyphs.map(({ x, path }) => `<path transform="translate(${x} 0)" d="${path()}"/>`).join('');
  const edge = Math.max(1, size / 22) / scale;
  const middle = `translate(${-length / 2 / scale} ${-size / 3 / scale})`;
  const turn = `rotate(${WATERMARK.turn_deg}) scale(${scale} ${-scale}) ${middle}`;
  const around = [-0.5, 0.5, 1.5];
  const copies = around
    .flatMap((across) => around.map((down) => `translate(${across * width} ${down * height}) ${turn}`))
    .map((transform) => `<g transform="${transform}">${paths}</g>`)
    .join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <g fill="none" stroke="#fff" stroke-width="${edge * 2}" stroke-linejoin="round">${copies}</g>
    <g fill="#000">${copies}</g></svg>`;
  const { data } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const rows: Tile['rows'] = [];
  for (let y = 0; y < height; y += 1) {
    const x: number[] = [];
    const grey: number[] = [];
    const alpha: number[] = [];
    for (let column = 0; column < width; column += 1) {
      const at = (y * width + column) * 4;
      const covered = data[at + 3]!;
      if (covered === 0) continue;
      const level = data[at]!;
      const strength = WATERMARK.dark + ((WATERMARK.light - WATERMARK.dark) * level) / 255;
      x.push(column);
      grey.push(level);
      alpha.push(Math.round(covered * strength));
    }
    rows.push({ x: Uint16Array.from(x), grey: Uint8Array.from(grey), alpha: Uint8Array.from(alpha) });
  }
  return { width, height, rows };
}

function stamp({ data, width, height }: Pixels, tile: Tile): void {
  for (let y = 0; y < height; y += 1) {
    const { x, grey, alpha } = tile.rows[y % tile.height]!;
    for (let left = 0; left < width; left += tile.width) {
      for (let index = 0; index < x.length; index += 1) {
        const column = left + x[index]!;
        if (column >= width) break;
        const at = (y * width + column) * 3;
        const a = alpha[index]!;
        const g = grey[index]! * a;
        data[at] = (data[at]! * (255 - a) + g) / 255;
        data[at + 1] = (data[at + 1]! * (255 - a) + g) / 255;
        data[at + 2] = (data[at + 2]! * (255 - a) + g) / 255;
      }
    }
  }
}

function veil({ data, width, height }: Pixels, { trim_px }: MarkPlan): void {
  const right = trim_px.x + trim_px.width;
  const bottom = trim_px.y + trim_px.height;
  const lighten = (y: number, from: number, to: number) => {
    for (let at = (y * width + from) * 3; at < (y * width + to) * 3; at += 1) {
      data[at] = data[at]! + (255 - data[at]!) * VEIL;
    }
  };
  for (let y = 0; y < height; y += 1) {
    if (y < trim_px.y || y >= bottom) lighten(y, 0, width);
    else {
      lighten(y, 0, trim_px.x);
      lighten(y, right, width);
    }
  }
}

/** A dashed frame centred on the edges of the rectangle; white between and beside the dashes keeps it visible. */
function frame(
  pixels: Pixels,
  rect: MarkPlan['trim_px'],
  thickness: number,
  colour: Colour,
  dash: number,
  gap: number,
): void {
  const edges = [
    { x: rect.x, y: rect.y, length: rect.width, isAcross: true },
    { x: rect.x, y: rect.y + rect.height, length: rect.width, isAcross: true },
    { x: rect.x, y: rect.y, length: rect.height, isAcross: false },
    { x: rect.x + rect.width, y: rect.y, length: rect.height, isAcross: false },
  ];
  const half = thickness / 2;
  for (const edge of edges) {
    const steps = Math.max(1, Math.round((edge.length + gap) / (dash + gap)));
    const period = (edge.length + gap) / steps;
    const line = (along: number, span: number, across: number, ink: Colour, strength: number) => {
      const from = edge.isAcross ? [edge.x + along, edge.y - across] : [edge.x - across, edge.y + along];
      const size = edge.isAcross ? [span, across * 2] : [across * 2, span];
      fill(pixels, from[0]!, from[1]!, size[0]!, size[1]!, ink, strength);
    };
    line(-half, edge.length + thickness, half + 1, WHITE, 0.5);
    line(-half, edge.length + thickness, half, WHITE, 0.7);
    for (let at = 0; at < edge.length; at += period)
      line(at, Math.min(period - gap, edge.length - at), half, colour, 1);
  }
}

function fill(
  pixels: Pixels,
  x: number,
  y: number,
  w: number,
  h: number,
  ink: Colour,
  strength: number,
): void {
  const left = Math.max(0, Math.round(x));
  const top = Math.max(0, Math.round(y));
  const right = Math.min(pixels.width, Math.max(Math.round(x) + 1, Math.round(x + w)));
  const bottom = Math.min(pixels.height, Math.max(Math.round(y) + 1, Math.round(y + h)));
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const at = (row * pixels.width + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const under = pixels.data[at + channel]!;
        pixels.data[at + channel] = under + (ink[channel]! - under) * strength;
      }
    }
  }
}
