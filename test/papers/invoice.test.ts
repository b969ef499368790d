// What the law of a shop's country wants to read on an invoice stands on it.
import { type InvoicePaper, invoicePdf } from '../../server/papers/invoice';
import { pageTexts } from './reader';

const invoice: InvoicePaper = {
  kind: 'invoice',
  language: 'fr',
  is_demo: false,
  number: 'F-2026-00012',
  issued_at: '2026-11-22T10:00:00.000Z',
  issued_on: '22 novembre 2026',
  supplied_on: '21 novembre 2026',
  order_ref: 'K7F-204',
  purchase_order: 'BC-77',
  seller: {
    name: 'Imprimerie Lilas',
    lines: ['12 rue des Lilas', 'SIRET 123 456 789 00012', 'TVA FR 32 123456789'],
  },
  buyer: ['Fleurs Lefèvre SARL', 'SIREN 732829320', 'TVA FR44732829320'],
  delivery_address: ['8 rue de la République', '69001 Lyon'],
  nature: 'goods',
  vat_on_debits: true,
  lines: [{ label: '250 × Cartes de visite', unit_price: '40,00 €', rate: '20 %', amount: '40,00 €' }],
  taxes: [{ label: 'TVA 20 %', net: '40,00 €', tax: '8,00 €' }],
  net: '40,00 €',
  total: '48,00 €',
  paid: 'Payé par carte se terminant par 4242 le 22 novembre 2026',
  mentions: ['Indemnité forfaitaire pour frais de recouvrement : 40 €.'],
  corrects: null,
  reason: null,
};

const textOf = async (changed: Partial<InvoicePaper> = {}) =>
  (await pageTexts(await invoicePdf({ ...invoice, ...changed }))).join(' ');

test('a French invoice names both sides, its number and days, the taxes by rate and the four newer facts', async () => {
  const text = await textOf();
  for (const words of [
    'N° F-2026-00012',
    'Émise le 22 novembre 2026',
    'Vente du 21 novembre 2026',
    'Votre bon de commande BC-77',
    'SIRET 123 456 789 00012',
    'TVA FR 32 123456789',
    'SIREN 732829320',
    'Livré à 8 rue de la République',
    'Prix unitaire HT',
    'TVA 20 % sur 40,00 € 8,00 €',
    'Total TTC 48,00 €',
    'livraison de biens',
    'Option pour le paiement de la taxe d’après les débits',
    'Indemnité forfaitaire',
  ]) {
    expect(text).toContain(words);
  }
});

test('a credit note says which invoice it corrects, and why', async () => {
  const text = await textOf({
    kind: 'credit_note',
    language: 'en',
    number: 'A-2026-00001',
    corrects: 'F-2026-00012',
    reason: 'Two cards were creased.',
  });
  expect(text).toContain('Credit note');
  expect(text).toContain('Corrects invoice F-2026-00012');
  expect(text).toContain('Reason: Two cards were creased.');
  expect(text).not.toContain('Sold on');
});

test('an invoice of forty lines keeps every one of them', async () => {
  const [line] = invoice.lines;
  const lines = Array.from({ length: 40 }, (_, index) => ({ ...line, label: `Ligne ${index + 1} fin` }));
  const text = await textOf({ lines });
  for (const { label } of lines) expect(text).toContain(label);
});

test('a demonstration is marked', async () => {
  expect(await textOf({ is_demo: true })).toContain('DÉMONSTRATION');
});
