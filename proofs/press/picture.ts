// The press file of a picture or a drawing: the picture at its own resolution, laid on the piece. A JPEG goes in as it
// came; the proof is drawn from the same picture data.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { pngGamma, withUsualGamma } from '../artwork/png-gamma';
import { SHOP_PROFILE, shopProfile } from '../artwork/press-profile';
import type { Fix, PressStep } from '../contract';
import { type Matrix, MM_PER_INCH, rounded, type Size } from '../geometry';
import {
  MAX_DRAWN_PIXELS,
  MAX_JPEG_SIDE_PX,
  MAX_LOSSLESS_BYTES,
  MAX_PICTURE_PIXELS,
  PRESS_DRAWING_PPI,
} from '../limits';
import type { Artwork, PageLook, Plate as PlateFile } from '../look';
import { refused } from '../refused';
import { type PictureOnPage, writePicturePdf } from './picture-pdf';
import { drawnFromPlates } from './plates';

export interface PressedPicture {
  path: string;
  steps: PressStep[];
  /** The artwork from which the proof is drawn: the same pixels as in the press file. */
  artwork: Artwork;
  /** Files that were only needed on the way. */
  scraps: string[];
}

const LOSSY = { quality: 95, chromaSubsampling: '4:4:4' };
const ADOBE_MARK = Buffer.from('Adobe\0', 'latin1');
const HEAD_BYTES = 256 * 1024;

export async function pressPicture(
  artwork: Artwork,
  artwork_path: string,
  fixes: Fix[],
  out_folder: string,
): Promise<PressedPicture> {
  const scraps: string[] = [];
  const scrap = (name: string) => {
    const path = join(out_folder, name);
    scraps.push(path);
    return path;
  };
  const { look } = artwork;
  const steps: PressStep[] = [];
  const plates: Plate[] = [];
  for (const page of look.pages) {
    const source =
      look.kind === 'svg'
        ? await drawnPlate(artwork, page, scrap('drawing.png'))
        : await withGammaMade(
            { path: artwork_path, kind: look.kind as Plate['kind'], page: page.number },
            scrap,
          );
    const plate = await plateOf(source, page, fixes, scrap);
    plates.push(plate);
    steps.push(...plate.steps);
  }
  const path = join(out_folder, 'press.pdf');
  await writePicturePdf(path, picturesOf(plates, look.pages, look.specification.bleed_mm));
  const is_same = plates.every((plate) => plate.path === artwork_path);
  return { path, steps, artwork: is_same ? artwork : drawnFromPlates(look, plates), scraps };
}

interface Plate extends PlateFile {
  steps: PressStep[];
}

function opened({ path, kind, page }: PlateFile): Sharp {
  const options: SharpOptions = { limitInputPixels: MAX_PICTURE_PIXELS[kind], failOn: 'error' };
  return sharp(path, kind === 'tiff' ? { ...options, page: page - 1 } : options);
}

/** Programs differ in whether they heed the gamma of a PNG: in the press file its values are usual ones. */
async function withGammaMade(plate: PlateFile, scrap: (name: string) => string): Promise<PlateFile> {
  if (plate.kind !== 'png') return plate;
  const { icc, width, height } = await opened(plate).metadata();
  const gamma = icc ? null : await pngGamma(plate.path);
  if (!gamma || width * height > MAX_DRAWN_PIXELS) return plate;
  const { data, info } = await opened(plate)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const path = scrap('usual-gamma.png');
  const { channels } = info;
  await sharp(withUsualGamma(data, gamma), { raw: { width: info.width, height: info.height, channels } })
    .png({ compressionLevel: 1 })
    .toFile(path);
  return { ...plate, path };
}

// A drawing has no pixels of its own; as many as a press can show are made.
async function drawnPlate(artwork: Artwork, page: PageLook, path: string): Promise<PlateFile> {
  const { width, height } = sheetOf(page, artwork.look.specification.bleed_mm);
  const wanted = PRESS_DRAWING_PPI / MM_PER_INCH;
  const scale = Math.min(wanted, Math.sqrt(MAX_DRAWN_PIXELS / (width * height)));
  const px = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const { data } = await artwork.draw(page.number, px);
  await sharp(data, { raw: { ...px, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toFile(path);
  return { path, kind: 'png', page: 1 };
}

async function plateOf(
  source: PlateFile,
  page: PageLook,
  fixes: Fix[],
  scrap: (name: string) => string,
): Promise<Plate> {
  const metadata = await opened(source).metadata();
  const ppi = rounded(MM_PER_INCH / page.fit!.scale);
  const placed = (encoding: string) => ({
    step: 'picture-placed',
    page: page.number,
    width_px: metadata.autoOrient.width,
    height_px: metadata.autoOrient.height,
    ppi: source.kind === 'png' && page.images.length === 0 ? PRESS_DRAWING_PPI : ppi,
    encoding,
  });
  const is_converted = fixes.some((each) => each.fix === 'convert_to_press_profile') && !isInked(metadata);
  if (source.kind === 'jpeg' && !is_converted) return { ...source, steps: [placed('as sent')] };
  const channels = is_converted || metadata.space === 'cmyk' ? 4 : isGrey(metadata) ? 1 : 3;
  const is_large = metadata.width * metadata.height * channels > MAX_LOSSLESS_BYTES;
  const steps: PressStep[] = is_converted
    ? [{ step: 'converted', page: page.number, profile: shopProfile().name, intent: 'perceptual' }]
    : [];
  steps.push(placed(is_large ? `JPEG, quality ${LOSSY.quality}` : 'lossless'));
  if (!is_large && !is_converted) return { ...source, steps };
  const path = scrap(`plate-${page.number}.${is_large ? 'jpg' : 'tif'}`);
  const pixels = inOwnColours(opened(source).autoOrient(), metadata, is_converted);
  const fitting = pixels.resize({
    width: MAX_JPEG_SIDE_PX,
    height: MAX_JPEG_SIDE_PX,
    fit: 'inside',
    withoutEnlargement: true,
  });
  try {
    await (is_large ? fitting.jpeg(LOSSY) : pixels.tiff({ compression: 'none' })).toFile(path);
  } catch {
    throw refused('page-damaged', { page: page.number });
  }
  return { path, kind: is_large ? 'jpeg' : 'tiff', page: 1, steps };
}

function isGrey({ space, hasAlpha, channels }: Metadata): boolean {
  return (space === 'b-w' || space === 'grey16') && channels === (hasAlpha ? 2 : 1);
}

function isInked({ space }: Metadata): boolean {
  return space === 'cmyk' || space === 'b-w' || space === 'grey16';
}

/** Inks stay inks and grey stays grey; every other colour becomes sRGB, as on the proof. */
function inOwnColours(picture: Sharp, metadata: Metadata, is_converted: boolean): Sharp {
  if (metadata.space === 'cmyk' && !metadata.hasAlpha) {
    return picture.pipelineColourspace('cmyk').toColourspace('cmyk').keepIccProfile();
  }
  const flat = picture.flatten({ background: '#ffffff' }).removeAlpha();
  if (is_converted) return flat.withIccProfile(SHOP_PROFILE);
  return isGrey(metadata) ? flat.toColourspace('b-w') : flat.toColourspace('srgb');
}

async function* picturesOf(
  plates: Plate[],
  pages: PageLook[],
  bleed_mm: number,
): AsyncGenerator<PictureOnPage> {
  for (const [index, plate] of plates.entries()) {
    const { fit } = pages[index]!;
    const metadata = await opened(plate).metadata();
    const { autoOrient: shown } = metadata;
    const sheet = sheetOf(pages[index]!, bleed_mm);
    // Covers the sheet in its own shape; what is over on two sides falls outside the page.
    const scale = Math.max(sheet.width / shown.width, sheet.height / shown.height);
    const size = { width: shown.width * scale, height: shown.height * scale };
    const upright: Matrix = [
      size.width,
      0,
      0,
      size.height,
      (sheet.width - size.width) / 2,
      (sheet.height - size.height) / 2,
    ];
    const base = { trim: fit!.trim, bleed_mm };
    if (plate.kind === 'jpeg') {
      yield {
        ...base,
        pixels: { width: metadata.width, height: metadata.height },
        space: metadata.space === 'cmyk' ? 'cmyk' : isGrey(metadata) ? 'gray' : 'rgb',
        profile: fittingProfile(metadata) ?? (isInked(metadata) ? null : await screenProfile()),
        data: {
          is: 'jpeg',
          path: plate.path,
          is_inverted: metadata.space === 'cmyk' && (await isAdobes(plate)),
        },
        matrix: oriented(metadata.orientation ?? 1, upright),
      };
    } else {
      const pixels = inOwnColours(opened(plate).autoOrient(), metadata, false);
      const { data, info } = await pixels
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
        .catch(() => {
          throw refused('page-damaged', { page: index + 1 });
        });
      const space = info.channels === 4 ? 'cmyk' : info.channels === 1 ? 'gray' : 'rgb';
      const profile =
        space === 'cmyk' ? fittingProfile(metadata) : space === 'gray' ? null : await screenProfile();
      yield {
        ...base,
        pixels: { width: info.width, height: info.height },
        space,
        profile,
        data: { is: 'samples', bytes: data },
        matrix: upright,
      };
    }
  }
}

const PROFILE_SPACES: Record<string, string> = { CMYK: 'cmyk', 'RGB ': 'rgb', GRAY: 'gray' };

/** The picture's own profile, when it is one for its number of channels. */
function fittingProfile(metadata: Metadata): Buffer | null {
  const { icc, space } = metadata;
  if (!icc || icc.length < 128) return null;
  const wanted = space === 'cmyk' ? 'cmyk' : isGrey(metadata) ? 'gray' : 'rgb';
  return PROFILE_SPACES[icc.toString('latin1', 16, 20)] === wanted ? icc : null;
}

let srgb: Promise<Buffer | null> | undefined;

function screenProfile(): Promise<Buffer | null> {
  srgb ??= sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .withIccProfile('srgb')
    .png()
    .toBuffer()
    .then((png) => sharp(png).metadata())
    .then(({ icc }) => icc ?? null);
  return srgb;
}

/** Adobe's programs write the inks of a JPEG upside down and leave this mark. */
async function isAdobes({ path }: Plate): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead).includes(ADOBE_MARK);
  } finally {
    await file.close();
  }
}

// EXIF 2.3, tag 0x0112. The picture data is untouched; its unit square is turned and flipped instead.
const ORIENTATIONS: Record<number, Matrix> = {
  1: [1, 0, 0, 1, 0, 0],
  2: [-1, 0, 0, 1, 1, 0],
  3: [-1, 0, 0, -1, 1, 1],
  4: [1, 0, 0, -1, 0, 1],
  5: [0, -1, -1, 0, 1, 1],
  6: [0, -1, 1, 0, 0, 1],
  7: [0, 1, 1, 0, 0, 0],
  8: [0, 1, -1, 0, 1, 0],
};

function oriented(orientation: number, upright: Matrix): Matrix {
  const [a, b, c, d, e, f] = ORIENTATIONS[orientation] ?? ORIENTATIONS[1]!;
  const [w, , , h, x, y] = upright;
  return [a * w, b * h, c * w, d * h, e * w + x, f * h + y];
}

function sheetOf({ fit }: PageLook, bleed_mm: number): Size {
  return { width: fit!.trim.width + 2 * bleed_mm, height: fit!.trim.height + 2 * bleed_mm };
}
