// A PDF of pictures, one to a page, written straight to disk: a poster of a gigabyte never lies in memory whole.
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { type Matrix, MM_PER_PT, type Size } from '../geometry';

export interface PictureOnPage {
  pixels: Size;
  space: 'gray' | 'rgb' | 'cmyk';
  /** null: the plain inks of the press, or plain grey. */
  profile: Buffer | null;
  data:
    | { is: 'jpeg'; path: string; is_inverted: boolean }
    /** Packed by the writer. */
    | { is: 'samples'; bytes: Buffer };
  /** The finished piece. */
  trim: Size;
  bleed_mm: number;
  /** Where the unit square of the picture goes, in millimetres from the bottom left of the piece with its bleed. */
  matrix: Matrix;
}

const SPACES = { gray: ['DeviceGray', 1], rgb: ['DeviceRGB', 3], cmyk: ['DeviceCMYK', 4] } as const;

/** The page tree and the catalogue stand first so that their numbers are known. */
const CATALOGUE = 1;
const TREE = 2;

export async function writePicturePdf(path: string, pages: AsyncIterable<PictureOnPage>): Promise<void> {
  const writer = await Writer.create(path);
  try {
    const numbers: number[] = [];
    for await (const page of pages) numbers.push(await writePage(writer, page));
    await writer.object(TREE, `<< /Type /Pages /Count ${numbers.length} /Kids [${refs(numbers)}] >>`);
    await writer.object(CATALOGUE, `<< /Type /Catalog /Pages ${TREE} 0 R >>`);
    await writer.end(CATALOGUE);
  } finally {
    await writer.close();
  }
}

async function writePage(writer: Writer, page: PictureOnPage): Promise<number> {
  const space = await writeSpace(writer, page);
  const picture = await writePicture(writer, page, space);
  const { trim, bleed_mm } = page;
  const size = { width: trim.width + 2 * bleed_mm, height: trim.height + 2 * bleed_mm };
  const sheet = [0, 0, size.width, size.height];
  const content = `q ${numbers(page.matrix.map(pt))} cm /Art Do Q`;
  const contents = await writer.stream('', Buffer.from(content, 'latin1'));
  const box = (name: string, mm: number[]) => `/${name} [${numbers(mm.map(pt))}]`;
  const boxes = [
    box('MediaBox', sheet),
    box('BleedBox', sheet),
    box('TrimBox', [bleed_mm, bleed_mm, size.width - bleed_mm, size.height - bleed_mm]),
  ].join(' ');
  return writer.object(
    writer.next(),
    `<< /Type /Page /Parent ${TREE} 0 R ${boxes} /Resources << /XObject << /Art ${picture} 0 R >> >> /Contents ${contents} 0 R >>`,
  );
}

async function writeSpace(writer: Writer, { space, profile }: PictureOnPage): Promise<string> {
  const [device, channels] = SPACES[space];
  if (!profile) return `/${device}`;
  const number = await writer.stream(
    `/N ${channels} /Alternate /${device} /Filter /FlateDecode`,
    deflateSync(profile),
  );
  return `[/ICCBased ${number} 0 R]`;
}

async function writePicture(writer: Writer, { pixels, space, data }: PictureOnPage, colours: string) {
  const dict = `/Type /XObject /Subtype /Image /Width ${pixels.width} /Height ${pixels.height} /BitsPerComponent 8 /ColorSpace ${colours}`;
  if (data.is === 'samples') return writer.stream(`${dict} /Filter /FlateDecode`, deflateSync(data.bytes));
  const decode = data.is_inverted ? ` /Decode [${Array(SPACES[space][1]).fill('1 0').join(' ')}]` : '';
  return writer.stream(`${dict} /Filter /DCTDecode${decode}`, data.path);
}

function pt(mm: number): number {
  return mm / MM_PER_PT;
}

function numbers(values: number[]): string {
  return values.map((value) => String(Number(value.toFixed(5)))).join(' ');
}

function refs(list: number[]): string {
  return list.map((number) => `${number} 0 R`).join(' ');
}

class Writer {
  private readonly offsets: number[] = [];
  private last = TREE;
  private length = 0;

  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<Writer> {
    const writer = new Writer(await open(path, 'wx'));
    // Bytes above 127 tell whoever carries the file that it is no text.
    await writer.write(Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1'));
    return writer;
  }

  next(): number {
    this.last += 1;
    return this.last;
  }

  async object(number: number, body: string): Promise<number> {
    this.offsets[number] = this.length;
    await this.write(Buffer.from(`${number} 0 obj\n${body}\nendobj\n`, 'latin1'));
    return number;
  }

  /** `data`: bytes, or the path of a file that is copied in. */
  async stream(dict: string, data: Buffer | string): Promise<number> {
    const number = this.next();
    const length = typeof data === 'string' ? (await stat(data)).size : data.length;
    this.offsets[number] = this.length;
    await this.write(
      Buffer.from(
        `${number} 0 obj\n<< ${dict} /Length ${length} >>\nstream\n`.replace('<<  ', '<< '),
        'latin1',
      ),
    );
    if (typeof data === 'string') for await (const part of createReadStream(data)) await this.write(part);
    else await this.write(data);
    await this.write(Buffer.from('\nendstream\nendobj\n', 'latin1'));
    return number;
  }

  async end(root: number): Promise<void> {
    const start = this.length;
    const count = this.last + 1;
    const lines = Array.from({ length: count - 1 }, (_, index) => {
      const offset = String(this.offsets[index + 1]).padStart(10, '0');
      return `${offset} 00000 n \n`;
    });
    const table = `xref\n0 ${count}\n0000000000 65535 f \n${lines.join('')}`;
    const trailer = `trailer\n<< /Size ${count} /Root ${root} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
    await this.write(Buffer.from(table + trailer, 'latin1'));
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes);
    this.length += bytes.length;
  }
}
