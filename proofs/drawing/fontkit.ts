// fontkit, made to fit: the only file that reaches inside it.
import fontkit from '@pdf-lib/fontkit';

export interface PlainGlyph {
  advanceWidth: number;
  path: { toSVG(): string };
}

export interface PlainFont {
  unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  glyphForCodePoint(codePoint: number): PlainGlyph;
}

interface GlyphSubset {
  glyf: Uint8Array[];
  offset: number;
  _addGlyph(glyph: number): number;
}

interface Font extends PlainFont {
  createSubset(): GlyphSubset;
  layout(text: string): { glyphs: PlainGlyph[] };
}

const ALIGNMENT = 4;
const opened = new WeakMap<Uint8Array, Font>();

/** The same bytes are parsed once. */
export function openFont(bytes: Uint8Array): PlainFont {
  let font = opened.get(bytes);
  if (!font) {
    font = fontkit.create(bytes as Buffer) as unknown as Font;
    makePlain(font);
    makeSound(font);
    opened.set(bytes, font);
  }
  return font;
}

/** What pdf-lib's registerFontkit wants. */
export const soundFontkit = { create: openFont } as unknown as typeof fontkit;

// One sign, one glyph: no ligature that a search would miss, and the width that pdf-lib sets, which knows no kerning.
function makePlain(font: Font): void {
  font.layout = (text) => ({
    glyphs: [...text].map((sign) => font.glyphForCodePoint(sign.codePointAt(0)!)),
  });
}

// fontkit 1.1.1 writes glyphs of odd length into a subset whose index counts in pairs of bytes, and half of the
// letters vanish. Every glyph is filled up to four bytes here, as OpenType recommends.
function makeSound(font: Font): void {
  const createSubset = font.createSubset.bind(font);
  font.createSubset = () => {
    const subset = createSubset();
    const add = subset._addGlyph.bind(subset);
    subset._addGlyph = (glyph) => {
      const index = add(glyph);
      const written = subset.glyf[index]!;
      const padding = (ALIGNMENT - (written.length % ALIGNMENT)) % ALIGNMENT;
      subset.glyf[index] = lengthened(written, padding);
      subset.offset += padding;
      return index;
    };
    return subset;
  };
}

// fontkit brings its own Buffer and writes no other.
function lengthened(bytes: Uint8Array, by: number): Uint8Array {
  const { alloc } = bytes.constructor as unknown as { alloc(length: number): Uint8Array };
  const longer = alloc(bytes.length + by);
  longer.set(bytes);
  return longer;
}
