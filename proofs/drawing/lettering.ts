// Text as outlines and widths, from the font files that we ship: what is on the computer never matters.
import { readFileSync } from 'node:fs';
import fontkit from '@pdf-lib/fontkit';

export type Weight = 'regular' | 'semibold';

const files: Record<Weight, string> = {
  regular: '@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf',
  semibold: '@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf',
};

// Ligatures would turn "fi" into one sign that a reader cannot search for.
const FEATURES = { liga: false, dlig: false, clig: false };
const UNKNOWN = '?';

interface Face {
  unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  layout(
    text: string,
    features: Record<string, boolean>,
  ): {
    glyphs: Array<{ path: { toSVG(): string } }>;
    positions: Array<{ xAdvance: number }>;
    advanceWidth: number;
  };
}

const faces = new Map<Weight, Face>();

export function fontBytes(weight: Weight): Uint8Array {
  return readFileSync(require.resolve(files[weight]));
}

/** Signs that the font lacks become a question mark, so that a name in any script draws without a fault. */
export function drawable(text: string): string {
  const font = face('regular');
  const line = text.normalize('NFC').replace(/[\t\n\r\f\v]+/g, ' ');
  return [...line].map((sign) => (font.hasGlyphForCodePoint(sign.codePointAt(0)!) ? sign : UNKNOWN)).join('');
}

/** In the unit of `size`. */
export function widthOf(text: string, weight: Weight, size: number): number {
  const font = face(weight);
  return (font.layout(drawable(text), FEATURES).advanceWidth / font.unitsPerEm) * size;
}

/** Path data with its start on the base line at (0, 0), y downwards, for an SVG. */
export function outline(
  text: string,
  weight: Weight,
): { unitsPerEm: number; glyphs: Array<{ x: number; path: string }> } {
  const font = face(weight);
  const run = font.layout(drawable(text), FEATURES);
  let x = 0;
  const glyphs = run.glyphs.map((glyph, index) => {
    const at = x;
    x += run.positions[index]!.xAdvance;
    return { x: at, path: glyph.path.toSVG() };
  });
  return { unitsPerEm: font.unitsPerEm, glyphs };
}

function face(weight: Weight): Face {
  let found = faces.get(weight);
  if (!found) {
    found = fontkit.create(fontBytes(weight) as Buffer) as unknown as Face;
    faces.set(weight, found);
  }
  return found;
}
