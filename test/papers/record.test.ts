import fc from 'fast-check';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import {
  type ApprovalRecord,
  MAX_CODE_POINTS,
  MAX_PAGE_PICTURES,
  MAX_RECORD_PAGES,
  recordPdf,
} from '../../server/papers/record';
import { record, sha256 } from './marie';
import { pageTexts } from './reader';

async function textOf(changed: Partial<ApprovalRecord> = {}): Promise<string> {
  return (await pageTexts(await recordPdf({ ...record, ...changed }))).join(' ');
}

test('the record says who signed what, word for word, and when, on the shop’s clock and in UTC', async () => {
  const text = await textOf();
  expect(text).toContain('Bon à tirer signé');
  expect(text).toContain('Marie Lefèvre a donné son bon à tirer pour la version 2 de l’épreuve');
  expect(text).toContain(
    'J’ai regardé les 2 pages de la version 2. Je donne mon bon à tirer pour cette version.',
  );
  expect(text).toContain('24 nov. 2026, 14:02:11 (Europe/Paris, UTC+1)');
  expect(text).toContain('2026-11-24 13:02:11.482 UTC');
  expect(text).toContain('Le texte est correct. J’ai relu les noms.');
  expect(text).toContain('gérante');
  expect(text).toContain('Carte se terminant par 4242');
  expect(text).toContain('7Q4M-K2XD');
});

test('the record is also written in English', async () => {
  const text = await textOf({ language: 'en' });
  expect(text).toContain('Signed approval');
  expect(text).toContain('24 Nov 2026, 14:02:11 (Europe/Paris, UTC+1)');
  expect(text).toContain('This version had no warning to accept.');
  expect(text).toContain('displayed 41.3 s');
});

test('a page was displayed; the record never says that it was read', async () => {
  const labels = await textOf({ language: 'en', statement: { version: null, text: '' }, ticks: [] });
  expect(labels).toContain('displayed');
  expect(labels).not.toMatch(/\b(read|seen|viewed)\b/i);
});

test('the record never promises more than it is', async () => {
  for (const language of ['en', 'fr'] as const) {
    const text = await textOf({ language });
    expect(text).not.toMatch(/legally binding|tamper-proof|guarantee|infalsifiable|valeur légale|garanti/i);
  }
});

test('every hash can be copied whole', async () => {
  const groups = (hash: string) => hash.match(/.{8}/g)!;
  const text = await textOf();
  for (const name of ['artwork', 'proof', 'specification', 'statement', 'event', 'before']) {
    for (const group of groups(sha256(name))) expect(text).toContain(group);
  }
});

test('what is unknown is printed as not recorded, and nothing is put in its place', async () => {
  const nothing = await textOf({
    language: 'en',
    order: { ref: 'K7F-204', description: 'cards', promised: null },
    proof: { version: 2, page_count: 2, issued_at: null },
    statement: { version: null, text: 'I approve this version.' },
    ticks: null,
    warnings: null,
    signer: { typed_name: 'Marie', capacity: null },
    signature: null,
    pages: null,
    comparison_opened: null,
    recognised_by: null,
    device: {
      channel: null,
      tablet: null,
      ip: null,
      user_agent: null,
      viewport: null,
      language: null,
      time_zone_offset: null,
    },
    hashes: { artworks: null, proof: null, press: null, specification: null, statement: null },
    payment: { amount: '€48.00', kind: 'card', last4: null, state: 'charged', at: null },
    stop: null,
    chain: null,
    button_label: null,
    sending: null,
    seal_root_sha256: null,
    verification: null,
  });
  expect(nothing.match(/not recorded/g)!.length).toBeGreaterThanOrEqual(25);
  expect(nothing.match(/UTC/g)).toHaveLength(5);
});

test('a time that is no time is not recorded', async () => {
  const text = await textOf({ language: 'en', ticks: [{ text: 'Cut', at: 'yesterday' }] });
  expect(text).toMatch(/Cut not recorded/);
  expect(text).not.toMatch(/Invalid/);
});

test('a stop window that was not offered is not called unknown', async () => {
  const text = await textOf({ language: 'en', stop: { until: null, was_used: null } });
  expect(text).toContain('no stop window was offered');
  expect(text).not.toContain('Order stopped in that time');
});

test('payment at the counter names no card', async () => {
  const text = await textOf({
    language: 'en',
    payment: { amount: '€48.00', kind: 'counter', at: '2026-11-24T13:05:00.000Z' },
  });
  expect(text).toContain('At the counter');
  expect(text).not.toContain('Card');
});

test('a name in letters that the typeface lacks is spelled out by code points, and the paper says so', async () => {
  const text = await textOf({ language: 'en', signer: { typed_name: '李雷 🙂', capacity: null } });
  expect(text).toContain('□□ □');
  expect(text).toContain('U+674E U+96F7 U+0020 U+1F642');
  expect(text).toContain('are shown as □');
  const long = await textOf({ language: 'en', signer: { typed_name: '李'.repeat(200), capacity: null } });
  expect(long.match(/U\+674E/g)).toHaveLength(MAX_CODE_POINTS);
  expect(await textOf({ language: 'en' })).not.toContain('□');
});

test('a drawing that cannot be read does not keep the record from its signer', async () => {
  const evil = { kind: 'drawn', svg: '<svg><path d="M 0,0 A 1 1 0 0 1 2 2"/></svg>' } as const;
  const text = await textOf({ language: 'en', signature: evil });
  expect(text).toContain('it cannot be drawn on this paper');
  expect(await textOf({ language: 'en', signature: { kind: 'typed' } })).toContain('Signed by keyboard');
});

test('pictures of the approved pages are on the paper; one that is broken is named as missing', async () => {
  const picture = await sharp({ create: { width: 85, height: 55, channels: 3, background: '#0B5C6B' } });
  const [jpeg, png] = await Promise.all([picture.jpeg().toBuffer(), picture.png().toBuffer()]);
  const pages = [jpeg, png, Buffer.from('neither')].map((bytes, i) => ({
    ...record.pages![0],
    number: i + 1,
    picture: bytes,
  }));
  const pdf = await recordPdf({ ...record, language: 'en', pages });
  const images = Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Subtype \/Image/g);
  expect(images).toHaveLength(2);
  expect((await pageTexts(pdf)).join(' ').match(/picture not recorded/g)).toHaveLength(1);
});

test('a long booklet with many warnings still fits on three pages and tells every display time', async () => {
  const pages = Array.from({ length: 64 }, (_, i) => ({
    ...record.pages![0],
    number: i + 1,
    displayed_ms: 2_000 + i,
  }));
  const ticks = Array.from({ length: 7 }, (_, i) => ({
    ...record.ticks![0],
    text: `Point ${i}: ${'mot '.repeat(25)}`,
  }));
  const warnings = Array.from({ length: 12 }, (_, i) => ({
    ...record.ticks![0],
    text: `Avertissement ${i}.`,
  }));
  const texts = await pageTexts(
    await recordPdf({
      ...record,
      pages,
      ticks,
      warnings,
      statement: { version: 'v1', text: 'Je donne mon bon à tirer. '.repeat(40) },
    }),
  );
  expect(texts).toHaveLength(MAX_RECORD_PAGES);
  expect(texts.join(' ')).toContain(`${64 - MAX_PAGE_PICTURES} autres pages`);
  expect(texts.join(' ')).toMatch(/Page 64 affichée 2,1 s/);
  expect(texts[2]).toContain('Page 3 sur 3');
});

test('forty pages and thirty long warnings still fit on three pages, and what is shortened says so', async () => {
  const pages = Array.from({ length: 40 }, (_, i) => ({ ...record.pages![0], number: i + 1 }));
  const warned = (words: number) =>
    Array.from({ length: 30 }, (_, i) => ({
      ...record.ticks![0],
      text: `**Imprimez quand même.** L’image ${i} de la page ${i} peut paraître floue${' à cette taille'.repeat(words)}.`,
    }));
  const long = await pageTexts(await recordPdf({ ...record, pages, warnings: warned(16) }));
  expect(long).toHaveLength(MAX_RECORD_PAGES);
  expect(long.join(' ').match(/à cette taille/g)).toHaveLength(30 * 16);
  const longest = await pageTexts(await recordPdf({ ...record, pages, warnings: warned(60) }));
  expect(longest).toHaveLength(MAX_RECORD_PAGES);
  for (let i = 0; i < 30; i += 1) expect(longest.join(' ')).toContain(`L’image ${i} de la`);
  expect(longest.join(' ')).toContain('Les longs avertissements sont abrégés ici');
});

test('six questions of a court are answered in prose, from what is recorded alone', async () => {
  const text = await textOf({ language: 'en' });
  expect(text).toContain('Who sent the proof? Imprimerie Lilas issued version 2');
  expect(text).toContain(
    'marie@fleurs.example, sent by e-mail on 2026-11-24 12:31:41.000 UTC, message c3d4@lilas.example',
  );
  expect(text).toContain('1 of 2 pages had been displayed in full');
  expect(text).toContain('No identity document was examined');
  expect(await textOf({ language: 'en', sending: null })).toContain('a letter with the link: not recorded');
});

test('the state of the outside time stamp is one of three, and a pending one is not called a stamp', async () => {
  const of = (time_stamp: ApprovalRecord['time_stamp']) => textOf({ language: 'en', time_stamp });
  expect(await of({ state: 'stamped', at: '2026-11-24T13:02:15.000Z', authority: 'TSA Lyon' })).toContain(
    'by TSA Lyon',
  );
  expect(await of({ state: 'pending' })).toContain('asked for, not there yet');
  expect(await of({ state: 'none' })).toContain('none when this paper was made');
});

test('no word of a statement is lost, however long it is', async () => {
  const words = Array.from({ length: 1200 }, (_, i) => `mot${i}`);
  const text = await textOf({ statement: { version: null, text: words.join(' ') } });
  expect(words.filter((word) => !text.includes(word))).toEqual([]);
});

test('the same record gives the same bytes, dated by the signature', async () => {
  const [first, second] = [await recordPdf(record), await recordPdf(record)];
  expect(Buffer.compare(Buffer.from(first), Buffer.from(second))).toBe(0);
  const pdf = await PDFDocument.load(first, { updateMetadata: false });
  expect(pdf.getCreationDate()).toEqual(new Date('2026-11-24T13:02:11.000Z'));
  expect(pdf.getTitle()).toBe('Bon à tirer signé – K7F-204');
  expect(pdf.getAuthor()).toBe('Imprimerie Lilas');
});

test('a shop that only demonstrates says so on every page', async () => {
  const texts = await pageTexts(await recordPdf({ ...record, language: 'en', is_demo: true }));
  for (const text of texts) expect(text).toContain('DEMONSTRATION');
  expect(await textOf({ language: 'en' })).not.toContain('DEMONSTRATION');
});

test('no character that anybody can type stops the record', async () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(anyText, anyText, fc.constantFrom('en', 'fr'), async (name, words, language) => {
      const pdf = await recordPdf({
        ...record,
        language,
        time_zone: words,
        signer: { typed_name: name, capacity: words },
        statement: { version: words, text: `${words}**${name}` },
        ticks: [{ text: name, at: words }],
        shop: { name: words, lines: [name] },
        hashes: { ...record.hashes, proof: name, artworks: [{ name, sha256: words }] },
        verification: { url: words || 'x', code: name },
      });
      expect((await PDFDocument.load(pdf)).getPageCount()).toBeLessThanOrEqual(MAX_RECORD_PAGES);
    }),
    { numRuns: 8 },
  );
});
