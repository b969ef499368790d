// What a file is and where it lies, compared with the pixels that must come out.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFString, rgb } from 'pdf-lib';
import sharp from 'sharp';
import { inspectArtwork } from '../../proofs';
import { openDrawing } from '../../proofs/artwork/drawing';
import { kindOf } from '../../proofs/artwork/identify';
import { openPdf } from '../../proofs/artwork/pdf';
import { openPicture } from '../../proofs/artwork/picture';
import { checkLook } from '../../proofs/checks';
import { MM_PER_PT } from '../../proofs/geometry';
import type { Artwork } from '../../proofs/look';
import { booklet, card, newFolder, removeFolders, request } from './artwork';
import { findingsOf, makeCard, saved } from './cards';

const MM = 1 / MM_PER_PT;
const PX = { width: 91 * 4, height: 61 * 4 };

afterAll(removeFolders);

async function colourAt(artwork: Artwork, x_mm: number, y_mm: number, page = 1): Promise<number[]> {
  const { data, px_per_mm, width } = await artwork.draw(page, PX);
  const at = (Math.floor((y_mm + 3) * px_per_mm) * width + Math.floor((x_mm + 3) * px_per_mm)) * 3;
  return [...data.subarray(at, at + 3)];
}

function near(found: number[], wanted: number[], most = 6): void {
  for (const [index, value] of wanted.entries()) {
    if (Math.abs(found[index]! - value) > most) throw new Error(`${found} is not ${wanted}`);
  }
}

describe('boxes of a PDF', () => {
  /** A card with a red mark in its top left corner as shown, whatever the page is written like. */
  async function turned(rotation: number, unit: number, origin: number): Promise<Uint8Array> {
    const document = await PDFDocument.create();
    const isUpright = rotation % 180 !== 0;
    const mm = MM / unit;
    const [width, height] = isUpright ? [61, 91] : [91, 61];
    const page = document.addPage([width * mm, height * mm]);
    page.node.set(PDFName.of('Rotate'), document.context.obj(rotation));
    page.node.set(PDFName.of('UserUnit'), document.context.obj(unit));
    page.setMediaBox(origin, origin, width * mm, height * mm);
    page.setTrimBox(origin + 3 * mm, origin + 3 * mm, (width - 6) * mm, (height - 6) * mm);
    const corner = { 0: [0, 1], 90: [0, 0], 180: [1, 0], 270: [1, 1] }[rotation]!;
    const side = 13 * mm;
    page.drawRectangle({
      x: origin + corner[0]! * (width * mm - side),
      y: origin + corner[1]! * (height * mm - side),
      width: side,
      height: side,
      color: rgb(1, 0, 0),
    });
    return document.save();
  }

  test.each([
    [0, 1, 0],
    [90, 1, 0],
    [180, 1, 500],
    [270, 2, -300],
    [90, 0.5, 1234],
  ])('turned by %i, in units of %f, from %i: the corner stays the corner', async (rotation, unit, origin) => {
    const artwork = await openPdf(saved(await turned(rotation, unit, origin)), card);
    expect(artwork.look.pages[0]!.fit).toMatchObject({ rule: 'exact', swapped: false });
    near(await colourAt(artwork, 5, 5), [255, 0, 0]);
    near(await colourAt(artwork, 9.5, 9.5), [255, 0, 0]);
    near(await colourAt(artwork, 10.5, 10.5), [255, 255, 255]);
    near(await colourAt(artwork, 80, 50), [255, 255, 255]);
    artwork.close();
  });

  test.each([
    [85, 55, 'exact'],
    [91, 61, 'exact-with-bleed'],
    [170, 110, 'scaled'],
  ])('%i × %i mm without a TrimBox: %s, and that is told', async (width, height, rule) => {
    const document = await PDFDocument.create();
    document.addPage([width * MM, height * MM]).drawRectangle({ x: 50, y: 50, width: 20, height: 20 });
    const findings = await findingsOf(await document.save());
    const told = findings.find(({ code }) => code === 'no-trim-box');
    expect(told).toMatchObject({ severity: 'info', page: 1, values: { rule } });
    expect(findings.some(({ code }) => code === 'scaled')).toBe(rule === 'scaled');
  });

  test('two pages of a booklet side by side are not squeezed into one', async () => {
    const document = await PDFDocument.create();
    for (let page = 0; page < 8; page += 1) document.addPage([420 * MM, 297 * MM]);
    const { look } = await openPdf(saved(await document.save()), booklet);
    expect(checkLook(look).filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'spreads', values: { width: 420, height: 297 } },
    ]);
  });

  test('a PDF/X says so, with the paper it was made for', async () => {
    const bytes = await makeCard(
      () => '',
      ({ document, context }) => {
        const info = context.obj({ GTS_PDFXVersion: PDFString.of('PDF/X-4') });
        context.trailerInfo.Info = context.register(info);
        const intent = context.obj({ S: 'GTS_PDFX', OutputConditionIdentifier: PDFString.of('FOGRA39') });
        document.catalog.set(PDFName.of('OutputIntents'), context.obj([intent]));
      },
    );
    const told = (await findingsOf(bytes)).find(({ code }) => code === 'print-standard');
    expect(told?.values).toEqual({ standard: 'PDF/X-4', intent: 'FOGRA39' });
  });
});

describe('what stands near the cut', () => {
  const boxes = (content: string) => findingsOfContent(content);
  async function findingsOfContent(content: string) {
    const findings = await findingsOf(await makeCard(() => `0 0.1 0.2 0 k 0 0 91 61 re f ${content}`));
    return findings.filter(({ code }) => code === 'content-near-cut');
  }

  test('a shape within the safe margin is told with its place', async () => {
    const [found] = await boxes('1 0 0 0 k 4.2 20 12 8 re f');
    expect(found).toMatchObject({ severity: 'warning', page: 1 });
    expect(found!.values.distance).toBeCloseTo(1, 0);
    expect(found!.place!.x_mm).toBeCloseTo(1, 0);
    expect(Math.abs(found!.place!.width_mm - 12)).toBeLessThan(1);
    expect(Math.abs(found!.place!.height_mm - 8)).toBeLessThan(1);
  });

  test('a shape that runs over the cut, one well inside, and an even ground are fine', async () => {
    expect(await boxes('1 0 0 0 k 0 20 12 8 re f 40 20 20 20 re f')).toEqual([]);
  });
});

describe('pictures', () => {
  const size = { width: 91 * 4, height: 61 * 4 };
  const flat = (r: number, g: number, b: number) =>
    sharp({ create: { ...size, channels: 3, background: { r, g, b } } });
  const path = (name: string) => join(newFolder(), name);

  test('16 bits a channel', async () => {
    const file = path('deep.tif');
    await flat(200, 100, 50).toColourspace('rgb16').tiff({ compression: 'none' }).toFile(file);
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    near(await colourAt(await openPicture(file, 'tiff', card), 40, 25), [200, 100, 50]);
  });

  test('every page of a TIFF', async () => {
    const pages = Buffer.concat([
      await flat(255, 0, 0).raw().toBuffer(),
      await flat(0, 0, 255).raw().toBuffer(),
    ]);
    const file = path('two.tif');
    const tall = {
      width: size.width,
      height: size.height * 2,
      channels: 3 as const,
      pageHeight: size.height,
    };
    await sharp(pages, { raw: tall }).tiff({ compression: 'none' }).toFile(file);
    const artwork = await openPicture(file, 'tiff', card);
    expect(artwork.look.page_count).toBe(2);
    near(await colourAt(artwork, 40, 25, 1), [255, 0, 0]);
    near(await colourAt(artwork, 40, 25, 2), [0, 0, 255]);
  });

  test('the inverted inks of an Adobe JPEG', async () => {
    const file = path('adobe.jpg');
    await flat(250, 250, 250).toColourspace('cmyk').jpeg({ quality: 95 }).toFile(file);
    const artwork = await openPicture(file, 'jpeg', card);
    expect(artwork.look.colour_spaces).toEqual(['DeviceCMYK']);
    expect(Math.min(...(await colourAt(artwork, 40, 25)))).toBeGreaterThan(225);
  });

  test('the gamma of a PNG', async () => {
    const file = path('linear.png');
    writeFileSync(file, greyPng(128, 100_000));
    near(await colourAt(await openPicture(file, 'png', card), 40, 25), [188, 188, 188], 2);
    writeFileSync(file, greyPng(128, 45_455));
    near(await colourAt(await openPicture(file, 'png', card), 40, 25), [128, 128, 128], 2);
  });

  test('half transparent ink on paper', async () => {
    const file = path('alpha.png');
    const half = { r: 0, g: 0, b: 0, alpha: 0.5 };
    await sharp({ create: { ...size, channels: 4, background: half } })
      .png()
      .toFile(file);
    near(await colourAt(await openPicture(file, 'png', card), 40, 25), [127, 127, 127], 2);
  });
});

describe('drawings and what cannot be opened', () => {
  test('the typefaces that live text asks for are named', async () => {
    const file = join(newFolder(), 'type.svg');
    writeFileSync(
      file,
      `<svg xmlns="http://www.w3.org/2000/svg" width="91mm" height="61mm" viewBox="0 0 91 61"><style>.a{font-family:'Futura PT', sans-serif}</style><text class="a" x="9" y="20" font-size="6">Mimosa</text><text x="9" y="30" font-family="Garamond">Lyon</text></svg>`,
    );
    const { look } = await openDrawing(file, card);
    const told = checkLook(look).find(({ code }) => code === 'live-text-in-drawing');
    expect(told?.values.fonts).toBe('Futura PT, Garamond');
    expect(look.fonts.every(({ embedded }) => !embedded)).toBe(true);
  });

  test('an Illustrator file with a PDF inside is a PDF', () => {
    expect(kindOf(Buffer.from('%PDF-1.5\n%âãÏÓ\n1 0 obj<</Creator(Adobe Illustrator)>>', 'latin1'))).toBe(
      'pdf',
    );
  });

  test.each([
    ['photo.heic', '\0\0\0\x18ftypheic', /HEIC.*JPEG/],
    ['logo.psd', '8BPS\0\x01', /Photoshop.*PDF/],
    ['letter.docx', 'PK\x03\x04....[Content_Types].xml', /PDF/],
    ['layout.indd', '\x06\x06\xed\xf5\xd8\x1d\x46\xe5', /InDesign.*PDF/],
    ['old.eps', '%!PS-Adobe-3.0 EPSF-3.0', /PDF/],
  ])('%s: a sentence says what to export', async (name, head, wanted) => {
    const file = join(newFolder(), name);
    writeFileSync(file, Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(200)]));
    const outcome = await inspectArtwork({ ...request('business-card.pdf'), artwork_path: file });
    expect(outcome.ok ? '' : outcome.refusal.text.en).toMatch(wanted);
  });
});

/** One grey all over, with a gAMA chunk. */
function greyPng(value: number, gamma: number): Buffer {
  const [width, height] = [91 * 4, 61 * 4];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const figure = Buffer.alloc(4);
  figure.writeUInt32BE(gamma);
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width, value)]);
  const rows = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[
      ['IHDR', header],
      ['gAMA', figure],
      ['IDAT', rows],
      ['IEND', Buffer.alloc(0)],
    ].map(([type, data]) => chunk(type as string, data as Buffer)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, check]);
}
