// The ICC profile through which process inks are shown: the artwork's own, or the one that ships with the engine.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MAX_PROFILE_BYTES } from '../limits';

export interface PressProfile {
  name: string;
  source: 'artwork' | 'shop';
  bytes: Buffer;
}

export const SHOP_PROFILE = resolve(__dirname, '../../../proofs/profiles/coated-fogra39l.icc');

// Offsets from the ICC specification (ICC.1:2010, clauses 7.2 and 7.3).
const AT = { size: 0, deviceClass: 12, colourSpace: 16, signature: 36, tagCount: 128, tags: 132 };
const TAG_BYTES = 12;
const MAX_TAGS = 100;
const MAX_NAME_LENGTH = 80;

let shop: PressProfile | null = null;

export function shopProfile(): PressProfile {
  shop ??= pressProfile(readFileSync(SHOP_PROFILE), 'shop');
  if (!shop) throw new Error(`${SHOP_PROFILE} is not a press profile`);
  return shop;
}

/** null unless these are the bytes of a printing profile for the four process inks, whole and of a sane size. */
export function pressProfile(bytes: Buffer, source: PressProfile['source']): PressProfile | null {
  if (bytes.length < AT.tags || bytes.length > MAX_PROFILE_BYTES) return null;
  const word = (at: number) => bytes.toString('latin1', at, at + 4);
  if (word(AT.signature) !== 'acsp' || word(AT.colourSpace) !== 'CMYK' || word(AT.deviceClass) !== 'prtr') {
    return null;
  }
  if (bytes.readUInt32BE(AT.size) > bytes.length) return null;
  const tags = tagsOf(bytes);
  if (!tags?.has('A2B0')) return null;
  return { name: nameOf(bytes, tags), source, bytes: colorimetric(bytes, tags) };
}

interface Tag {
  entry: number;
  at: number;
  size: number;
}

function tagsOf(bytes: Buffer): Map<string, Tag> | null {
  const count = bytes.readUInt32BE(AT.tagCount);
  if (count > MAX_TAGS || AT.tags + count * TAG_BYTES > bytes.length) return null;
  const tags = new Map<string, Tag>();
  for (let index = 0; index < count; index += 1) {
    const entry = AT.tags + index * TAG_BYTES;
    const tag = { entry, at: bytes.readUInt32BE(entry + 4), size: bytes.readUInt32BE(entry + 8) };
    if (tag.at + tag.size > bytes.length) return null;
    tags.set(bytes.toString('latin1', entry, entry + 4), tag);
  }
  return tags;
}

// PDFium and libvips convert with the perceptual table; a proof wants the colorimetric one. Both find it here.
function colorimetric(bytes: Buffer, tags: Map<string, Tag>): Buffer {
  const wanted = tags.get('A2B1');
  if (!wanted) return bytes;
  const changed = Buffer.from(bytes);
  const entry = tags.get('A2B0')!.entry;
  changed.writeUInt32BE(wanted.at, entry + 4);
  changed.writeUInt32BE(wanted.size, entry + 8);
  return changed;
}

function nameOf(bytes: Buffer, tags: Map<string, Tag>): string {
  const tag = tags.get('desc');
  const body = tag ? bytes.subarray(tag.at, tag.at + tag.size) : Buffer.alloc(0);
  const name = printable(described(body)).slice(0, MAX_NAME_LENGTH);
  return name || 'CMYK';
}

function described(body: Buffer): string {
  const kind = body.toString('latin1', 0, 4);
  if (kind === 'desc' && body.length > 12) {
    return body.toString('latin1', 12, 12 + Math.min(body.readUInt32BE(8), body.length - 12));
  }
  if (kind === 'mluc' && body.length >= 28) {
    const [length, at] = [body.readUInt32BE(20), body.readUInt32BE(24)];
    if (length % 2 === 0 && at + length <= body.length) {
      return Buffer.from(body.subarray(at, at + length))
        .swap16()
        .toString('utf16le');
    }
  }
  return '';
}

function printable(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').trim();
}
