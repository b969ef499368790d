// A PNG may say by a figure how its numbers become light. libvips does not listen to it; a printer has to.
import { open } from 'node:fs/promises';

const HEAD_BYTES = 64 * 1024;
const SIGNATURE_BYTES = 8;
/** The chunk holds the figure times this. */
const UNIT = 100_000;
/** What nearly every program writes for the usual colours of a screen. */
const USUAL = 0.45455;
const SAME_WITHIN = 0.02;

/** null when the picture has none, has a profile that counts more, or is as usual. */
export async function pngGamma(path: string): Promise<number | null> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return gammaIn(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function gammaIn(head: Buffer): number | null {
  let gamma: number | null = null;
  for (let at = SIGNATURE_BYTES; at + 12 <= head.length; ) {
    const length = head.readUInt32BE(at);
    const name = head.toString('latin1', at + 4, at + 8);
    if (name === 'IDAT' || name === 'IEND') break;
    if (name === 'sRGB' || name === 'iCCP') return null;
    if (name === 'gAMA' && length === 4) gamma = head.readUInt32BE(at + 8) / UNIT;
    at += 12 + length;
  }
  return gamma && Math.abs(gamma - USUAL) > SAME_WITHIN ? gamma : null;
}

/** Changes the values, 0 to 255, into those of a usual screen (sRGB). */
export function withUsualGamma(data: Buffer, gamma: number): Buffer {
  const table = Uint8Array.from({ length: 256 }, (_, value) => {
    const light = (value / 255) ** (1 / gamma);
    const shown = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.round(shown * 255);
  });
  for (let at = 0; at < data.length; at += 1) data[at] = table[data[at]!]!;
  return data;
}
