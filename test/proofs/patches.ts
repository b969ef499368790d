// Twelve process colours as a PDF, set in each of the ways in which a PDF can set them.
import { type PDFContext, type PDFDict, PDFDocument, PDFName, type PDFPage, PDFString } from 'pdf-lib';

/** Cyan, magenta, yellow and black from 0 to 1. */
export const PATCHES = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [1, 1, 0, 0],
  [0, 1, 1, 0],
  [1, 0, 1, 0],
  [0.6, 0.4, 0.4, 1],
  [0.8, 0.2, 0, 0],
  [0, 0.5, 1, 0],
  [0.2, 0.15, 0.15, 0],
  [0.4, 0.6, 0.2, 0.2],
] as const;

/** Side of a patch in points; they stand in one row from the left. */
export const PATCH_PT = 20;
export const ROW_PT = PATCHES.length * PATCH_PT;

const VECTORS = PATCHES.map(
  (inks, index) => `${inks.join(' ')} k ${index * PATCH_PT} 0 ${PATCH_PT} ${PATCH_PT} re f`,
).join('\n');
const INKS = Buffer.from(PATCHES.flat().map((ink) => Math.round(ink * 255)));
const PICTURE = { Width: PATCHES.length, Height: 1, BitsPerComponent: 8 };
const ACROSS = `q ${ROW_PT} 0 0 ${PATCH_PT} 0 0 cm`;

/** Each puts what it needs on the page and gives the content that shows it. */
const manners = {
  vectors: () => VECTORS,
  lines: () =>
    PATCHES.map((inks, index) => {
      const x = (index + 0.5) * PATCH_PT;
      return `${inks.join(' ')} K ${PATCH_PT} w ${x} 0 m ${x} ${PATCH_PT} l S`;
    }).join('\n'),
  'a named space': () => VECTORS.replaceAll(/(\S+ \S+ \S+ \S+) k/g, '/DeviceCMYK cs $1 scn'),
  'a picture': (page, context) => {
    const picture = { Type: 'XObject', Subtype: 'Image', ...PICTURE, ColorSpace: 'DeviceCMYK' };
    return `${ACROSS} ${xObject(page, context, INKS, picture)} Do Q`;
  },
  'a picture with a palette': (page, context) => {
    const palette = context.obj([PDFName.of('Indexed'), PDFName.of('DeviceCMYK'), PATCHES.length - 1]);
    palette.push(context.register(context.flateStream(INKS)));
    const pixels = Uint8Array.from(PATCHES.keys());
    const picture = { Type: 'XObject', Subtype: 'Image', ...PICTURE, ColorSpace: palette };
    return `${ACROSS} ${xObject(page, context, pixels, picture)} Do Q`;
  },
  'a picture inside the content': () =>
    `${ACROSS} BI /W ${PATCHES.length} /H 1 /BPC 8 /CS /CMYK /F /AHx ID ${INKS.toString('hex')}> EI Q`,
  'a form': (page, context) => {
    const form = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, ROW_PT, PATCH_PT] };
    return `${xObject(page, context, VECTORS, form)} Do`;
  },
  'a form in a form': (page, context) => {
    const form = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, ROW_PT, PATCH_PT] };
    const inner = context.register(context.flateStream(VECTORS, form));
    const outer = { ...form, Resources: { XObject: { Inner: inner } } };
    return `${xObject(page, context, '/Inner Do', outer)} Do`;
  },
  'a pattern': (page, context) => {
    const pattern = context.flateStream(VECTORS, {
      Type: 'Pattern',
      PatternType: 1,
      PaintType: 1,
      TilingType: 1,
      BBox: [0, 0, ROW_PT, PATCH_PT],
      XStep: ROW_PT,
      YStep: PATCH_PT,
      Resources: {},
    });
    resources(page).set(PDFName.of('Pattern'), context.obj({ Patches: context.register(pattern) }));
    return `/Pattern cs /Patches scn 0 0 ${ROW_PT} ${PATCH_PT} re f`;
  },
  shadings: (page, context) => {
    const shadings = PATCHES.map((inks) =>
      context.obj({
        ShadingType: 2,
        ColorSpace: 'DeviceCMYK',
        Coords: [0, 0, ROW_PT, 0],
        Extend: [true, true],
        Function: { FunctionType: 2, Domain: [0, 1], C0: [...inks], C1: [...inks], N: 1 },
      }),
    );
    const named = Object.fromEntries(
      shadings.map((shading, index) => [`Sh${index}`, context.register(shading)]),
    );
    resources(page).set(PDFName.of('Shading'), context.obj(named));
    return PATCHES.map(
      (_, index) => `q ${index * PATCH_PT} 0 ${PATCH_PT} ${PATCH_PT} re W n /Sh${index} sh Q`,
    ).join('\n');
  },
  'a drawn letter': (page, context) => {
    const letter = context.flateStream(`${ROW_PT} 0 d0 ${VECTORS}`);
    const font = context.obj({
      Type: 'Font',
      Subtype: 'Type3',
      FontBBox: [0, 0, ROW_PT, PATCH_PT],
      FontMatrix: [1, 0, 0, 1, 0, 0],
      CharProcs: { patches: context.register(letter) },
      Encoding: { Type: 'Encoding', Differences: [65, 'patches'] },
      FirstChar: 65,
      LastChar: 65,
      Widths: [ROW_PT],
      Resources: {},
    });
    resources(page).set(PDFName.of('Font'), context.obj({ Drawn: context.register(font) }));
    return 'BT /Drawn 1 Tf (A) Tj ET';
  },
} satisfies Record<string, (page: PDFPage, context: PDFContext) => string>;

export type Manner = keyof typeof manners;
export const MANNERS = Object.keys(manners) as Manner[];

/** With a profile the file names it as its OutputIntent. */
export async function patches(manner: Manner, profile?: Uint8Array): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const { context } = document;
  const page = document.addPage([ROW_PT, PATCH_PT]);
  page.node.set(PDFName.of('Resources'), context.obj({}));
  const content = manners[manner](page, context);
  page.node.set(PDFName.of('Contents'), context.register(context.flateStream(content)));
  if (profile) {
    const DestOutputProfile = context.register(context.flateStream(profile, { N: 4 }));
    const OutputConditionIdentifier = PDFString.of('FOGRA29');
    const intent = { Type: 'OutputIntent', S: 'GTS_PDFX', OutputConditionIdentifier, DestOutputProfile };
    document.catalog.set(PDFName.of('OutputIntents'), context.obj([intent]));
  }
  return document.save({ useObjectStreams: false });
}

/** A page of this content and nothing else; `filter` is claimed, not applied. */
export async function page(content: string, filter?: string): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const { context } = document;
  const node = document.addPage([ROW_PT, PATCH_PT]).node;
  const stream = context.stream(content, filter ? { Filter: filter } : {});
  node.set(PDFName.of('Contents'), context.register(stream));
  const tint = { FunctionType: 2, Domain: [0, 1], C0: [1, 1, 1], C1: [0.9, 0.1, 0.2], N: 1 };
  const spot = context.obj(
    ['Separation', 'PANTONE 185 C', 'DeviceRGB', tint].map((each) => context.obj(each)),
  );
  node.set(PDFName.of('Resources'), context.obj({ ColorSpace: { Spot: spot } }));
  return document.save({ useObjectStreams: false });
}

function xObject(
  page: PDFPage,
  context: PDFContext,
  content: string | Uint8Array,
  dict: Parameters<PDFContext['flateStream']>[1],
): string {
  return `${page.node.newXObject('Patches', context.register(context.flateStream(content, dict)))}`;
}

function resources(page: PDFPage): PDFDict {
  return page.node.Resources()!;
}
