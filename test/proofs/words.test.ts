import type { Language, Words } from '../../proofs';
import { finding } from '../../proofs/finding';
import { refusal } from '../../proofs/refused';
import { type FindingCode, findingWords } from '../../proofs/words/findings';
import { type RefusalCode, refusals } from '../../proofs/words/refusals';

// One believable set of figures for every code: a code without an entry here does not compile.
const findings: { [Code in FindingCode]: () => Words } = {
  'page-count': () => finding('page-count', 'error', { found: 1, min: 8, max: 64, multiple_of: 4 }).text,
  'wrong-size': () =>
    finding('wrong-size', 'error', {
      pages: [1, 2, 3, 7],
      width: 215.9,
      height: 279.4,
      trim_width: 85,
      trim_height: 55,
      bleed: 3,
    }).text,
  scaled: () => finding('scaled', 'warning', { pages: [1], percent: 98.6, width: 215, height: 304 }).text,
  turned: () => finding('turned', 'info', { pages: [1, 2], width: 55, height: 85 }).text,
  'mixed-directions': () => finding('mixed-directions', 'warning', { upright: 1, lying: 3 }).text,
  cropped: () => finding('cropped', 'warning', { sides: 3.6, ends: 0 }).text,
  'bleed-missing': () =>
    finding('bleed-missing', 'warning', { page: 1, edges: ['top', 'left'], bleed: 3 }).text,
  'bleed-short': () =>
    finding('bleed-short', 'warning', { page: 1, edges: ['bottom'], found: 1.5, bleed: 3 }).text,
  'bleed-mirrored': () => finding('bleed-mirrored', 'info', { page: 1, edges: ['top', 'left'] }).text,
  'page-scaled': () => finding('page-scaled', 'info', { pages: [1, 2], percent: 70.7, how: 'fill' }).text,
  'page-turned': () => finding('page-turned', 'info', { pages: [2], direction: 'right' }).text,
  'colours-converted': () => finding('colours-converted', 'info', { profile: 'FOGRA39L coated' }).text,
  'low-resolution': () =>
    finding('low-resolution', 'warning', { page: 2, ppi: 203, warn: 224, pictures: 1 }).text,
  'resolution-too-low': () =>
    finding('resolution-too-low', 'error', { page: 2, ppi: 72, block: 149, pictures: 3 }).text,
  'font-not-embedded': () => finding('font-not-embedded', 'error', { pages: [1], fonts: 'Garamond' }).text,
  'standard-font-not-embedded': () =>
    finding('standard-font-not-embedded', 'warning', { pages: [1], fonts: 'Helvetica' }).text,
  'rgb-colours': () => finding('rgb-colours', 'info', {}).text,
  'soft-proof': () => finding('soft-proof', 'info', { profile: 'FOGRA39L coated', source: 'shop' }).text,
  'colours-approximate': () => finding('colours-approximate', 'info', {}).text,
  'spot-colours': () => finding('spot-colours', 'warning', { names: 'PANTONE 185 C', count: 1 }).text,
  'colour-in-black': () => finding('colour-in-black', 'warning', { page: 1 }).text,
  transparency: () => finding('transparency', 'info', {}).text,
  overprint: () => finding('overprint', 'info', {}).text,
  annotations: () => finding('annotations', 'info', { count: 2 }).text,
  'form-fields': () => finding('form-fields', 'info', { count: 1 }).text,
  scripts: () => finding('scripts', 'info', { count: 1 }).text,
  attachments: () => finding('attachments', 'info', { count: 2 }).text,
  'hidden-layers': () => finding('hidden-layers', 'info', { count: 1 }).text,
  'blank-page': () => finding('blank-page', 'warning', { page: 4 }).text,
  'text-near-cut': () =>
    finding('text-near-cut', 'warning', { page: 1, words: 'Lyon', safe: 3, distance: 1.2 }).text,
  'thin-lines': () => finding('thin-lines', 'warning', { page: 1, width: 0.1, least: 0.25 }).text,
  'no-text': () => finding('no-text', 'info', { pages: [1, 2] }).text,
  'partly-read': () => finding('partly-read', 'info', {}).text,
  'owner-password': () => finding('owner-password', 'info', {}).text,
  'outside-references': () => finding('outside-references', 'warning', { count: 3 }).text,
  'live-text-in-drawing': () => finding('live-text-in-drawing', 'warning', { fonts: 'Futura' }).text,
  'courier-font': () => finding('courier-font', 'warning', { pages: [1], fonts: 'Courier' }).text,
  'content-near-cut': () => finding('content-near-cut', 'warning', { page: 1, safe: 3, distance: 1 }).text,
  'no-trim-box': () => finding('no-trim-box', 'info', { rule: 'exact-with-bleed', bleed: 3 }).text,
  spreads: () => finding('spreads', 'error', { pages: [2, 3], width: 420, height: 297 }).text,
  'print-standard': () => finding('print-standard', 'info', { standard: 'PDF/X-4', intent: 'FOGRA39' }).text,
  'ink-limit': () => finding('ink-limit', 'warning', { page: 1, found: 372, limit: 320 }).text,
  'line-too-thin': () => finding('line-too-thin', 'error', { page: 1, width: 0.05, least: 0.125 }).text,
  'delicate-lines': () =>
    finding('delicate-lines', 'warning', { page: 1, width: 0.2, least: 0.25, is_white: 'no' }).text,
  'small-white-text': () => finding('small-white-text', 'warning', { page: 1, size: 4.5, least: 5 }).text,
  'small-mixed-text': () => finding('small-mixed-text', 'warning', { page: 1, size: 4.5, least: 5 }).text,
  'rich-black-text': () => finding('rich-black-text', 'warning', { page: 1, size: 7, least: 9 }).text,
  'heavy-black-text': () => finding('heavy-black-text', 'warning', { page: 1, found: 340, limit: 280 }).text,
  'white-overprint': () => finding('white-overprint', 'warning', { page: 1, what: 'text' }).text,
  'overprint-imitated': () => finding('overprint-imitated', 'info', {}).text,
  'die-line': () => finding('die-line', 'info', { names: 'CutContour' }).text,
  'die-line-unasked': () => finding('die-line-unasked', 'warning', { names: 'CutContour' }).text,
  'die-line-missing': () => finding('die-line-missing', 'warning', {}).text,
  'white-ink': () => finding('white-ink', 'info', { names: 'White' }).text,
  'white-ink-unasked': () => finding('white-ink-unasked', 'warning', { names: 'White' }).text,
  'finishing-ink': () => finding('finishing-ink', 'info', { names: 'Spot UV' }).text,
  'finishing-ink-unasked': () => finding('finishing-ink-unasked', 'warning', { names: 'Spot UV' }).text,
  'number-in-artwork': () => finding('number-in-artwork', 'warning', { page: 1, words: 'No. 000123' }).text,
  'every-ink': () => finding('every-ink', 'warning', { page: 1 }).text,
  'drawn-smaller': () => finding('drawn-smaller', 'info', { dpi: 110 }).text,
};

const refused: { [Code in RefusalCode]: () => Words } = {
  'empty-file': () => refusal('empty-file').text,
  'file-too-big': () => refusal('file-too-big', { megabytes: 812, limit: 500 }).text,
  'unknown-format': () => refusal('unknown-format', { format: 'heic' }).text,
  damaged: () => refusal('damaged').text,
  incomplete: () => refusal('incomplete').text,
  'page-damaged': () => refusal('page-damaged', { page: 3 }).text,
  'password-needed': () => refusal('password-needed').text,
  'no-pages': () => refusal('no-pages').text,
  'too-many-pages': () => refusal('too-many-pages', { found: 2000, limit: 500 }).text,
  'page-size-impossible': () => refusal('page-size-impossible', { page: 1, width: 1, height: 90000 }).text,
  'too-many-pixels': () => refusal('too-many-pixels', { width: 40000, height: 40000 }).text,
  'picture-too-complex': () => refusal('picture-too-complex').text,
  'takes-too-long': () => refusal('takes-too-long', { seconds: 62 }).text,
  'needs-too-much-memory': () => refusal('needs-too-much-memory').text,
  'cannot-be-drawn': () => refusal('cannot-be-drawn').text,
  'piece-too-large': () => refusal('piece-too-large', { width: 9000, height: 900, limit: 4500 }).text,
};

const all = Object.entries({ ...findings, ...refused });

test('every code of the engine is spoken for here', () => {
  expect(Object.keys(findings).sort()).toEqual(Object.keys(findingWords).sort());
  expect(Object.keys(refused).sort()).toEqual(Object.keys(refusals).sort());
});

test.each(all)('%s is said in full in both languages', (_code, words) => {
  for (const language of ['en', 'fr'] as Language[]) {
    const text = words()[language];
    expect(text.length).toBeGreaterThan(40);
    expect(text).not.toMatch(/undefined|NaN|null|\[object|\$\{|Infinity/);
    expect(text).toMatch(/[.?]$/);
  }
  expect(words().en).not.toBe(words().fr);
});

test.each(all)('%s keeps French spaces and apostrophes', (_code, words) => {
  const { fr } = words();
  expect(fr).not.toMatch(/[ ][;!?:»]|«[ ]|[^\s\u202f][;!?]|'/);
});

test.each(all)('%s blames nobody', (_code, words) => {
  expect(words().en).not.toMatch(/\b(you failed|your fault|invalid|illegal|error|must)\b/i);
});
