import fc from 'fast-check';
import { PDFDocument } from 'pdf-lib';
import { MAX_RECEIPT_LINES, type Payment, type Receipt, receiptPdf } from '../../server/papers/receipt';
import { receipt } from './marie';
import { pageTexts } from './reader';

async function textOf(changed: Partial<Receipt> = {}): Promise<string> {
  const texts = await pageTexts(await receiptPdf({ ...receipt, ...changed }));
  expect(texts).toHaveLength(1);
  return texts[0];
}

test('the receipt names seller, customer, order, lines, VAT by rate and total', async () => {
  const text = await textOf();
  for (const words of [
    'Reçu',
    'Commande K7F-204',
    'RCS Lyon 812 345 678',
    'TVA FR12 812345678',
    'Fleurs Lefèvre SARL',
    'Cartes de visite',
    '42,20 €',
    'Livraison',
    '5,80 €',
    'Total TTC 48,00 €',
    '20 % 40,00 € 8,00 € 48,00 €',
  ]) {
    expect(text).toContain(words);
  }
});

test('it says that it is a receipt and not an invoice', async () => {
  expect(await textOf()).toContain('Ce document est un reçu et non une facture.');
  expect(await textOf({ language: 'en' })).toContain('This is a receipt, not an invoice.');
});

test.each<[Payment, string]>([
  [
    { kind: 'card_charged', last4: '4242', at: '24 November' },
    'Card ending in 4242 – charged on 24 November',
  ],
  [{ kind: 'card_to_be_charged', last4: '4242', at: '24 November' }, 'to be charged on 24 November'],
  [
    { kind: 'cash', at: '24 November', till_number: 'T-81' },
    'Cash at the counter on 24 November Till receipt no. T-81',
  ],
  [{ kind: 'terminal', at: '24 November', till_number: null }, 'Card terminal at the counter on 24 November'],
  [{ kind: 'counter_due' }, 'To be paid at the counter'],
])('it tells how it is paid: %j', async (payment, words) => {
  expect(await textOf({ language: 'en', payment })).toContain(words);
});

test('it has a number only when the shop gave it one', async () => {
  expect(await textOf({ number: '2026-0142' })).toContain('Reçu n° 2026-0142');
  expect(await textOf()).not.toContain('n°');
});

test('a demonstration is marked', async () => {
  expect(await textOf({ is_demo: true })).toContain('DÉMONSTRATION – aucune commande réelle');
  expect(await textOf()).not.toContain('DÉMONSTRATION');
});

test('the fullest receipt still fits on its page; one line more is refused', async () => {
  const lines = Array.from({ length: MAX_RECEIPT_LINES }, (_, i) => ({
    ...receipt.lines[0],
    label: `Ligne ${i + 1}`,
  }));
  const text = await textOf({ lines });
  for (const line of lines) expect(text).toContain(line.label);
  expect(text).toContain('Ce document est un reçu');
  await expect(receiptPdf({ ...receipt, lines: [...lines, lines[0]] })).rejects.toThrow(/at most 12 lines/);
});

test('no character that anybody can type stops the receipt', async () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (name, words) => {
      const pdf = await receiptPdf({
        ...receipt,
        customer: [name, words],
        lines: [{ label: words, detail: name, quantity: name, unit_price: words, amount: name }],
        seller: { name, lines: [words] },
        issued_at: words,
      });
      expect((await PDFDocument.load(pdf)).getPageCount()).toBe(1);
    }),
    { numRuns: 12 },
  );
});
