// fontkit 1.1.1 writes glyphs of odd length into a subset whose index counts in pairs of bytes, and half of the
// letters vanish. Every glyph is filled up to four bytes here, as OpenType recommends.
import fontkit from '@pdf-lib/fontkit';

interface GlyphSubset {
  glyf: Uint8Array[];
  offset: number;
  _addGlyph(glyph: number): number;
}

interface Font {
  createSubset(): GlyphSubset;
}

const ALIGNMENT = 4;

/** What pdf-lib's registerFontkit wants. */
export const soundFontkit = {
  create(bytes: Uint8Array, name?: string) {
    const font = fontkit.create(bytes as Buffer, name) as unknown as Font;
    const createSubset = font.createSubset.bind(font);
    font.createSubset = () => aligned(createSubset());
    return font;
  },
} as unknown as typeof fontkit;

function aligned(subset: GlyphSubset): GlyphSubset {
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
}

// fontkit brings its own Buffer and writes no other.
function lengthened(bytes: Uint8Array, by: number): Uint8Array {
  const { alloc } = bytes.constructor as unknown as { alloc(length: number): Uint8Array };
  const longer = alloc(bytes.length + by);
  longer.set(bytes);
  return longer;
}
