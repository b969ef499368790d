import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { type Fix, makePressSheet, makeProof, type ProofResult } from '../../proofs';
import { Pdfium } from '../../proofs/artwork/pdfium';
import { sha256 } from '../../proofs/fingerprint';
import { MM_PER_PT } from '../../proofs/geometry';
import { fixture, newFolder, removeFolders, request } from './artwork';

afterAll(removeFolders);

interface Made {
  proof: ProofResult;
  /** The bytes that go to the press. */
  press: Buffer;
  folder: string;
}

const known = new Map<string, Promise<Made>>();

/** The same again is not drawn again. */
function made(name: string, fixes: Fix[] = [], path = fixture(name)): Promise<Made> {
  const key = `${path} ${JSON.stringify(fixes)}`;
  const found = known.get(key) ?? make(name, fixes, path);
  known.set(key, found);
  return found;
}

async function make(name: string, fixes: Fix[], path: string): Promise<Made> {
  const asked = request(name, undefined, { fixes, artwork_path: path });
  const outcome = await makeProof(asked);
  if (!outcome.ok) throw new Error(outcome.refusal.text.en + (outcome.refusal.detail ?? ''));
  const { file } = outcome.proof.press;
  const press = readFileSync(file ? join(asked.out_folder, file) : path);
  return { proof: outcome.proof, press, folder: asked.out_folder };
}

const PX_PER_MM = 8;

/** A page of a PDF from the top left of its sheet; `at` gives the colour at a place in millimetres. */
async function drawn(bytes: Buffer, page = 1, sheet = { width: 91, height: 61 }) {
  const pdf = await Pdfium.open(bytes);
  const px = { width: sheet.width * PX_PER_MM, height: sheet.height * PX_PER_MM };
  const scale = MM_PER_PT * PX_PER_MM;
  const data = pdf.draw(page, px, [scale, 0, 0, scale, 0, 0], { x: 0, y: 0, ...px })!;
  pdf.close();
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * PX_PER_MM) * px.width + Math.floor(x * PX_PER_MM)) * 3;
    return [...data.subarray(start, start + 3)];
  };
  return { data, at };
}

const far = (one: number[], other: number[]) =>
  Math.hypot(...one.map((value, index) => value - other[index]!));
const ALIKE = 40;
const ALL: Fix = { fix: 'mirror_bleed', page: 1, edges: ['top', 'right', 'bottom', 'left'] };

async function boxesOf(press: Buffer, page = 0) {
  const found = (await PDFDocument.load(press)).getPage(page);
  const { width, height, x, y } = found.getTrimBox();
  const mm = (value: number) => Math.round(value * MM_PER_PT * 100) / 100;
  return {
    trim: [mm(width), mm(height)],
    inset: [mm(x - found.getBleedBox().x), mm(y - found.getBleedBox().y)],
    turns: found.getRotation().angle,
  };
}

describe('the press file', () => {
  test('is the artwork itself, byte for byte, when nothing must be changed', async () => {
    const { proof, press, folder } = await made('business-card.pdf');
    expect(proof.press).toMatchObject({ file: null, sha256: sha256(press), bytes: press.length });
    expect(proof.press.derivation.steps).toEqual([{ step: 'kept-as-sent' }]);
    expect(readdirSync(folder)).not.toContain('press.pdf');
  });

  test('is named by its hash, which the slug says too, beside the artwork’s', async () => {
    const { proof, press, folder } = await made('card-twice-as-large.pdf');
    expect(proof.press).toMatchObject({ file: 'press.pdf', sha256: sha256(press), bytes: press.length });
    expect(proof.press.derivation).toMatchObject({
      artwork_sha256: proof.report.artwork.sha256,
      press_sha256: proof.press.sha256,
      steps: [{ step: 'scaled', percent: 50, pages: '1' }],
    });
    const pdf = await Pdfium.open(readFileSync(join(folder, 'proof.pdf')));
    expect(pdf.text(1)).toContain(proof.press.sha256);
    expect(pdf.text(1)).toContain(proof.report.artwork.sha256);
    pdf.close();
  });

  test('comes out the same when it is derived again', async () => {
    const name = 'business-card-without-bleed.pdf';
    const again = await make(name, [ALL], fixture(name));
    expect(again.press.equals((await made(name, [ALL])).press)).toBe(true);
  });

  test('carries no comment, form, script or attachment, and looks as before', async () => {
    const name = 'form-comments-script-attachment.pdf';
    const { press, proof } = await made(name);
    expect(proof.press.derivation.steps).toEqual([
      { step: 'removed', annotations: 2, form_fields: 1, scripts: 1, attachments: 1 },
    ]);
    for (const word of ['/Annot', '/AcroForm', '/JavaScript', '/EmbeddedFile']) {
      expect(press.includes(word)).toBe(false);
    }
    expect((await drawn(press)).data.equals((await drawn(readFileSync(fixture(name)))).data)).toBe(true);
  });

  test('opens without the owner’s password', async () => {
    const { press } = await made('owner-password-only.pdf');
    expect((await PDFDocument.load(press)).getPageCount()).toBe(2);
  });

  test('stands upright in the size of the piece, with its bleed', async () => {
    const { press } = await made('rotated-cropped-user-unit.pdf');
    expect(await boxesOf(press)).toEqual({ trim: [85, 55], inset: [3, 3], turns: 0 });
    const { at } = await drawn(press);
    expect(far(at(12, 12), [0, 170, 235])).toBeLessThan(ALIKE);
    expect(far(at(70, 40), [240, 90, 50])).toBeLessThan(ALIKE);
  });
});

describe('what was chosen', () => {
  test('a mirrored bleed shows the edge once more, and the warning becomes a note', async () => {
    const { press, proof } = await made('business-card-without-bleed.pdf', [ALL]);
    const { at } = await drawn(press);
    for (const beyond of [0.5, 1.5, 2.5]) {
      for (const along of [10, 30, 45]) {
        expect(far(at(3 - beyond, along), at(3 + beyond, along))).toBeLessThan(12);
        expect(far(at(88 + beyond, along), at(88 - beyond, along))).toBeLessThan(ALIKE);
        expect(far(at(along, 58 + beyond), at(along, 58 - beyond))).toBeLessThan(12);
      }
    }
    expect(await boxesOf(press)).toMatchObject({ trim: [85, 55], inset: [3, 3] });
    const told = proof.report.findings
      .filter(({ page }) => page === 1)
      .map(({ code, severity }) => [code, severity]);
    expect(told).toEqual([['bleed-mirrored', 'info']]);
  });

  test('only the edges that were named are mirrored', async () => {
    const left: Fix = { fix: 'mirror_bleed', page: 1, edges: ['left'] };
    const { press } = await made('business-card-without-bleed.pdf', [left]);
    const { at } = await drawn(press);
    expect(far(at(1, 30), at(5, 30))).toBeLessThan(12);
    expect(at(30, 60)).toEqual([255, 255, 255]);
  });

  test('letters stay letters, also in the mirror', async () => {
    const { press } = await made('business-card-without-bleed.pdf', [ALL]);
    const pdf = await Pdfium.open(press);
    expect(pdf.text(1)).toContain('Fleurs fraîches & café du matin');
    pdf.close();
  });

  test('an upright card is turned to lie', async () => {
    const { press, proof } = await made('card-upright.pdf', [{ fix: 'rotate', degrees: 90 }]);
    expect(await boxesOf(press)).toEqual({ trim: [85, 55], inset: [3, 3], turns: 0 });
    expect(proof.report.findings.map(({ code }) => code)).toContain('page-turned');
    expect(proof.report.findings.map(({ code }) => code)).not.toContain('turned');
    expect(proof.pages[0]!.trim_px.width).toBeGreaterThan(proof.pages[0]!.trim_px.height);
  });

  test.each(['whole', 'fill'] as const)(
    'a page of another shape is scaled, not distorted (%s)',
    async (how) => {
      const { proof } = await made('letter-size-for-a-card.pdf', [{ fix: 'scale_to_trim', how }]);
      const percent = how === 'whole' ? 55 / 215.9 : 91 / 279.4;
      expect(proof.press.derivation.steps[0]!.percent).toBeCloseTo(percent * 100, 1);
      expect(proof.report.findings.find(({ code }) => code === 'page-scaled')).toMatchObject({
        values: { how },
      });
    },
  );

  test('nothing is offered that the shop cannot do: a page of another shape may be scaled, a missing font is not mended', async () => {
    const offers = async (name: string) => {
      const outcome = await makeProof(request(name));
      const report = outcome.ok ? outcome.proof.report : outcome.refusal.report!;
      return Object.fromEntries(report.findings.map((found) => [found.code, found.offers ?? null]));
    };
    expect(await offers('letter-size-for-a-card.pdf')).toMatchObject({
      'wrong-size': [
        { fix: 'scale_to_trim', how: 'whole' },
        { fix: 'scale_to_trim', how: 'fill' },
      ],
    });
    expect(await offers('font-not-embedded.pdf')).toMatchObject({ 'font-not-embedded': null });
  });
});

describe('the sheet with two copies', () => {
  test('shows the press file twice, one above the other, with marks beside each cut', async () => {
    const out_folder = newFolder();
    const request = {
      press_path: fixture('business-card.pdf'),
      bleed_mm: 3,
      label: 'K7F-204 · v2',
      out_folder,
    };
    const outcome = await makePressSheet(request);
    if (!outcome.ok) throw new Error(outcome.refusal.text.en);
    expect(outcome.sheet.step).toEqual({ step: 'imposed', copies: 2, width_mm: 115, height_mm: 146 });
    const sheet = readFileSync(join(out_folder, 'sheet.pdf'));
    const { at } = await drawn(sheet, 1, { width: 115, height: 146 });
    const { at: once } = await drawn(readFileSync(fixture('business-card.pdf')));
    for (const [x, y] of [
      [4, 4],
      [30, 30],
      [60, 12],
      [86, 57],
    ] as const) {
      expect(far(at(12 + x, 12 + y), once(x, y))).toBeLessThan(25);
      expect(far(at(12 + x, 73 + y), once(x, y))).toBeLessThan(25);
    }
    const isDark = (x: number, y: number) =>
      [-0.1, 0, 0.1].some((away) => at(x, y + away).every((value) => value < 200));
    for (const y of [15, 70, 76, 131]) expect(isDark(8, y) && isDark(107, y)).toBe(true);
    const pdf = await Pdfium.open(sheet);
    expect(pdf.text(2)).toContain('K7F-204 · v2 · 2 / 2');
    pdf.close();
  });
});

describe('a picture', () => {
  test('in a JPEG goes in as it came and is turned by its place on the page', async () => {
    const { press, proof } = await made('photo-from-a-phone.jpg');
    expect(press.includes(readFileSync(fixture('photo-from-a-phone.jpg')))).toBe(true);
    expect(await boxesOf(press)).toMatchObject({ trim: [55, 85] });
    const { at } = await drawn(press, 1, { width: 61, height: 91 });
    const [, , blue] = at(15, 14);
    const [red] = at(15, 85);
    expect(blue).toBeGreaterThan(140);
    expect(red).toBeLessThan(110);
    expect(proof.press.derivation.steps).toMatchObject([{ step: 'picture-placed', encoding: 'as sent' }]);
  });

  test('keeps the inks of a TIFF and of a JPEG that counts them upside down', async () => {
    const jpeg = join(newFolder(), 'inks.jpg');
    await sharp(fixture('cmyk.tif'))
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toFile(jpeg);
    for (const { press } of [await made('cmyk.tif'), await made('inks.jpg', [], jpeg)]) {
      const { at } = await drawn(press);
      expect(far(at(11, 30), [0, 165, 225])).toBeLessThan(60);
      expect(far(at(34, 30), [225, 10, 130])).toBeLessThan(60);
      expect(far(at(57, 30), [250, 235, 20])).toBeLessThan(60);
      expect(far(at(80, 30), [35, 32, 34])).toBeLessThan(60);
    }
  });

  test('that is see-through lies on paper, and a drawing becomes pixels for a press', async () => {
    const { at } = await drawn((await made('transparent.png')).press);
    expect(at(5, 30)).toEqual([255, 255, 255]);
    const drawing = await made('logo.svg');
    expect(drawing.proof.press.derivation.steps).toMatchObject([{ ppi: 600, width_px: 2150 }]);
    expect(readdirSync(drawing.folder).sort()).toEqual([
      'page-1.webp',
      'press.pdf',
      'proof.pdf',
      'thumb-1.webp',
    ]);
  });

  test('of grey stays one ink', async () => {
    const grey = join(newFolder(), 'grey.png');
    await sharp({ create: { width: 1100, height: 740, channels: 3, background: '#777' } })
      .toColourspace('b-w')
      .png()
      .toFile(grey);
    const { press } = await made('grey.png', [], grey);
    expect(press.toString('latin1')).toContain('/BitsPerComponent 8 /ColorSpace /DeviceGray');
  });
});
