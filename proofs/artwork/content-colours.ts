// Which device colours a content stream sets, and the same stream with its process inks named by a profile.
import { inflateSync } from 'node:zlib';
import { PDFArray, PDFName, type PDFRawStream } from 'pdf-lib';
import { MAX_STREAM_BYTES } from '../limits';
import { type Operator, operators } from './content-operators';

const spaces: Record<string, string> = {
  g: 'DeviceGray',
  G: 'DeviceGray',
  rg: 'DeviceRGB',
  RG: 'DeviceRGB',
  k: 'DeviceCMYK',
  K: 'DeviceCMYK',
};

const INLINE_PICTURE_SPACE = /(\/(?:CS|ColorSpace)\s*)\/(?:CMYK|DeviceCMYK)(?=[\s/]|$)/;

/** null when the stream is packed in a way that is not read here, or would unpack beyond the limit. */
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
  for (const { word } of operators(content)) {
    const space = spaces[word];
    if (space) found.add(space);
  }
  return found;
}

/**
 * The stream with every DeviceCMYK colour set in the colour space of this name instead; null when it sets none.
 * The operands stay as they are written.
 */
export function withInksIn(space: string, content: Buffer): Buffer | null {
  const written = new Written(content);
  for (const operator of operators(content)) {
    const words = replacement(operator, space, content);
    if (words !== null) written.replace(operator.operands_at, operator.end, words);
  }
  return written.result();
}

/** A page may set a colour a million times: one buffer that grows, not a piece for each. */
class Written {
  private bytes = Buffer.alloc(0);
  private length = 0;
  private copied = 0;

  constructor(private readonly content: Buffer) {}

  replace(from: number, to: number, words: string): void {
    const needed = this.length + (from - this.copied) + words.length;
    if (needed > this.bytes.length) this.grow(needed);
    this.length += this.content.copy(this.bytes, this.length, this.copied, from);
    this.length += this.bytes.write(words, this.length, 'latin1');
    this.copied = to;
  }

  result(): Buffer | null {
    if (this.copied === 0) return null;
    return Buffer.concat([this.bytes.subarray(0, this.length), this.content.subarray(this.copied)]);
  }

  private grow(needed: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(2 * needed, this.content.length));
    this.bytes.copy(bytes, 0, 0, this.length);
    this.bytes = bytes;
  }
}

function replacement(operator: Operator, space: string, content: Buffer): string | null {
  const { word, numbers, name, operands_at, at } = operator;
  const operands = () => content.toString('latin1', operands_at, at);
  if (word === 'k' && numbers === 4) return `/${space} cs ${operands()}scn`;
  if (word === 'K' && numbers === 4) return `/${space} CS ${operands()}SCN`;
  // A new DeviceCMYK colour begins as black, one with a profile as no ink at all.
  if (word === 'cs' && name === 'DeviceCMYK') return `/${space} cs 0 0 0 1 scn`;
  if (word === 'CS' && name === 'DeviceCMYK') return `/${space} CS 0 0 0 1 SCN`;
  if (word === 'ID' && INLINE_PICTURE_SPACE.test(operands())) {
    return `${operands().replace(INLINE_PICTURE_SPACE, `$1/${space}`)}ID`;
  }
  return null;
}
