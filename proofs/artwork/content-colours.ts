// Which device colours a content stream sets. A small reader of tokens: it skips strings, names and inline pictures.
import { inflateSync } from 'node:zlib';
import { PDFArray, PDFName, type PDFRawStream } from 'pdf-lib';
import { MAX_STREAM_BYTES } from '../limits';

const spaces: Record<string, string> = {
  g: 'DeviceGray',
  G: 'DeviceGray',
  rg: 'DeviceRGB',
  RG: 'DeviceRGB',
  k: 'DeviceCMYK',
  K: 'DeviceCMYK',
};

const PARENTHESIS = { open: 0x28, close: 0x29, escape: 0x5c };
const ANGLE = { open: 0x3c, close: 0x3e };
const SLASH = 0x2f;
const PERCENT = 0x25;

/** null when the stream is packed in a way that does not matter here, or would unpack beyond the limit. */
export function unpacked(stream: PDFRawStream, limit: number): Buffer | null {
  const filter = stream.dict.lookup(PDFName.of('Filter'));
  const filters = filter instanceof PDFArray ? filter.asArray() : filter ? [filter] : [];
  const bytes = Buffer.from(stream.getContents());
  if (filters.length === 0) return bytes.length <= limit ? bytes : null;
  if (filters.length > 1 || `${filters[0]}` !== '/FlateDecode') return null;
  try {
    return inflateSync(bytes, { maxOutputLength: Math.min(limit, MAX_STREAM_BYTES) });
  } catch {
    return null;
  }
}

export function deviceColours(content: Buffer): Set<string> {
  const found = new Set<string>();
  let at = 0;
  while (at < content.length) {
    const byte = content[at]!;
    if (byte === PARENTHESIS.open) {
      at = afterString(content, at);
    } else if (byte === ANGLE.open && content[at + 1] !== ANGLE.open) {
      const end = content.indexOf(ANGLE.close, at);
      at = end < 0 ? content.length : end + 1;
    } else if (byte === PERCENT) {
      while (at < content.length && content[at] !== 0x0a && content[at] !== 0x0d) at += 1;
    } else if (byte === SLASH || isLetter(byte)) {
      const start = at;
      at += 1;
      while (at < content.length && isRegular(content[at]!)) at += 1;
      if (byte === SLASH) continue;
      const word = content.toString('latin1', start, Math.min(at, start + 8));
      const space = spaces[word];
      if (space) found.add(space);
      if (word === 'ID') at = afterInlinePicture(content, at);
    } else {
      at += 1;
    }
  }
  return found;
}

function afterString(content: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < content.length; at += 1) {
    const byte = content[at];
    if (byte === PARENTHESIS.escape) at += 1;
    else if (byte === PARENTHESIS.open) depth += 1;
    else if (byte === PARENTHESIS.close) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return content.length;
}

function afterInlinePicture(content: Buffer, start: number): number {
  const end = content.indexOf('EI', start, 'latin1');
  return end < 0 ? content.length : end + 2;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function isRegular(byte: number): boolean {
  return byte > 0x20 && !'()<>[]{}/%'.includes(String.fromCharCode(byte));
}
