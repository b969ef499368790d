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

const COMPONENTS: Record<string, number> = { DeviceGray: 1, DeviceRGB: 3, DeviceCMYK: 4 };
const BEGINS: Record<string, string> = { DeviceGray: '0', DeviceRGB: '0 0 0', DeviceCMYK: '0 0 0 1' };

const INLINE_NAMES: Record<string, string> = { G: 'DeviceGray', RGB: 'DeviceRGB', CMYK: 'DeviceCMYK' };
const INLINE_PICTURE_SPACE = /(\/(?:CS|ColorSpace)\s*)\/(G|RGB|CMYK|Device(?:Gray|RGB|CMYK))(?=[\s/]|$)/;

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

/** The graphics state in which an operator paints, by its place, and the one that follows it. */
export interface Blended {
  states: ReadonlyMap<number, string>;
  after: string;
}

/** The device space to the name of the space that takes its place. */
export type SpaceNames = Partial<Record<string, string>>;

/**
 * The stream with every colour of these device spaces set in the space of that name instead, and with the paints that
 * overprint blended; null when there is nothing to change. The operands stay as they are written.
 */
export function withInksIn(names: SpaceNames, content: Buffer, blended?: Blended): Buffer | null {
  const written = new Written(content);
  for (const operator of operators(content)) {
    const state = blended?.states.get(operator.at);
    const words = state
      ? `/${state} gs ${content.toString('latin1', operator.operands_at, operator.end)} /${blended!.after} gs`
      : replacement(operator, names, content);
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

function replacement(operator: Operator, names: SpaceNames, content: Buffer): string | null {
  const { word, numbers, name, operands_at, at } = operator;
  const operands = () => content.toString('latin1', operands_at, at);
  const device = spaces[word];
  if (device && numbers === COMPONENTS[device]) {
    const space = names[device];
    if (!space) return null;
    return word === word.toLowerCase() ? `/${space} cs ${operands()}scn` : `/${space} CS ${operands()}SCN`;
  }
  const space = name ? names[name] : undefined;
  // A new DeviceCMYK colour begins as black, one with a profile as no ink at all.
  if (word === 'cs' && space) return `/${space} cs ${BEGINS[name!]} scn`;
  if (word === 'CS' && space) return `/${space} CS ${BEGINS[name!]} SCN`;
  if (word === 'ID') {
    const written = operands().replace(INLINE_PICTURE_SPACE, (whole, key: string, short: string) => {
      const known = names[INLINE_NAMES[short] ?? short];
      return known ? `${key}/${known}` : whole;
    });
    return written === operands() ? null : `${written}ID`;
  }
  return null;
}
