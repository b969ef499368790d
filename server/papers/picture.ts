import sharp from 'sharp';

const QUALITY = 82;

/** One of our own page images, as a PDF can take it. */
export async function asJpeg(image: Uint8Array): Promise<Uint8Array> {
  return sharp(image).jpeg({ quality: QUALITY }).toBuffer();
}

/** The same, no larger than `side_px` in either direction, for papers that must stay small. */
export async function asSmallJpeg(image: Uint8Array, side_px: number, quality: number): Promise<Uint8Array> {
  return sharp(image)
    .rotate()
    .flatten({ background: '#ffffff' })
    .resize({ width: side_px, height: side_px, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality })
    .toBuffer();
}
