import fontkit from '@pdf-lib/fontkit';
import { decodePDFRawStream, PDFDict, PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import { embedTypefaces, kernedGlyphs, type Typefaces, widthOf } from '../../server/papers/typeface';

const SENTENCE = 'Le bon à tirer : « Œuvre signée », 48,00 € – ÀÉÎÔÛ ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789';

async function embeddedOutlines(faces: Typefaces, pdf: PDFDocument): Promise<Set<string>> {
  pdf.addPage().node.newFontDictionary('Face', faces.regular.font.ref);
  const saved = await PDFDocument.load(await pdf.save());
  const outlines = new Set<string>();
  for (const [, object] of saved.context.enumerateIndirectObjects()) {
    const file = object instanceof PDFDict && object.lookup(PDFName.of('FontFile2'));
    if (!(file instanceof PDFRawStream)) continue;
    const font = fontkit.create(decodePDFRawStream(file).decode());
    for (let id = 0; id < font.numGlyphs; id++) outlines.add(font.getGlyph(id).path.toSVG());
  }
  return outlines;
}

test('every letter on a paper has the outline that the typeface gives it', async () => {
  const pdf = await PDFDocument.create();
  const faces = await embedTypefaces(pdf);
  kernedGlyphs(SENTENCE, faces.regular);
  const outlines = await embeddedOutlines(faces, pdf);
  const wrong = [...new Set(SENTENCE)].filter(
    (letter) => !outlines.has(faces.regular.shape.glyphForCodePoint(letter.codePointAt(0)!).path.toSVG()),
  );
  expect(wrong).toEqual([]);
});

test('pairs of letters are kerned', async () => {
  const { regular } = await embedTypefaces(await PDFDocument.create());
  expect(widthOf('AV', regular, 10)).toBeLessThan(widthOf('A', regular, 10) + widthOf('V', regular, 10));
  expect(kernedGlyphs('AV', regular).size()).toBe(3);
  expect(kernedGlyphs('nn', regular).size()).toBe(1);
});
