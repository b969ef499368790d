// Business cards of 85 × 55 mm with 3 mm of bleed, made of bare content: each shows one thing to a check.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fontkit from '@pdf-lib/fontkit';
import {
  type PDFContext,
  PDFDict,
  PDFDocument,
  type PDFHexString,
  PDFName,
  PDFObject,
  type PDFPage,
} from 'pdf-lib';
import type { Finding, PrintSpecification } from '../../proofs';
import { openPdf } from '../../proofs/artwork/pdf';
import { checkLook, checkPixels } from '../../proofs/checks';
import { MM_PER_PT } from '../../proofs/geometry';
import { card, newFolder } from './artwork';

const MM = 1 / MM_PER_PT;
const TYPE = resolve(
  require.resolve('@expo-google-fonts/source-sans-3/package.json'),
  '../400Regular/SourceSans3_400Regular.ttf',
);

type LiteralObject = Parameters<PDFContext['flateStream']>[1] & object;

export interface CardParts {
  document: PDFDocument;
  page: PDFPage;
  context: PDFContext;
  /** Names an object among the resources of the page. */
  name(kind: string, name: string, object: object): void;
  /** The string as the font F writes it, for Tj. */
  words(text: string): string;
}

/** Millimetres with the origin at the bottom left of the sheet with bleed; the trim begins at 3, 3. */
export async function makeCard(
  content: (parts: CardParts) => string,
  change: (parts: CardParts) => void = () => {},
): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  document.registerFontkit(fontkit);
  const font = await document.embedFont(readFileSync(TYPE), { subset: false });
  const page = document.addPage([91 * MM, 61 * MM]);
  page.setTrimBox(3 * MM, 3 * MM, 85 * MM, 55 * MM);
  const { context } = document;
  page.node.setFontDictionary(PDFName.of('F'), font.ref);
  const parts: CardParts = {
    document,
    page,
    context,
    name: (kind, name, object) => {
      const resources = page.node.Resources()!;
      const known = resources.lookup(PDFName.of(kind));
      const dict = known instanceof PDFDict ? known : context.obj({});
      dict.set(PDFName.of(name), object instanceof PDFObject ? object : context.obj(object as LiteralObject));
      resources.set(PDFName.of(kind), dict);
    },
    words: (text) => `${font.encodeText(text) satisfies PDFHexString}`,
  };
  const scaled = `${MM} 0 0 ${MM} 0 0 cm\n${content(parts)}`;
  page.node.set(PDFName.of('Contents'), context.register(context.flateStream(scaled)));
  change(parts);
  return document.save();
}

export function saved(bytes: Uint8Array, name = 'made.pdf'): string {
  const path = join(newFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** Every finding about the artwork, by the same checks as preflight, in this process. */
export async function findingsOf(
  bytes: Uint8Array,
  specification: PrintSpecification = card,
): Promise<Finding[]> {
  const artwork = await openPdf(saved(bytes), specification);
  const findings = checkLook(artwork.look);
  for (const page of artwork.look.pages) {
    if (!page.fit) continue;
    const bleed = specification.bleed_mm;
    const { width, height } = page.fit.trim;
    const px = { width: Math.round((width + 2 * bleed) * 3), height: Math.round((height + 2 * bleed) * 3) };
    findings.push(...checkPixels(artwork.look, page, await artwork.draw(page.number, px)));
  }
  artwork.close();
  return findings;
}
