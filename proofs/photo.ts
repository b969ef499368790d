// A copy of a camera's photograph that may be shown: upright, of bearable size, without what the camera wrote into it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { PhotoCopy, PhotoRequest } from './contract';
import { sha256 } from './fingerprint';
import { MAX_PHOTO_PIXELS, PHOTO_LONG_SIDE_PX } from './limits';
import { refused } from './refused';

const FILE = 'photo.webp';
const QUALITY = 80;
const KINDS = ['jpeg', 'png', 'webp'];

/** Throws Refused when it is no photograph that can be read. */
export async function copyPhoto({ photo_path, out_folder }: PhotoRequest): Promise<PhotoCopy> {
  const photo = sharp(photo_path, { limitInputPixels: MAX_PHOTO_PIXELS, failOn: 'error' });
  const path = join(out_folder, FILE);
  try {
    const { format } = await photo.metadata();
    if (!KINDS.includes(format ?? '')) throw refused('damaged');
    const { width, height } = await photo
      .rotate()
      .resize({
        width: PHOTO_LONG_SIDE_PX,
        height: PHOTO_LONG_SIDE_PX,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .webp({ quality: QUALITY })
      .toFile(path);
    return { file: FILE, sha256: sha256(await readFile(path)), width_px: width, height_px: height };
  } catch {
    throw refused('damaged');
  }
}
