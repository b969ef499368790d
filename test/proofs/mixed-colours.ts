// Bands of 9 mm, each in another kind of colour, over a business card.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type PDFArray, PDFName } from 'pdf-lib';
import { type CardParts, makeCard } from './cards';

const UNCOATED = resolve(__dirname, '../../../test/fixtures/profiles/uncoated-fogra29l.icc');
export const BAND_MM = 9;

const bands: Array<[string, (parts: CardParts) => string]> = [
  [
    'inks with a profile of their own',
    ({ context, name }) => {
      const profile = context.register(context.flateStream(readFileSync(UNCOATED), { N: 4 }));
      name('ColorSpace', 'Own', context.obj([PDFName.of('ICCBased'), profile]));
      return '/Own cs 0.8 0.2 0.1 0 scn BAND f';
    },
  ],
  [
    'Lab',
    ({ context, name }) => {
      const dict = context.obj({ WhitePoint: [0.9642, 1, 0.8249], Range: [-100, 100, -100, 100] });
      name('ColorSpace', 'Lab', context.obj([PDFName.of('Lab'), dict]));
      return '/Lab cs 55 35 -30 scn BAND f';
    },
  ],
  [
    'a special ink over process inks',
    ({ context, name }) => {
      name('ColorSpace', 'Spot', named(context, 'Separation', PDFName.of('Signal'), [0, 0.9, 0.8, 0]));
      return '/Spot cs 0.75 scn BAND f';
    },
  ],
  [
    'two inks of a DeviceN',
    ({ context, name }) => {
      const space = context.obj([PDFName.of('DeviceN')]) as PDFArray;
      space.push(context.obj([PDFName.of('Cyan'), PDFName.of('Orange')]));
      space.push(PDFName.of('DeviceCMYK'));
      const steps = '{ dup 0.5 mul exch 0.9 mul 0 }';
      space.push(
        context.register(
          context.flateStream(steps, {
            FunctionType: 4,
            Domain: [0, 1, 0, 1],
            Range: [0, 1, 0, 1, 0, 1, 0, 1],
          }),
        ),
      );
      name('ColorSpace', 'Pair', space);
      return '/Pair cs 0.4 0.8 scn BAND f';
    },
  ],
  [
    'half transparent inks',
    ({ name }) => {
      name('ExtGState', 'Half', { ca: 0.5 });
      return '0 0 1 0 k BAND f q /Half gs 1 0 0 0 k BAND f Q';
    },
  ],
  [
    'inks that multiply',
    ({ name }) => {
      name('ExtGState', 'Times', { BM: 'Multiply' });
      return '0 0.3 1 0 k BAND f q /Times gs 0.7 0 0 0 k BAND f Q';
    },
  ],
  [
    'a soft mask',
    ({ context, name }) => {
      const group = context.obj({ S: 'Transparency', CS: 'DeviceGray' });
      const form = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 91, 61], Group: group };
      const mask = context.register(context.flateStream('0.6 g 0 0 91 61 re f', form));
      name('ExtGState', 'Soft', { SMask: context.obj({ S: 'Luminosity', G: mask }) });
      return '0 0 1 0 k BAND f q /Soft gs 0 1 0 0 k BAND f Q';
    },
  ],
  [
    'a shading of inks',
    ({ context, name }) => {
      const tint = { FunctionType: 2, Domain: [0, 1], C0: [1, 0, 0, 0], C1: [0, 1, 0, 0], N: 1 };
      name('Shading', 'Fade', {
        ShadingType: 2,
        ColorSpace: 'DeviceCMYK',
        Coords: [0, 0, 0, 61],
        Function: context.obj(tint),
      });
      return 'q BAND W n /Fade sh Q';
    },
  ],
  ['screen colours', () => '0.2 0.5 0.8 rg BAND f'],
];

export const MIXED = bands.map(([name]) => name);

export function mixedColours(): Promise<Uint8Array> {
  return makeCard((parts) =>
    bands
      .map(([, content], index) => content(parts).replaceAll('BAND', `${index * BAND_MM} 0 ${BAND_MM} 61 re`))
      .join('\n'),
  );
}

function named(context: CardParts['context'], family: string, ink: PDFName, solid: number[]): PDFArray {
  const space = context.obj([PDFName.of(family), ink, PDFName.of('DeviceCMYK')]) as PDFArray;
  space.push(context.obj({ FunctionType: 2, Domain: [0, 1], C0: [0, 0, 0, 0], C1: solid, N: 1 }));
  return space;
}
