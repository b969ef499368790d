// Text as outlines and widths, from the font files that we ship: what is on the computer never matters.
import { readFileSync } from 'node:fs';
import { openFont, type PlainFont } from './fontkit';

export type Weight = 'regular' | 'semibold';

const files: Record<Weight, string> = {
  regular: '@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf',
  semibold: '@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf',
};

const UNKNOWN = '?';

const bytes = new Map<Weight, Uint8Array>();

export function fontBytes(weight: Weight): Uint8Array {
  let found = bytes.get(weight);
  if (!found) {
    found = readFileSync(require.resolve(files[weight]));
    bytes.set(weight, found);
  }
  return found;
}

/** Signs that the font lacks become a question mark, so that a name in any script draws without a fault. */
export function drawable(text: string): string {
  const font = face('regular');
  const line = text.normalize('NFC').replace(/[\t\n\r\f\v]+/g, ' ');
  return [...line].map((sign) => (font.hasGlyphForCodePoint(sign.codePointAt(0)!) ? sign : UNKNOWN)).join('');
}

/** In the unit of `size`. */
export function widthOf(text: string, weight: Weight, size: number): number {
  const { unitsPerEm, glyphs } = outline(text, weight);
  const last = glyphs.at(-1);
  return last ? ((last.x + last.width) / unitsPerEm) * size : 0;
}

/** The start of the base line is (0, 0) and y runs upwards, as in the font. */
export function outline(text: string, weight: Weight) {
  const font = face(weight);
  let x = 0;
  const glyphs = [...drawable(text)].map((sign) => {
    const glyph = font.glyphForCodePoint(sign.codePointAt(0)!);
    const placed = { x, width: glyph.advanceWidth, path: () => glyph.path.toSVG() };
    x += glyph.advanceWidth;
    return placed;
  });
  return { unitsPerEm: font.unitsPerEm, glyphs };
}

function face(weight: Weight): PlainFont {
  return openFont(fontBytes(weight));
}
