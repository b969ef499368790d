// The plainest TIFF there is: libvips learns the profile of bare pixels only from a file.
import type { Size } from '../geometry';

const ENTRY_BYTES = 12;
const HEADER_BYTES = 8;
const SHORT = 3;
const LONG = 4;
const BYTES = 7;
const INKS = 4;
const SEPARATED = 5;

/** `inks`: four bytes a pixel, cyan to black, 255 is full ink. */
export function cmykTiff(inks: Buffer, { width, height }: Size, profile: Buffer): Buffer {
  const count = 11;
  const bits_at = HEADER_BYTES + 2 + count * ENTRY_BYTES + 4;
  const profile_at = bits_at + 2 * INKS;
  const inks_at = profile_at + profile.length + (profile.length % 2);
  const entries = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, INKS, bits_at],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, SEPARATED],
    [273, LONG, 1, inks_at],
    [277, SHORT, 1, INKS],
    [278, LONG, 1, height],
    [279, LONG, 1, inks.length],
    [284, SHORT, 1, 1],
    [34675, BYTES, profile.length, profile_at],
  ] as const;
  const head = Buffer.alloc(inks_at);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(HEADER_BYTES, 4);
  head.writeUInt16LE(count, HEADER_BYTES);
  entries.forEach(([tag, type, length, value], index) => {
    const at = HEADER_BYTES + 2 + index * ENTRY_BYTES;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(length, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  for (let ink = 0; ink < INKS; ink += 1) head.writeUInt16LE(8, bits_at + 2 * ink);
  profile.copy(head, profile_at);
  return Buffer.concat([head, inks]);
}
