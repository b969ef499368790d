// What a bank takes: few pages, small files, large letters, nothing to click.
import { inflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import sharp from 'sharp';
import {
  BANK_FIELDS,
  type BankField,
  MAX_BANK_PACK_BYTES,
  MAX_BANK_PACK_PAGES,
  MAX_BANK_PAGES,
} from '../../server/papers/bank-papers';
import { BANK_POINTS } from '../../server/papers/bank-sheet';
import type { Dossier } from '../../server/papers/dossier';
import { type BankPack, bankPackOf, MAX_TEXT_CHARACTERS } from '../../server/tasks/bank-pack';
import { dossier } from './marie';
import { pageTexts } from './reader';

const textOf = async (bytes: Uint8Array) => (await pageTexts(bytes)).join(' ');

let pack: BankPack;
beforeAll(async () => {
  pack = await bankPackOf(dossier);
});

const paperOf = (field: BankField) => pack.files.find((file) => file.field === field)!.bytes;

/** An order as large as a shop will ever have: 64 noisy pages, 60 warnings, a hundred letters. */
async function longest(): Promise<Dossier> {
  const side = 500;
  const noise = Buffer.alloc(side * side * 3).map((_, i) => (i * 2654435761) >>> 13);
  const picture = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
    .webp()
    .toBuffer();
  const letter = { ...dossier.letters[0], text: 'A sentence that goes on. '.repeat(200) };
  const [page] = dossier.record.pages!;
  return {
    ...dossier,
    record: {
      ...dossier.record,
      proof: { ...dossier.record.proof, page_count: 64 },
      pages: Array.from({ length: 64 }, (_, i) => ({ ...page, number: i + 1 })),
      warnings: Array.from({ length: 60 }, (_, i) => ({
        text: `Warning ${i}: ${'a picture may look blurred '.repeat(5)}`,
        at: dossier.record.signed_at,
      })),
    },
    pages: Array.from({ length: 64 }, (_, i) => ({ number: i + 1, picture })),
    letters: Array.from({ length: 100 }, (_, i) => ({ ...letter, subject: `Letter ${i}` })),
    history: Array.from({ length: 1000 }, () => dossier.history[0]),
    receipt: { ...dossier.receipt, lines: Array.from({ length: 40 }, () => dossier.receipt.lines[0]) },
  };
}

test('every field has its paper, and an ordinary order fits easily', async () => {
  expect(pack.files.map(({ field }) => field)).toEqual([...BANK_FIELDS]);
  expect(pack.pages).toBeLessThanOrEqual(12);
});

test('the longest order still fits into what banks take', async () => {
  const pack = await bankPackOf(await longest());
  for (const { field, pages, bytes } of pack.files) {
    expect(pages).toBeLessThanOrEqual(MAX_BANK_PAGES[field]);
    expect((await PDFDocument.load(bytes)).getPageCount()).toBe(pages);
  }
  expect(pack.pages).toBeLessThanOrEqual(MAX_BANK_PACK_PAGES);
  expect(pack.size_bytes).toBeLessThanOrEqual(MAX_BANK_PACK_BYTES);
  for (const text of Object.values(pack.texts)) expect(text.length).toBeLessThanOrEqual(MAX_TEXT_CHARACTERS);
  expect(pack.texts.access_activity_log).toMatch(/\[\d+ lignes omises ici\]/);
  const texts = await Promise.all(pack.files.map(({ bytes }) => textOf(bytes)));
  expect(texts[1]).toMatch(/et \d+ autres points, cochés et enregistrés/);
  expect(texts[3]).toMatch(/\d+ autres messages figurent dans le dossier/);
}, 60_000);

test('the pages allowed for each field are together what banks take', () => {
  expect(Object.values(MAX_BANK_PAGES).reduce((sum, pages) => sum + pages, 0)).toBe(MAX_BANK_PACK_PAGES);
});

test('nothing is set smaller than 12 points, and nothing can be clicked', async () => {
  for (const { bytes } of pack.files) {
    const pdf = await PDFDocument.load(bytes);
    const sizes = pdf.context
      .enumerateIndirectObjects()
      .flatMap(([, found]) =>
        found instanceof PDFRawStream &&
        !found.dict.has(PDFName.of('Type')) &&
        !found.dict.has(PDFName.of('Length1'))
          ? [...contentOf(found).matchAll(/\/\S+ ([\d.]+) Tf/g)].map(([, size]) => Number(size))
          : [],
      );
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(BANK_POINTS);
    for (const page of pdf.getPages()) expect(page.node.Annots()?.size() ?? 0).toBe(0);
    expect(await textOf(bytes)).not.toMatch(/https?:|www\./);
  }
});

function contentOf(stream: PDFRawStream): string {
  try {
    return inflateSync(stream.contents).toString('latin1');
  } catch {
    return '';
  }
}

test('the customer’s private link never reaches the bank', async () => {
  const messages = await textOf(paperOf('customer_communication'));
  expect(dossier.letters[0].text).toContain('https://lilas.example/o/');
  expect(messages).toContain('[adresse web omise]');
  expect(JSON.stringify(pack.texts)).not.toContain('lilas.example/o/');
});

test('page one says what the pack shows and what it does not', async () => {
  const text = await textOf(paperOf('uncategorized_file'));
  expect(text).toContain('Ce que ces pièces montrent');
  expect(text).toContain('Ce qu’elles ne montrent pas');
  expect(text).toContain(dossier.chain.head);
});

test('the signature’s paper has the words, the name and the times, and never says that a page was read', async () => {
  const text = await textOf(paperOf('customer_signature'));
  expect(text).toContain('Je donne mon bon à tirer pour cette version.');
  expect(text).toContain('Marie Lefèvre');
  expect(text).toContain('2026-11-24 13:02:11.482 UTC');
  expect(text).toContain('1 pages sur 2 ont été affichées');
  expect(text).toContain('(non enregistré)');
});

test('what is unknown is left out of the text fields', async () => {
  const { texts } = await bankPackOf({
    ...dossier,
    order: { ...dossier.order, email: null, delivery: null },
    handed_over_at: null,
  });
  expect(Object.keys(texts)).not.toEqual(
    expect.arrayContaining(['customer_email_address', 'shipping_address', 'shipping_date', 'service_date']),
  );
  expect(texts.uncategorized_text).toContain('Aucune remise n’est encore enregistrée.');
});
