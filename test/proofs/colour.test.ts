import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PDFDocument, PDFName } from 'pdf-lib';
import { inspectArtwork, type PrintSpecification } from '../../proofs';
import { cmykTiff } from '../../proofs/artwork/cmyk-tiff';
import { withInksIn } from '../../proofs/artwork/content-colours';
import { openPdf } from '../../proofs/artwork/pdf';
import { Pdfium } from '../../proofs/artwork/pdfium';
import { openPicture } from '../../proofs/artwork/picture';
import { pressProfile } from '../../proofs/artwork/press-profile';
import { MM_PER_PT, type Size } from '../../proofs/geometry';
import type { Artwork } from '../../proofs/look';
import { deltaE } from '../support/delta-e';
import { card, fixture, newFolder, removeFolders, request } from './artwork';
import { BAND_MM, MIXED, mixedColours } from './mixed-colours';
import { MANNERS, type Manner, PATCH_PT, PATCHES, page, patches, ROW_PT } from './patches';

const ROOT = resolve(__dirname, '../../..');
const COATED = readFileSync(join(ROOT, 'proofs/profiles/coated-fogra39l.icc'));
const UNCOATED = readFileSync(join(ROOT, 'test/fixtures/profiles/uncoated-fogra29l.icc'));

// The twelve patches through each profile to sRGB, relative colorimetric with black point compensation, by
// Ghostscript 10.00 (lcms2): gs -sDEVICE=ppmraw -r72 -dRenderIntent=1 -dBlackPtComp=1 -sDefaultCMYKProfile=PROFILE
// -sOutputICCProfile=/usr/share/color/icc/sRGB.icc
// biome-ignore format: one row of the page in each line
const REFERENCE = {
  coated: [[0, 159, 227], [230, 0, 126], [255, 237, 0], [32, 31, 30], [49, 41, 132], [228, 11, 23], [0, 150, 66], [10, 15, 15], [0, 156, 217], [244, 146, 0], [212, 211, 212], [145, 102, 134]],
  uncoated: [[0, 158, 221], [229, 50, 135], [255, 231, 0], [51, 40, 30], [50, 67, 138], [223, 43, 44], [0, 140, 67], [29, 20, 6], [14, 152, 209], [239, 134, 41], [206, 205, 206], [136, 104, 130]],
};

const ROW: PrintSpecification = {
  ...card,
  trim_mm: { width: ROW_PT * MM_PER_PT, height: PATCH_PT * MM_PER_PT },
  bleed_mm: 0,
  safe_mm: 0,
};
const PX: Size = { width: ROW_PT, height: PATCH_PT };

afterAll(removeFolders);

function saved(name: string, bytes: Uint8Array): string {
  const path = join(newFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

function colours(data: Buffer): number[][] {
  return PATCHES.map((_, index) => {
    const at = ((PATCH_PT / 2) * ROW_PT + (index + 0.5) * PATCH_PT) * 3;
    return [...data.subarray(at, at + 3)];
  });
}

async function drawn(artwork: Artwork): Promise<number[][]> {
  const { data } = await artwork.draw(1, PX);
  artwork.close();
  return colours(data);
}

async function plainlyDrawn(bytes: Uint8Array): Promise<number[][]> {
  const pdfium = await Pdfium.open(bytes);
  const data = pdfium.draw(1, PX, [1, 0, 0, 1, 0, 0], { x: 0, y: 0, ...PX })!;
  pdfium.close();
  return colours(data);
}

function differences(found: number[][], wanted: number[][]): { mean: number; worst: number } {
  const each = found.map((colour, index) => deltaE(colour, wanted[index]!));
  return { mean: each.reduce((sum, one) => sum + one, 0) / each.length, worst: Math.max(...each) };
}

async function pressed(manner: Manner, profile?: Uint8Array) {
  const artwork = await openPdf(saved('patches.pdf', await patches(manner, profile)), ROW);
  return { inks: artwork.look.inks, colours: await drawn(artwork) };
}

describe('process inks of a PDF are shown as the press prints them', () => {
  test.each(MANNERS)('set as %s, through the profile of the shop', async (manner) => {
    const found = await pressed(manner);
    expect(found.inks).toMatchObject({ profile: { source: 'shop' }, is_complete: true });
    const { mean, worst } = differences(found.colours, REFERENCE.coated);
    expect(mean).toBeLessThan(0.4);
    expect(worst).toBeLessThan(1);
  });

  test.each(MANNERS)('set as %s, through the profile that the file names', async (manner) => {
    const found = await pressed(manner, UNCOATED);
    expect(found.inks).toMatchObject({
      profile: { source: 'artwork', name: 'Uncoated FOGRA29L (test)' },
      is_complete: true,
    });
    const { mean, worst } = differences(found.colours, REFERENCE.uncoated);
    expect(mean).toBeLessThan(0.7);
    expect(worst).toBeLessThan(1.5);
  });

  test('through its DefaultCMYK where a page has one', async () => {
    const document = await PDFDocument.load(await patches('vectors'));
    const { context } = document;
    const profile = context.register(context.flateStream(UNCOATED, { N: 4 }));
    const DefaultCMYK = context.obj([PDFName.of('ICCBased'), profile]);
    document.getPage(0).node.Resources()!.set(PDFName.of('ColorSpace'), context.obj({ DefaultCMYK }));
    const path = saved('default.pdf', await document.save());
    expect(differences(await drawn(await openPdf(path, ROW)), REFERENCE.uncoated).worst).toBeLessThan(1.5);
  });

  test('and so is a special ink that is imitated with them', async () => {
    const document = await PDFDocument.load(await page('/Spot cs 1 scn 0 0 20 20 re f'));
    const { context } = document;
    const tint = context.obj({ FunctionType: 2, Domain: [0, 1], C0: [0, 0, 0, 0], C1: [0, 1, 1, 0], N: 1 });
    const Spot = context.obj([
      PDFName.of('Separation'),
      PDFName.of('Signal Red'),
      PDFName.of('DeviceCMYK'),
      tint,
    ]);
    document.getPage(0).node.Resources()!.set(PDFName.of('ColorSpace'), context.obj({ Spot }));
    const [shown] = await drawn(await openPdf(saved('spot.pdf', await document.save()), ROW));
    expect(deltaE(shown!, REFERENCE.coated[5]!)).toBeLessThan(1);
  });

  test('which a viewer without the profile does not', async () => {
    expect(differences(await plainlyDrawn(await patches('vectors')), REFERENCE.coated).mean).toBeGreaterThan(
      2,
    );
  });

  test('a profile that is none is not believed', async () => {
    const found = await pressed('vectors', COATED.subarray(0, 4000));
    expect(found.inks?.profile?.source).toBe('shop');
    expect(pressProfile(Buffer.alloc(500), 'artwork')).toBeNull();
    expect(differences(found.colours, REFERENCE.coated).worst).toBeLessThan(1);
  });
});

describe('process inks of a picture are shown as the press prints them', () => {
  const rows = Buffer.concat(
    Array.from({ length: PATCH_PT }, () =>
      Buffer.from(
        PATCHES.flatMap((inks) =>
          Array.from({ length: PATCH_PT }, () => inks.map((ink) => Math.round(ink * 255))),
        ).flat(),
      ),
    ),
  );

  test('through its own profile when it has one', async () => {
    const artwork = await openPicture(saved('patches.tif', cmykTiff(rows, PX, UNCOATED)), 'tiff', ROW);
    expect(artwork.look.inks?.profile?.source).toBe('artwork');
    const found = await drawn(artwork);
    // libvips compensates the black point in Lab and so takes the tint out of full black.
    const tinted = PATCHES.flatMap(([, , , black], index) => (black < 1 ? [index] : []));
    const of = (list: number[][]) => tinted.map((index) => list[index]!);
    const { mean, worst } = differences(of(found), of(REFERENCE.uncoated));
    expect(mean).toBeLessThan(0.9);
    expect(worst).toBeLessThan(2.3);
  });

  test('through the profile of the shop when it has none', async () => {
    const artwork = await openPicture(fixture('cmyk.tif'), 'tiff', card);
    expect(artwork.look.inks?.profile?.source).toBe('shop');
    const px = { width: 800, height: 536 };
    const { data } = await artwork.draw(1, px);
    for (const [index, x] of [0.1, 0.36, 0.62, 0.86].entries()) {
      const at = (268 * px.width + Math.round(px.width * x)) * 3;
      expect(deltaE([...data.subarray(at, at + 3)], REFERENCE.coated[index]!)).toBeLessThan(2.4);
    }
  });
});

describe('every other kind of colour', () => {
  // The same page by Ghostscript 10.00, as above.
  // biome-ignore format: one figure for each band
  const WANTED = [[22, 151, 194], [171, 109, 185], [238, 112, 94], [172, 148, 92], [127, 198, 114], [21, 136, 0], [240, 95, 76], [146, 132, 189], [51, 127, 204]];
  let shown: number[][] = [];

  beforeAll(async () => {
    const artwork = await openPdf(saved('mixed.pdf', await mixedColours()), card);
    const px = { width: 910, height: 610 };
    const { data } = await artwork.draw(1, px);
    artwork.close();
    shown = MIXED.map((_, index) => {
      const at = (300 * px.width + (index + 0.5) * BAND_MM * 10) * 3;
      return [...data.subarray(at, at + 3)];
    });
  });

  test.each(MIXED.map((name, index) => [name, index] as const))('%s', (_, index) => {
    expect(deltaE(shown[index]!, WANTED[index]!)).toBeLessThan(1);
  });
});

describe('what is not DeviceCMYK stays as it is', () => {
  const OTHERS = `0.9 0.3 0.1 rg 0 0 20 20 re f 0.4 g 20 0 20 20 re f /Spot cs 0.7 scn 40 0 20 20 re f
    /DeviceRGB cs 0.1 0.8 0.2 sc 60 0 20 20 re f`;

  test('screen colours, greys and special inks beside process inks', async () => {
    const bytes = await page(`${OTHERS} 0 1 1 0 k 80 0 20 20 re f`);
    const found = await drawn(await openPdf(saved('mixed.pdf', bytes), ROW));
    const plain = await plainlyDrawn(bytes);
    expect(found.slice(0, 4)).toEqual(plain.slice(0, 4));
    expect(found[4]).not.toEqual(plain[4]);
  });

  test('a file without process inks is not written again and speaks of no profile', async () => {
    const artwork = await openPdf(saved('rgb.pdf', await page(OTHERS)), ROW);
    expect(artwork.look.inks).toBeNull();
    artwork.close();
  });

  test('letters in strings, names, comments and pictures are not taken for colours', () => {
    for (const content of [
      '(0 0 0 1 k) Tj',
      '/k gs /K Do',
      '% 0 0 0 1 k\n',
      '<0001> Tj',
      '0 0 1 k',
      '(\\) 0 0 0 1 k) Tj [(1 1 1 1 K) 5] TJ',
      'BI /W 9 /H 1 /BPC 8 /CS /G ID \u0001EI 1 1 1 1 k \u0002 EI Q',
    ]) {
      expect(withInksIn({ DeviceCMYK: 'Inks' }, Buffer.from(content, 'latin1'))).toBeNull();
    }
    expect(`${withInksIn({ DeviceCMYK: 'Inks' }, Buffer.from('q .1 0 0 1 k f'))}`).toBe(
      'q /Inks cs .1 0 0 1 scn f',
    );
  });
});

describe('a file that is hard to read', () => {
  test('a page that sets a million colours is written again within its memory and time', async () => {
    const many = `${'0 1 1 0 k\n'.repeat(1_000_000)}0 0 20 20 re f`;
    const path = saved('many.pdf', await page(many));
    const outcome = await inspectArtwork(request('many.pdf', ROW, { artwork_path: path }), {
      memory_bytes: 1024 ** 3,
    });
    const report = outcome.ok ? outcome.report : outcome.refusal.report;
    expect(report?.colour?.source).toBe('shop');
  });

  test('is drawn plainly when its streams cannot be read, and that is told', async () => {
    const hex = Buffer.from('0 1 1 0 k 0 0 20 20 re f').toString('hex');
    const bytes = await page(`${hex}>`, 'ASCIIHexDecode');
    const path = saved('hex.pdf', bytes);
    const artwork = await openPdf(path, ROW);
    expect(artwork.look.inks).toEqual({ profile: null, is_complete: false });
    expect((await drawn(artwork))[0]).toEqual((await plainlyDrawn(bytes))[0]);

    const outcome = await inspectArtwork(request('hex.pdf', ROW, { artwork_path: path }));
    const report = outcome.ok ? outcome.report : outcome.refusal.report!;
    expect(report.colour).toBeUndefined();
    expect(report.findings.map(({ code }) => code)).toContain('colours-approximate');
  });
});
