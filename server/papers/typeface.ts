// The shop's typeface on paper. pdf-lib sets glyphs without kerning; here the pairs are kerned.
import { readFileSync } from 'node:fs';
import fontkit, { type Font, type TypeFeatures } from '@pdf-lib/fontkit';
import { PDFArray, type PDFDocument, type PDFFont, PDFHexString, PDFNumber } from 'pdf-lib';

export interface Typeface {
  font: PDFFont;
  shape: Font;
  characters: Set<number>;
  /** Measured before, in units of the typeface. */
  advances: Map<string, number>;
}

export interface Typefaces {
  regular: Typeface;
  semibold: Typeface;
  italic: Typeface;
}

const FILES = {
  regular: '400Regular/SourceSans3_400Regular.ttf',
  semibold: '600SemiBold/SourceSans3_600SemiBold.ttf',
  italic: '400Regular_Italic/SourceSans3_400Regular_Italic.ttf',
};
const HEX_DIGITS_IN_A_GLYPH = 4;
const MAX_KEPT_ADVANCES = 20_000;

// The rest of what the typeface offers is for texts that are not composed letters, and takes four times as long.
const FEATURES: TypeFeatures = {
  kern: true,
  liga: true,
  ccmp: false,
  clig: false,
  calt: false,
  rclt: false,
  rlig: false,
  locl: false,
  curs: false,
  mark: false,
  mkmk: false,
};

interface TrueTypeSubset {
  _addGlyph(id: number): number;
  glyf: Uint8Array[];
  offset: number;
}

// fontkit 1.1.1 lays the glyphs of a subset end to end, then halves their offsets in the short "loca" table:
// every glyph behind one of odd length would be drawn from the middle of another.
const evenFontkit = {
  create(bytes: Uint8Array): Font {
    const shape = fontkit.create(bytes);
    const createSubset = shape.createSubset.bind(shape);
    shape.createSubset = () => withEvenGlyphs(createSubset());
    return shape;
  },
};

function withEvenGlyphs(made: ReturnType<Font['createSubset']>): ReturnType<Font['createSubset']> {
  const subset = made as typeof made & TrueTypeSubset;
  const addGlyph = subset._addGlyph.bind(subset);
  subset._addGlyph = (id) => {
    const index = addGlyph(id);
    const glyph = subset.glyf[index];
    if (glyph.length % 2 === 1) {
      // fontkit brings its own Buffer and takes no other.
      const even = new (glyph.constructor as Uint8ArrayConstructor)(glyph.length + 1);
      even.set(glyph);
      even[glyph.length] = 0;
      subset.glyf[index] = even;
      subset.offset += 1;
    }
    return index;
  };
  return subset;
}

type OpenTypeface = { bytes: Buffer } & Omit<Typeface, 'font'>;
const opened = new Map<string, OpenTypeface>();

export async function embedTypefaces(pdf: PDFDocument): Promise<Typefaces> {
  pdf.registerFontkit(evenFontkit);
  return {
    regular: await embed(pdf, FILES.regular),
    semibold: await embed(pdf, FILES.semibold),
    italic: await embed(pdf, FILES.italic),
  };
}

async function embed(pdf: PDFDocument, file: string): Promise<Typeface> {
  const { bytes, ...face } = open(file);
  return { font: await pdf.embedFont(bytes, { subset: true, features: FEATURES }), ...face };
}

function open(file: string): OpenTypeface {
  const kept = opened.get(file);
  if (kept) return kept;
  const bytes = readFileSync(require.resolve(`@expo-google-fonts/source-sans-3/${file}`));
  const shape = fontkit.create(bytes);
  const typeface = { bytes, shape, characters: new Set(shape.characterSet), advances: new Map() };
  opened.set(file, typeface);
  return typeface;
}

export function hasGlyph(face: Typeface, character: string): boolean {
  return face.characters.has(character.codePointAt(0)!);
}

/** In points. */
export function widthOf(text: string, face: Typeface, size: number): number {
  let units = face.advances.get(text);
  if (units === undefined) {
    if (face.advances.size >= MAX_KEPT_ADVANCES) face.advances.clear();
    const { positions } = face.shape.layout(text, FEATURES);
    units = positions.reduce((sum, position) => sum + position.xAdvance, 0);
    face.advances.set(text, units);
  }
  return (units * size) / face.shape.unitsPerEm;
}

/** The operand of TJ: glyphs, and between them how far to move back, in thousandths of the size. */
export function kernedGlyphs(text: string, face: Typeface): PDFArray {
  const { glyphs, positions } = face.shape.layout(text, FEATURES);
  const codes = face.font.encodeText(text).asString();
  const array = new GlyphArray(face);
  glyphs.forEach((glyph, i) => {
    array.show(codes.slice(i * HEX_DIGITS_IN_A_GLYPH, (i + 1) * HEX_DIGITS_IN_A_GLYPH));
    array.back(glyph.advanceWidth - positions[i].xAdvance);
  });
  return array.finish();
}

/** Every character in the middle of a cell, as hashes are easiest to compare; `cell` is in ems. No ligatures. */
export function glyphsInCells(text: string, face: Typeface, cell: number): PDFArray {
  const array = new GlyphArray(face);
  for (const character of text) {
    const [glyph] = face.shape.layout(character, FEATURES).glyphs;
    const free = cell * face.shape.unitsPerEm - glyph.advanceWidth;
    array.back(-free / 2);
    array.show(face.font.encodeText(character).asString());
    array.back(-free / 2);
  }
  return array.finish();
}

class GlyphArray {
  private readonly array: PDFArray;
  private codes = '';
  private units = 0;

  constructor(private readonly face: Typeface) {
    this.array = PDFArray.withContext(face.font.doc.context);
  }

  show(codes: string): void {
    const move = this.move();
    if (move !== 0) {
      this.flush();
      this.array.push(PDFNumber.of(move));
      this.units = 0;
    }
    this.codes += codes;
  }

  back(units: number): void {
    this.units += units;
  }

  finish(): PDFArray {
    this.flush();
    return this.array;
  }

  private move(): number {
    return Math.round((this.units * 1000) / this.face.shape.unitsPerEm);
  }

  private flush(): void {
    if (this.codes !== '') this.array.push(PDFHexString.of(this.codes));
    this.codes = '';
  }
}
