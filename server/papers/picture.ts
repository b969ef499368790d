import sharp from 'sharp';

const QUALITY = 82;

/** One of our own page images, as a PDF can take it. */
export async function asJpeg(image: Uint8Array): Promise<Uint8Array> {
  return sharp(image).jpeg({ quality: QUALITY }).toBuffer();
}
