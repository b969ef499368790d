// The artwork that the figures are measured on: made here from a fixed seed, because none of it is small enough for
// the source tree. The same on every machine.
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { cmyk, PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import type { PrintSpecification } from '../proofs';
import { soundFontkit } from '../proofs/drawing/fontkit';
import { MM_PER_INCH, MM_PER_PT } from '../proofs/geometry';
import { pageOfWords, seeded } from './invented';

export interface Artwork {
  name: string;
  file: string;
  kind: 'pdf' | 'picture';
  specification: PrintSpecification;
  make: (path: string) => Promise<void>;
}

const BLEED_MM = 3;
const PPI = 300;
const FONT = '@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf';
const SEED = 20_260_302;

const ofSize = (key: string, width: number, height: number, pages: number): PrintSpecification => ({
  product_key: key,
  trim_mm: { width, height },
  bleed_mm: BLEED_MM,
  safe_mm: 3,
  pages: { min: 1, max: pages, multiple_of: 1 },
  resolution_ppi: { warn: 100, block: 50 },
  colour: 'process',
  ink_limit_percent: 320,
});

export const CARD: Artwork = {
  name: 'Business card, one CMYK picture',
  file: 'card.pdf',
  kind: 'pdf',
  specification: ofSize('business-cards', 85, 55, 2),
  make: async (path) => writeFileSync(path, await pictureBook(1, { width: 85, height: 55 }, 1200)),
};

export const BOOKLET: Artwork = {
  name: 'Booklet, 16 pages of CMYK JPEG at 300 ppi',
  file: 'booklet.pdf',
  kind: 'pdf',
  specification: ofSize('booklets', 210, 297, 64),
  make: async (path) => writeFileSync(path, await pictureBook(16, { width: 210, height: 297 }, PPI)),
};

export const TEXT: Artwork = {
  name: 'Text, 100 pages',
  file: 'text-100.pdf',
  kind: 'pdf',
  specification: ofSize('brochures', 210, 297, 500),
  make: async (path) => writeFileSync(path, await textBook(100)),
};

export const PHOTO: Artwork = {
  name: 'Photograph, 60 megapixels',
  file: 'photo.jpg',
  kind: 'picture',
  specification: ofSize('posters', 594, 420, 1),
  make: async (path) => {
    const photograph = await grainyPicture({ width: 9450, height: 6350 }, 0);
    writeFileSync(path, await photograph.jpeg({ quality: 92 }).toBuffer());
  },
};

export const POSTER: Artwork = {
  name: 'Poster, CMYK TIFF of 400 megapixels',
  file: 'poster.tif',
  kind: 'picture',
  specification: ofSize('posters', 1000, 1000, 1),
  make: (path) => cmykPoster(path, 20_000),
};

/** The text of this many pages, to see that cost grows with pages and no faster. */
export function textOf(pages: number): Artwork {
  return {
    ...TEXT,
    name: `Text, ${pages} pages`,
    file: `text-${pages}.pdf`,
    make: async (path) => writeFileSync(path, await textBook(pages)),
  };
}

/** The path of the artwork in this folder, made when it is not there yet. */
export async function artworkIn(folder: string, artwork: Artwork): Promise<string> {
  const path = join(folder, artwork.file);
  if (existsSync(path)) return path;
  await artwork.make(`${path}.making`);
  renameSync(`${path}.making`, path);
  return path;
}

async function pictureBook(
  pages: number,
  trim: { width: number; height: number },
  ppi: number,
): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const [width, height] = [trim.width + 2 * BLEED_MM, trim.height + 2 * BLEED_MM];
  const pixels = (mm: number) => Math.round((mm / MM_PER_INCH) * ppi);
  for (let number = 0; number < pages; number += 1) {
    const picture = await grainyPicture({ width: pixels(width), height: pixels(height) }, number);
    const jpeg = await picture
      .toColourspace('cmyk')
      .jpeg({ quality: 88, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const page = document.addPage([width / MM_PER_PT, height / MM_PER_PT]);
    page.setTrimBox(
      BLEED_MM / MM_PER_PT,
      BLEED_MM / MM_PER_PT,
      trim.width / MM_PER_PT,
      trim.height / MM_PER_PT,
    );
    page.drawImage(await document.embedJpg(jpeg), { x: 0, y: 0, ...page.getSize() });
  }
  return document.save();
}

async function textBook(pages: number): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  document.registerFontkit(soundFontkit);
  const font = await document.embedFont(readFileSync(require.resolve(FONT)), { subset: true });
  const random = seeded(SEED);
  const black = cmyk(0, 0, 0, 1);
  for (let number = 1; number <= pages; number += 1) {
    const page = document.addPage([216 / MM_PER_PT, 303 / MM_PER_PT]);
    page.setTrimBox(BLEED_MM / MM_PER_PT, BLEED_MM / MM_PER_PT, 210 / MM_PER_PT, 297 / MM_PER_PT);
    const left = 23 / MM_PER_PT;
    page.drawText(`Chapter ${number}`, { x: left, y: 780, size: 18, font, color: cmyk(0.8, 0.4, 0.6, 0.4) });
    page.drawLine({ start: { x: left, y: 770 }, end: { x: 545, y: 770 }, thickness: 0.6, color: black });
    const lines = pageOfWords(random);
    page.drawText(lines.join('\n'), { x: left, y: 745, size: 10, lineHeight: 14.5, font, color: black });
    page.drawText(`${number}`, { x: 300, y: 40, size: 9, font, color: black });
  }
  return document.save();
}

/** A landscape in other colours for each number, with the grain of a camera: without it a JPEG would be tiny. */
async function grainyPicture(size: { width: number; height: number }, number: number): Promise<sharp.Sharp> {
  const hue = (number * 67) % 360;
  const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 400 560" preserveAspectRatio="none">
    <defs><linearGradient id="s" x2="0.3" y2="1"><stop offset="0" stop-color="hsl(${hue} 60% 35%)"/><stop offset="1" stop-color="hsl(${hue + 40} 55% 75%)"/></linearGradient></defs>
    <rect width="400" height="560" fill="url(#s)"/><circle cx="${60 + ((number * 90) % 280)}" cy="120" r="44" fill="hsl(${hue + 180} 70% 80%)"/>
    <path d="M0 330 Q90 250 190 320 T400 290 V560 H0Z" fill="hsl(${hue + 90} 30% 40%)"/>
    <path d="M0 430 Q130 370 250 420 T400 400 V560 H0Z" fill="hsl(${hue + 120} 35% 22%)"/></svg>`;
  const { data } = await sharp(Buffer.from(scene), { limitInputPixels: false })
    .flatten()
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const grain = grainTable(SEED + number);
  for (let pixel = 0; pixel < data.length / 3; pixel += 1) {
    const lighter = grain[(pixel * 7 + (pixel >> 11)) & (grain.length - 1)]!;
    for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) {
      const value = data[at]! + lighter;
      data[at] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
  return sharp(data, { raw: { ...size, channels: 3 }, limitInputPixels: false });
}

// Chosen so that sixteen pages weigh what a booklet of photographs weighs: 86 MB.
const GRAIN = 13;
const GRAIN_LENGTH = 1 << 20;

function grainTable(seed: number): Int8Array {
  const random = seeded(seed);
  return Int8Array.from({ length: GRAIN_LENGTH }, () => (random() + random() - 1) * GRAIN);
}

/** Uncompressed, one strip for each row: what image editors write. */
async function cmykPoster(path: string, side: number): Promise<void> {
  const [short, long] = [3, 4];
  const entries: number[][] = [
    [256, long, 1, side],
    [257, long, 1, side],
    [258, short, 4, 0],
    [259, short, 1, 1],
    [262, short, 1, 5],
    [273, long, side, 0],
    [277, short, 1, 4],
    [278, long, 1, 1],
    [279, long, side, 0],
    [284, short, 1, 1],
  ];
  const directory_at = 8;
  const bits_at = directory_at + 2 + entries.length * 12 + 4;
  const offsets_at = bits_at + 8;
  const counts_at = offsets_at + 4 * side;
  const pixels_at = counts_at + 4 * side;
  const head = Buffer.alloc(pixels_at);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(directory_at, 4);
  head.writeUInt16LE(entries.length, directory_at);
  entries[2]![3] = bits_at;
  entries[5]![3] = offsets_at;
  entries[8]![3] = counts_at;
  entries.forEach(([tag, type, count, value], index) => {
    const at = directory_at + 2 + index * 12;
    head.writeUInt16LE(tag!, at);
    head.writeUInt16LE(type!, at + 2);
    head.writeUInt32LE(count!, at + 4);
    head.writeUInt32LE(value!, at + 8);
  });
  for (let ink = 0; ink < 4; ink += 1) head.writeUInt16LE(8, bits_at + 2 * ink);
  for (let row = 0; row < side; row += 1) {
    head.writeUInt32LE(pixels_at + row * side * 4, offsets_at + 4 * row);
    head.writeUInt32LE(side * 4, counts_at + 4 * row);
  }
  const out = createWriteStream(path, { highWaterMark: 8 * 1024 * 1024 });
  out.write(head);
  const row = Buffer.alloc(side * 4);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      row[x * 4] = (x / side) * 220;
      row[x * 4 + 1] = (y / side) * 200;
      row[x * 4 + 2] = ((x * y) >> 12) & 127;
      row[x * 4 + 3] = ((x ^ y) & 512) / 16;
    }
    if (!out.write(Buffer.from(row))) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}
