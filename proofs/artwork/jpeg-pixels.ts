// A JPEG out of a PDF as pixels for the screen, decoded by libvips: shrunk while it is decoded, then converted.
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../geometry';
import { MAX_PICTURE_PIXELS } from '../limits';
import { cmykTiff } from './cmyk-tiff';
import type { PlainPicture } from './plain-pictures';

const ADOBE = Buffer.from('Adobe\0', 'latin1');
const HEAD_BYTES = 64 * 1024;
const CHANNELS = { cmyk: 4, rgb: 3, gray: 1 };

/** Red, green and blue in `size`; null when the JPEG is damaged or not what the PDF says of it. */
export async function jpegPixels(
  jpeg: Buffer,
  { space, is_inverted, profile }: PlainPicture,
  size: Size,
  inks: Uint8Array,
): Promise<Buffer | null> {
  try {
    const picture = sharp(jpeg, {
      ignoreIcc: true,
      failOn: 'error',
      limitInputPixels: MAX_PICTURE_PIXELS.jpeg,
    });
    const { channels } = await picture.metadata();
    if (channels !== CHANNELS[space]) return null;
    if (space !== 'cmyk') {
      const shown = await picture
        .resize({ ...size, fit: 'fill' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer();
      return is_inverted ? inverted(shown) : shown;
    }
    const own = await inksOf(picture, jpeg, is_inverted, size);
    return await sharp(cmykTiff(own, size, Buffer.from(profile ?? inks)))
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch {
    return null;
  }
}

/** Four bytes a pixel, 255 for full ink; null when the JPEG is damaged or has other channels. */
export async function jpegInks(jpeg: Buffer, is_inverted: boolean, size: Size): Promise<Buffer | null> {
  try {
    const picture = sharp(jpeg, {
      ignoreIcc: true,
      failOn: 'error',
      limitInputPixels: MAX_PICTURE_PIXELS.jpeg,
    });
    const { channels } = await picture.metadata();
    return channels === CHANNELS.cmyk ? await inksOf(picture, jpeg, is_inverted, size) : null;
  } catch {
    return null;
  }
}

async function inksOf(picture: Sharp, jpeg: Buffer, is_inverted: boolean, size: Size): Promise<Buffer> {
  const shrunk = await picture
    .pipelineColourspace('cmyk')
    .resize({ ...size, fit: 'fill' })
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer();
  // libvips turns the inks of Adobe's JPEGs round by itself; a PDF says whether they are.
  return isAdobe(jpeg) === is_inverted ? shrunk : inverted(shrunk);
}

function isAdobe(jpeg: Buffer): boolean {
  return jpeg.subarray(0, HEAD_BYTES).includes(ADOBE);
}

function inverted(values: Buffer): Buffer {
  for (let at = 0; at < values.length; at += 1) values[at] = 255 - values[at]!;
  return values;
}
