import { type PDFArray, PDFName } from 'pdf-lib';
import { openPdf } from '../../proofs/artwork/pdf';
import { kindOfInk } from '../../proofs/checks/special-inks';
import { deltaE } from '../support/delta-e';
import { card, removeFolders } from './artwork';
import { type CardParts, findingsOf, makeCard, saved } from './cards';

afterAll(removeFolders);

const GREEN_GROUND = '1 0 1 0 k 0 0 91 61 re f';

const overprinting = (mode: number) => (parts: CardParts) =>
  parts.name('ExtGState', 'Over', { op: true, OP: true, OPM: mode });

async function codes(content: (parts: CardParts) => string, specification = card): Promise<string[]> {
  const findings = await findingsOf(await makeCard(content), specification);
  return findings
    .map(({ severity, code }) => `${severity} ${code}`)
    .filter((each) => !/soft-proof/.test(each));
}

async function found(code: string, content: (parts: CardParts) => string, specification = card) {
  const findings = await findingsOf(await makeCard(content), specification);
  return findings.find((finding) => finding.code === code);
}

describe('white that is set to overprint', () => {
  const whiteLetters = (parts: CardParts) => {
    overprinting(1)(parts);
    return `${GREEN_GROUND} /Over gs 0 0 0 0 k BT /F 8 Tf 20 30 Td ${parts.words('Gone')} Tj ET`;
  };

  test('is told with its place, and the proof shows the ground through it', async () => {
    const finding = await found('white-overprint', whiteLetters);
    expect(finding).toMatchObject({ severity: 'warning', page: 1, values: { what: 'text' } });
    expect(finding!.place!.x_mm).toBeCloseTo(17, 0);
    expect(finding!.place!.y_mm).toBeGreaterThan(20);
    expect(finding!.place!.y_mm).toBeLessThan(28);
    const artwork = await openPdf(saved(await makeCard(whiteLetters)), card);
    const { data } = await artwork.draw(1, { width: 273, height: 183 });
    artwork.close();
    const first = [...data.subarray(0, 3)];
    for (let at = 0; at < data.length; at += 3) {
      if (deltaE([...data.subarray(at, at + 3)], first) > 1) throw new Error(`a white letter shows at ${at}`);
    }
  });

  test('is left alone where the file says that nothing lets through (OPM 0), as a press does', async () => {
    const content = (parts: CardParts) => {
      overprinting(0)(parts);
      return `${GREEN_GROUND} /Over gs 0 0 0 0 k 20 20 20 20 re f`;
    };
    expect(await codes(content)).toEqual(['info no-text']);
    const artwork = await openPdf(saved(await makeCard(content)), card);
    const { data } = await artwork.draw(1, { width: 273, height: 183 });
    artwork.close();
    const at = (90 * 273 + 90) * 3;
    expect([...data.subarray(at, at + 3)]).toEqual([255, 255, 255]);
  });
});

describe('inks that overprint', () => {
  // By Ghostscript 10.00 with -dOverprint=/simulate through the same profile, and how far the proof may be from it.
  const CELLS: Array<[string, string, string, number, number[], number]> = [
    ['yellow on cyan', '1 0 0 0 k', '0 0 1 0 k', 1, [0, 150, 66], 8],
    ['black on cyan', '1 0 0 0 k', '0 0 0 1 k', 1, [0, 18, 33], 6],
    ['black on a mixed ground', '.4 .6 .5 .1 k', '0 0 0 1 k', 1, [17, 6, 2], 3],
    ['magenta on half a cyan', '.5 0 0 0 k', '0 1 0 0 k', 1, [150, 30, 129], 9],
    ['pale magenta on yellow', '0 0 1 0 k', '0 .3 0 0 k', 1, [252, 186, 0], 2],
    ['white on cyan', '1 0 0 0 k', '0 0 0 0 k', 1, [0, 159, 227], 1],
    ['less cyan on cyan', '.8 0 0 0 k', '.2 .5 0 0 k', 1, [207, 150, 195], 1],
    ['yellow on cyan without OPM', '1 0 0 0 k', '0 0 1 0 k', 0, [255, 237, 0], 1],
    ['a special ink on yellow', '0 0 1 0 k', '/Spot cs 1 scn', 1, [230, 53, 22], 3],
    ['half a special ink on cyan', '1 0 0 0 k', '/Spot cs .5 scn', 0, [0, 111, 137], 4],
  ];

  test.each(CELLS)('%s', async (_, under, over, mode, wanted, most) => {
    const bytes = await makeCard((parts) => {
      overprinting(mode)(parts);
      const { context, name } = parts;
      const space = context.obj([PDFName.of('Separation'), PDFName.of('Signal'), PDFName.of('DeviceCMYK')]);
      const tint = { FunctionType: 2, Domain: [0, 1], C0: [0, 0, 0, 0], C1: [0, 0.9, 0.8, 0], N: 1 };
      (space as PDFArray).push(context.obj(tint));
      name('ColorSpace', 'Spot', space);
      return `${under} 0 0 91 61 re f /Over gs ${over} 0 0 91 61 re f`;
    });
    const artwork = await openPdf(saved(bytes), card);
    const { data } = await artwork.draw(1, { width: 91, height: 61 });
    artwork.close();
    const at = (30 * 91 + 45) * 3;
    expect(deltaE([...data.subarray(at, at + 3)], wanted)).toBeLessThan(most);
  });

  test('are told once, with their place', async () => {
    const content = (parts: CardParts) => {
      overprinting(1)(parts);
      return `1 0 0 0 k 0 0 91 61 re f /Over gs 0 0 0 1 k 20 20 10 10 re f 50 20 10 10 re f`;
    };
    const finding = await found('overprint-imitated', content);
    expect(finding).toMatchObject({ severity: 'info', page: 1, place: { x_mm: 17, y_mm: 28 } });
  });
});

test('lines below an eighth of a point are an error, also where the page is scaled and in a form', async () => {
  const inForm = ({ context, name }: CardParts) => {
    const form = context.flateStream('0 0 0 1 K 0.1 w 0 0 m 100 0 l S', {
      Type: 'XObject',
      Subtype: 'Form',
      BBox: [-1, -1, 101, 1],
    });
    name('XObject', 'Line', context.register(form));
    return 'q 0.35 0 0 0.35 20 30 cm /Line Do Q';
  };
  const finding = await found('line-too-thin', inForm);
  expect(finding).toMatchObject({ severity: 'error', page: 1 });
  expect(finding!.values.width).toBeCloseTo((0.1 * 0.35 * 72) / 25.4, 2);
  expect(finding!.place!.x_mm).toBeCloseTo(17, 0);
  expect(finding!.place!.width_mm).toBeCloseTo(35, 0);
  expect(finding!.place!.y_mm).toBeCloseTo(28, 0);
});

test('a thin filled box is taken for the line that it is', async () => {
  expect(await codes(() => '0 0 0 1 k 20 30 40 0.06 re f')).toEqual(['warning thin-lines', 'info no-text']);
});

test('a thin line of several inks, and a thin white one, are told', async () => {
  const several = { ...card, drawing: { delicate_line_pt: 0.6 } };
  expect(await codes(() => '1 1 0 0 K 0.15 w 20 30 m 60 30 l S', several)).toContain(
    'warning delicate-lines',
  );
  expect(await codes(() => '0 0 0 1 K 0.15 w 20 30 m 60 30 l S', several)).not.toContain(
    'warning delicate-lines',
  );
  const white = await found('delicate-lines', () => `${GREEN_GROUND} 0 0 0 0 K 0.07 w 20 30 m 60 30 l S`);
  expect(white).toMatchObject({ values: { is_white: 'yes' } });
});

describe('small letters', () => {
  const letters = (inks: string, pt: number) => (parts: CardParts) =>
    `${GREEN_GROUND} ${inks} k BT /F ${(pt * 25.4) / 72} Tf 20 30 Td ${parts.words('Fine print')} Tj ET`;

  test.each([
    ['white, 4 pt', '0 0 0 0', 4, 'warning small-white-text'],
    ['of two inks, 4 pt', '1 0.5 0 0', 4, 'warning small-mixed-text'],
    ['black over three inks, 7 pt', '0.6 0.4 0.4 1', 7, 'warning rich-black-text'],
    ['too much black, 14 pt', '0.8 0.7 0.6 1', 14, 'warning heavy-black-text'],
  ])('%s: told', async (_, inks, pt, wanted) => {
    expect(await codes(letters(inks, pt))).toContain(wanted);
  });

  test.each([
    ['white, 6 pt', '0 0 0 0', 6],
    ['black alone, 4 pt', '0 0 0 1', 4],
    ['black over three inks, 12 pt', '0.4 0.3 0.3 1', 12],
  ])('%s: fine', async (_, inks, pt) => {
    expect(await codes(letters(inks, pt))).toEqual([]);
  });

  test('the place is where the words stand', async () => {
    const finding = await found('small-white-text', letters('0 0 0 0', 4));
    const { x_mm, y_mm, width_mm, height_mm } = finding!.place!;
    expect(x_mm).toBeCloseTo(17, 0);
    expect(y_mm + height_mm).toBeCloseTo(28.3, 0);
    expect(width_mm).toBeGreaterThan(4);
    expect(width_mm).toBeLessThan(8);
    expect(finding!.values.size).toBeCloseTo(4);
  });
});

describe('total ink in a PDF', () => {
  const heavy = '1 0.9 0.8 0.8 k 30 20 20 20 re f';

  test('is told where the paper takes less, with its square', async () => {
    const finding = await found('ink-limit', () => heavy);
    expect(finding).toMatchObject({ severity: 'warning', page: 1, values: { limit: 320 } });
    expect(Math.abs((finding!.values.found as number) - 350)).toBeLessThanOrEqual(3);
    const { x_mm, y_mm, width_mm, height_mm } = finding!.place!;
    expect([width_mm, height_mm]).toEqual([15, 15]);
    expect(x_mm).toBeGreaterThanOrEqual(26.5);
    expect(x_mm).toBeLessThanOrEqual(32.5);
    expect(y_mm).toBeGreaterThanOrEqual(17.5);
    expect(y_mm).toBeLessThanOrEqual(23.5);
  });

  test('is a mean: a thin line of four inks is no puddle', async () => {
    expect(await found('ink-limit', () => '1 1 1 1 k 30 20 20 2 re f')).toBeUndefined();
  });

  test('is counted in pictures, through their profile or without', async () => {
    const picture = ({ context, name }: CardParts) => {
      const inks = Buffer.from([255, 230, 204, 204]);
      const dict = { Type: 'XObject', Subtype: 'Image', Width: 1, Height: 1, BitsPerComponent: 8 };
      const stream = context.flateStream(inks, { ...dict, ColorSpace: 'DeviceCMYK' });
      name('XObject', 'Im', context.register(stream));
      return 'q 30 0 0 30 20 10 cm /Im Do Q';
    };
    const finding = await found('ink-limit', picture);
    expect(Math.abs((finding!.values.found as number) - 350)).toBeLessThanOrEqual(3);
  });

  test('is counted where inks overprint each other, and not in screen colours', async () => {
    const over = (parts: CardParts) => {
      overprinting(1)(parts);
      return '1 1 1 0 k 0 0 91 61 re f /Over gs 0 0 0 1 k 0 0 91 61 re f';
    };
    expect((await found('ink-limit', over))!.values.found).toBeCloseTo(400, -1);
    expect(await found('ink-limit', () => '0 0 0 rg 0 0 91 61 re f 0 g 0 0 91 61 re f')).toBeUndefined();
  });
});

describe('inks with a name', () => {
  const drawnIn = (spot: string) => (parts: CardParts) => {
    const { context, name } = parts;
    const tint = { FunctionType: 2, Domain: [0, 1], C0: [0, 0, 0, 0], C1: [0, 1, 0, 0], N: 1 };
    const space = context.obj([PDFName.of('Separation'), PDFName.of(spot), PDFName.of('DeviceCMYK')]);
    space.push(context.obj(tint));
    name('ColorSpace', 'Spot', space);
    return '/Spot CS 1 SCN 0.5 w 20 20 40 20 re S';
  };

  test('a cutting line is told to be no print where the product is cut to shape', async () => {
    const sticker = { ...card, special: { die_line: 'wanted' as const } };
    const finding = await found('die-line', drawnIn('CutContour'), sticker);
    expect(finding).toMatchObject({ severity: 'info', page: 1, values: { names: 'CutContour' } });
    expect(finding!.place!.width_mm).toBeCloseTo(40.5, 0);
    expect(await codes(() => GREEN_GROUND, sticker)).toContain('warning die-line-missing');
    expect(await codes(drawnIn('CutContour'))).toContain('warning die-line-unasked');
  });

  test('white ink, a varnish and a colour of the swatch book are told apart', async () => {
    expect(await codes(drawnIn('White'))).toContain('warning white-ink-unasked');
    expect(await codes(drawnIn('White'), { ...card, special: { white_ink: true } })).toContain(
      'info white-ink',
    );
    expect(await codes(drawnIn('Spot UV'))).toContain('warning finishing-ink-unasked');
    expect(await codes(drawnIn('PANTONE 185 C'))).toContain('warning spot-colours');
    expect(await codes(drawnIn('All'))).toContain('warning every-ink');
  });

  test.each([
    [
      'die-line',
      [
        'Die Line',
        'CutContour',
        'cut_line',
        'Stanze',
        'Stanzkontur',
        'Découpe',
        'Through-cut',
        'KissCut',
        'Crease',
        'Perf',
      ],
    ],
    ['white-ink', ['White', 'Blanc', 'WHITE INK', 'White_1', 'Opaque White']],
    ['finishing', ['Varnish', 'Vernis sélectif', 'Spot UV', 'Gold foil', 'Dorure']],
    [
      'colour',
      [
        'PANTONE 871 C Gold',
        'PANTONE Warm Red C',
        'HKS 43',
        'Off-white beige',
        'Cutty Sark Blue',
        'Brand red',
      ],
    ],
  ])('%s: by its usual names', (kind, names) => {
    expect(names.map(kindOfInk)).toEqual(names.map(() => kind));
  });
});

test('a number in the artwork is told where the press numbers the sheets', async () => {
  const form = (parts: CardParts) =>
    `0 0 0 1 k BT /F 4 Tf 50 40 Td ${parts.words('No. 000123')} Tj 0 -10 Td ${parts.words('No. 12, rue des Tilleuls')} Tj ET`;
  const finding = await found('number-in-artwork', form, { ...card, special: { numbering: true } });
  expect(finding).toMatchObject({ severity: 'warning', page: 1, values: { words: 'No. 000123' } });
  expect(finding!.place!.x_mm).toBeCloseTo(47, 0);
  expect(await codes(form)).not.toContain('warning number-in-artwork');
});
