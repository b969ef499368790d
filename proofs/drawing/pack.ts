// One drawn page becomes a marked page of the PDF, a screen image and a thumbnail.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ProofPage } from '../contract';
import { sha256 } from '../fingerprint';
import { type Rect, rounded, roundedRect, type Size } from '../geometry';
import { THUMBNAIL_LONG_SIDE_PX } from '../limits';
import type { Pixels } from '../look';
import { readBack } from '../read-back';
import { slugWords } from '../words/slug';
import type { DrawnSheet } from './drawn-sheet';
import { mark } from './marks';
import { drawOver } from './sheet-image';
import type { PagePicture } from './sheet-pdf';

// Red dashes bleed into their neighbours when colour is stored at half the resolution.
const JPEG = { quality: 88, chromaSubsampling: '4:4:4', optimiseCoding: false };
const WEBP = { quality: 84, effort: 1 };
const LINE_PX = 2.8;

export interface PageToPack {
  number: number;
  pixels: Pixels;
  text: string | null;
  sheet: DrawnSheet;
  out_folder: string;
}

/** `picture` waits in a file of its own until the PDF is written. */
export interface PackedPage {
  page: ProofPage;
  picture: PagePicture;
}

export async function packPage({ number, pixels, text, sheet, out_folder }: PageToPack): Promise<PackedPage> {
  const { bleed_mm, safe_mm, px, px_per_mm, piece_px } = sheet;
  const { width, height } = sheet.sheet.trim;
  const within = (inset: number) =>
    scaled({ x: inset, y: inset, width, height }, pixels.px_per_mm, 2 * (inset - bleed_mm));
  const trim_px = within(bleed_mm);
  await mark(pixels, {
    trim_px,
    safe_px: within(bleed_mm + safe_mm),
    // Lines keep their weight on the screen when the picture is made smaller for it.
    line_px: Math.max(2, (LINE_PX * pixels.px_per_mm) / px_per_mm),
    words: slugWords.watermark.en,
  });

  const image = `page-${number}.webp`;
  const thumbnail = `thumb-${number}.webp`;
  const picture_path = join(out_folder, `page-${number}.jpg`);
  const shown = await screenImage(pixels, sheet, number);
  const [webp] = await Promise.all([
    sharp(shown, { raw: { ...px, channels: 3 } })
      .webp(WEBP)
      .toBuffer(),
    picture(pixels)
      .extract(extraction(trim_px, pixels))
      .resize({ width: THUMBNAIL_LONG_SIDE_PX, height: THUMBNAIL_LONG_SIDE_PX, fit: 'inside' })
      .webp(WEBP)
      .toFile(join(out_folder, thumbnail)),
    picture(pixels).jpeg(JPEG).toFile(picture_path),
  ]);
  await writeFile(join(out_folder, image), webp);
  const page: ProofPage = {
    number,
    image,
    thumbnail,
    sha256: sha256(webp),
    width_px: px.width,
    height_px: px.height,
    trim_px: roundedRect({
      x: piece_px.x + bleed_mm * px_per_mm,
      y: piece_px.y + bleed_mm * px_per_mm,
      width: width * px_per_mm,
      height: height * px_per_mm,
    }),
    pixels_per_mm: rounded(px_per_mm, 4),
    text,
    read_back: text === null ? [] : readBack(text),
  };
  return { page, picture: { path: picture_path, width: pixels.width, height: pixels.height } };
}

async function screenImage(pixels: Pixels, sheet: DrawnSheet, number: number): Promise<Buffer> {
  const { px, piece_px, px_per_mm } = sheet;
  const shown = Buffer.from(await sheet.pixels);
  const isSame = pixels.width === piece_px.width && pixels.height === piece_px.height;
  const piece = isSame ? pixels.data : await shrunk(pixels, piece_px);
  for (let y = 0; y < piece_px.height && piece_px.y + y < px.height; y += 1) {
    const row = piece.subarray(y * piece_px.width * 3, (y + 1) * piece_px.width * 3);
    shown.set(row, ((piece_px.y + y) * px.width + piece_px.x) * 3);
  }
  await drawOver(shown, px, sheet.sheet.pageLabel(number), px_per_mm);
  return shown;
}

function shrunk(pixels: Pixels, { width, height }: Size): Promise<Buffer> {
  return picture(pixels).resize({ width, height, fit: 'fill' }).raw().toBuffer();
}

function picture({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function scaled(rect: Rect, px_per_mm: number, narrower_mm: number): Rect {
  return {
    x: Math.round(rect.x * px_per_mm),
    y: Math.round(rect.y * px_per_mm),
    width: Math.round((rect.width - narrower_mm) * px_per_mm),
    height: Math.round((rect.height - narrower_mm) * px_per_mm),
  };
}

function extraction(rect: Rect, within: Size) {
  return {
    left: rect.x,
    top: rect.y,
    width: Math.min(rect.width, within.width - rect.x),
    height: Math.min(rect.height, within.height - rect.y),
  };
}
