import { inspectArtwork, type PrintSpecification, type Severity } from '../../proofs';
import { booklet, card, removeFolders, request } from './artwork';

type Told = `${Severity} ${string}`;

async function told(name: string, specification: PrintSpecification = card): Promise<Told[]> {
  const outcome = await inspectArtwork(request(name, specification));
  const report = outcome.ok ? outcome.report : outcome.refusal.report;
  return (report?.findings ?? []).map(({ severity, code }): Told => `${severity} ${code}`);
}

async function refusal(name: string, specification: PrintSpecification = card) {
  const outcome = await inspectArtwork(request(name, specification));
  return outcome.ok ? null : outcome.refusal.code;
}

afterAll(removeFolders);

describe('artwork that is right', () => {
  test('a two-sided card with bleed, process inks and embedded type is only told how its inks are shown', async () => {
    const outcome = await inspectArtwork(request('business-card.pdf'));
    expect(outcome).toMatchObject({
      ok: true,
      report: {
        artwork: { kind: 'pdf', page_count: 2 },
        fit: { rule: 'exact', scale_percent: 100, rotated: false },
        colour_spaces: ['DeviceCMYK'],
        colour: { profile: 'FOGRA39L coated', source: 'shop' },
        findings: [{ code: 'soft-proof', severity: 'info' }],
      },
    });
  });

  test('every typeface of the card is found and inside the file', async () => {
    const outcome = await inspectArtwork(request('business-card.pdf'));
    const fonts = outcome.ok ? outcome.report.fonts : [];
    expect(fonts.length).toBeGreaterThanOrEqual(3);
    expect(fonts.every((font) => font.embedded)).toBe(true);
  });

  test('a booklet of sixteen A4 pages is only told how its inks are shown', async () => {
    expect(await told('booklet-a4-16-pages.pdf', booklet)).toEqual(['info soft-proof']);
  });

  test('a page in units of its own, turned and hidden by a CropBox is still a card', async () => {
    const outcome = await inspectArtwork(request('rotated-cropped-user-unit.pdf'));
    expect(outcome).toMatchObject({ ok: true, report: { fit: { rule: 'exact', rotated: false } } });
  });

  test('a drawing in millimetres needs no scaling', async () => {
    const outcome = await inspectArtwork(request('logo.svg'));
    expect(outcome).toMatchObject({ ok: true, report: { fit: { rule: 'exact-with-bleed' } } });
  });

  test('a JPEG that is named .pdf is taken for the JPEG that it is', async () => {
    const outcome = await inspectArtwork(request('jpeg-named.pdf'));
    expect(outcome).toMatchObject({ ok: true, report: { artwork: { kind: 'jpeg' } } });
  });

  test('a file with only an owner password is opened, and that is told', async () => {
    expect(await told('owner-password-only.pdf')).toEqual(['info soft-proof', 'info owner-password']);
  });
});

describe('artwork that the signer must look at', () => {
  test('colour that stops at the cut is told for each page and edge', async () => {
    const outcome = await inspectArtwork(request('business-card-without-bleed.pdf'));
    const findings = outcome.ok ? outcome.report.findings : [];
    expect(findings.map(({ code, page, severity }) => [code, page, severity])).toEqual([
      ['bleed-missing', 1, 'warning'],
      ['bleed-missing', 2, 'warning'],
      ['soft-proof', null, 'info'],
    ]);
    expect(findings[0]!.values.edges).toBe('top, right, bottom, left');
  });

  test('white paper at the cut needs no bleed', async () => {
    expect(await told('card-upright.pdf')).toEqual(['info soft-proof', 'info turned', 'info no-trim-box']);
  });

  test('a product without bleed asks for none', async () => {
    expect(await told('business-card-without-bleed.pdf', { ...card, bleed_mm: 0 })).toEqual([
      'info soft-proof',
    ]);
  });

  test('a page of twice the size is printed at half, and the figure is told', async () => {
    const outcome = await inspectArtwork(request('card-twice-as-large.pdf'));
    const found = outcome.ok ? outcome.report : null;
    expect(found?.fit).toEqual({ rule: 'scaled', scale_percent: 50, rotated: false });
    expect(found?.findings[0]).toMatchObject({ code: 'scaled', values: { percent: 50 } });
  });

  test('an upright card is accepted upright', async () => {
    const outcome = await inspectArtwork(request('card-upright.pdf'));
    expect(outcome).toMatchObject({ ok: true, report: { fit: { rule: 'exact', rotated: true } } });
  });

  test('text near the cut is told with its words and place, and so is a line too thin to hold', async () => {
    const fine = { ...card, drawing: { line_pt: { warn: 0.25, block: 0.05 } } };
    const outcome = await inspectArtwork(request('text-near-the-cut.pdf', fine));
    const findings = outcome.ok ? outcome.report.findings : [];
    expect(findings.map((found) => found.code)).toEqual(['text-near-cut', 'thin-lines', 'soft-proof']);
    expect(findings[0]!.values.words).toBe('One millimetre from the edge');
    expect(findings[0]!.place!.x_mm).toBeCloseTo(1, 0);
    expect(findings[1]!.values.width).toBeCloseTo(0.1);
  });

  test('a weak picture is named with its resolution at print size and where it stands', async () => {
    const outcome = await inspectArtwork(request('low-resolution-picture.pdf'));
    const found = outcome.ok ? outcome.report.findings[0] : null;
    expect(found).toMatchObject({
      code: 'low-resolution',
      severity: 'warning',
      page: 1,
      place: { x_mm: 7, y_mm: 8, width_mm: 40, height_mm: 40 },
      values: { ppi: 203, warn: 224 },
    });
  });

  test('special inks and screen colours are told to be converted', async () => {
    const outcome = await inspectArtwork(request('spot-and-rgb-colours.pdf'));
    const findings = outcome.ok ? outcome.report.findings : [];
    expect(findings[0]).toMatchObject({ code: 'spot-colours', values: { names: 'PANTONE 185 C' } });
    expect(findings.map((found) => found.code)).toContain('rgb-colours');
  });

  test('colour for a product of one ink is told', async () => {
    const black: PrintSpecification = { ...card, colour: 'black' };
    expect(await told('business-card.pdf', black)).toEqual([
      'warning colour-in-black',
      'warning colour-in-black',
    ]);
  });

  test('more ink than the paper takes is told, as the mean of a square of 15 mm', async () => {
    const thirsty: PrintSpecification = { ...card, ink_limit_percent: 90 };
    const outcome = await inspectArtwork(request('cmyk.tif', thirsty));
    const found = outcome.ok ? outcome.report.findings[0] : null;
    expect(found).toMatchObject({ code: 'ink-limit', severity: 'warning', values: { limit: 90 } });
    expect(found!.values.found).toBeGreaterThan(95);
    expect(await told('cmyk.tif')).not.toContain('warning ink-limit');
  });

  test('a blank page is told', async () => {
    expect(await told('blank-second-page.pdf')).toContain('warning blank-page');
  });

  test('comments, form fields, scripts and attachments are told to stay on the screen', async () => {
    expect(await told('form-comments-script-attachment.pdf')).toEqual([
      'info soft-proof',
      'info annotations',
      'info form-fields',
      'info scripts',
      'info attachments',
    ]);
  });

  test('a drawing that points outside itself is drawn without what it points at', async () => {
    expect(await told('script-and-outside-references.svg')).toEqual(
      expect.arrayContaining(['warning outside-references', 'warning live-text-in-drawing', 'info scripts']),
    );
  });

  test('a phone photo of another shape is cut, and by how much is told', async () => {
    const outcome = await inspectArtwork(request('photo-from-a-phone.jpg'));
    const found = outcome.ok ? outcome.report.findings[0] : null;
    expect(found).toMatchObject({ code: 'cropped', severity: 'warning', values: { sides: 3.6, ends: 0 } });
  });
});

describe('artwork that is refused with a sentence', () => {
  test.each([
    ['wrong-size', 'letter-size-for-a-card.pdf'],
    ['line-too-thin', 'text-near-the-cut.pdf'],
    ['font-not-embedded', 'font-not-embedded.pdf'],
    ['resolution-too-low', 'photo-too-small.jpg'],
    ['password-needed', 'password.pdf'],
    ['incomplete', 'cut-off.pdf'],
    ['no-pages', 'no-pages.pdf'],
    ['page-size-impossible', 'page-of-three-kilometres.pdf'],
    ['empty-file', 'empty.pdf'],
    ['unknown-format', 'letter-in-disguise.pdf'],
    ['unknown-format', 'working-file.psd'],
    ['too-many-pixels', 'bomb.png'],
    ['damaged', 'reads-our-disk.svg'],
  ])('%s: %s', async (code, name) => {
    expect(await refusal(name)).toBe(code);
  });

  test('page-count: two pages where sixteen are wanted', async () => {
    const sixteen = { ...card, pages: { min: 16, max: 16, multiple_of: 4 } };
    expect(await refusal('business-card.pdf', sixteen)).toBe('page-count');
  });

  test('a refusal for an error carries the whole report, errors first', async () => {
    const outcome = await inspectArtwork(request('font-not-embedded.pdf'));
    const findings = outcome.ok ? [] : outcome.refusal.report!.findings;
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'error font-not-embedded',
      'warning standard-font-not-embedded',
      'info soft-proof',
      'info rgb-colours',
    ]);
  });

  test('a piece larger than any proof is refused', async () => {
    const banner = { ...card, trim_mm: { width: 12_000, height: 2_000 } };
    expect(await refusal('business-card.pdf', banner)).toBe('piece-too-large');
  });
});
