import sharp from 'sharp';
import type { Size } from '../geometry';
import { outline } from './lettering';
import type { Item } from './sheet';

/** The items as pixels, three bytes each, at this many pixels per millimetre. */
export async function drawSheet(items: Item[], px: Size, px_per_mm: number): Promise<Buffer> {
  return sharp(Buffer.from(svg(items, px, px_per_mm)))
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .raw()
    .toBuffer();
}

/** One piece of text over a sheet that is already drawn. */
export async function drawOver(sheet: Buffer, px: Size, item: Item, px_per_mm: number): Promise<void> {
  if (item.is !== 'text') return;
  const height = Math.ceil(item.size * 1.6 * px_per_mm);
  const left = Math.max(0, Math.floor(item.at[0] * px_per_mm) - 2);
  const top = Math.max(0, Math.floor((item.at[1] - item.size * 1.1) * px_per_mm));
  const width = px.width - left;
  const moved: Item = { ...item, at: [item.at[0] - left / px_per_mm, item.at[1] - top / px_per_mm] };
  const label = await sharp(Buffer.from(svg([moved], { width, height }, px_per_mm)))
    .ensureAlpha()
    .raw()
    .toBuffer();
  for (let y = 0; y < height && top + y < px.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4;
      const alpha = label[from + 3]! / 255;
      if (alpha === 0) continue;
      const to = ((top + y) * px.width + left + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        sheet[to + channel] = sheet[to + channel]! * (1 - alpha) + label[from + channel]! * alpha;
      }
    }
  }
}

function svg(items: Item[], px: Size, px_per_mm: number): string {
  const drawn = items.map((item) => element(item)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${px.width}" height="${px.height}"><g transform="scale(${px_per_mm})">${drawn}</g></svg>`;
}

function element(item: Item): string {
  if (item.is === 'box') {
    const { x, y, width, height } = item.rect;
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${item.colour}"/>`;
  }
  if (item.is === 'line') {
    const dash = item.dash ? ` stroke-dasharray="${item.dash.join(' ')}"` : '';
    return `<line x1="${item.from[0]}" y1="${item.from[1]}" x2="${item.to[0]}" y2="${item.to[1]}" stroke="${item.colour}" stroke-width="${item.width}"${dash}/>`;
  }
  const { glyphs, unitsPerEm } = outline(item.words, item.weight);
  const scale = item.size / unitsPerEm;
  const paths = glyphs.map(({ x, path }) => `<path transform="translate(${x} 0)" d="${path()}"/>`).join('');
  return `<g fill="${item.colour}" transform="translate(${item.at[0]} ${item.at[1]}) scale(${scale} ${-scale})">${paths}</g>`;
}
