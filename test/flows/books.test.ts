// From the company's details to the bookkeeper's files, over HTTP.
import * as order from '../../server/models/order';
import { readyToSign, sign, signable } from '../fixtures/world';
import { fillDraft, placeDraft } from '../support/journey';
import { fieldsOf, startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let lea: Visitor;
let owner: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  owner = await shop.colleague('owner');
});
afterAll(() => shop.close());

const COMPANY = {
  company: 'Fleurs Lefèvre SARL',
  address: '3 place Bellecour\n69002 Lyon',
  siren: '732 829 320',
  vat_number: 'fr44 732829320',
  purchase_order: '=BC-77',
};

async function signedOrder(): Promise<order.PlacedOrder> {
  const { placed } = await signable(shop);
  await order.payBy(shop.db, placed.id, 'counter');
  await sign(shop, await readyToSign(shop, placed.id));
  return order.placed(await order.findOrder(shop.db, placed.id));
}

test('a customer names the company, and a mistake in its number is told beside the field', async () => {
  const visit = shop.visitor({ language: 'fr' });
  const address = await placeDraft(visit, await fillDraft(shop, visit), 'counter');
  expect((await visit.get(address)).text).toContain('Il me faut une facture au nom d’une entreprise');
  const wrong = await visit.post(`${address}/billing`, { ...COMPANY, siren: '732829321' });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('Ce SIREN ne peut pas être juste');
  expect(wrong.text).toContain('3 place Bellecour');
  expect((await visit.post(`${address}/billing`, COMPANY)).status).toBe(303);
  expect((await visit.get(address)).text).toContain('Facture au nom de Fleurs Lefèvre SARL');
  expect((await shop.visitor().get('/o/nobody/billing')).status).toBe(404);
});

test('cash with change is recorded, invoiced, and stands in the bookkeeper’s files', async () => {
  const sold = await signedOrder();
  const page = `/staff/orders/${sold.ref}`;
  expect((await lea.post(`${page}/billing`, COMPANY)).status).toBe(303);
  const pay = (tendered: string) =>
    lea.post(`${page}/payments`, { tender: 'cash', amount_cents: String(sold.total_cents), tendered });
  expect((await pay('fifty')).text).toContain('write what was handed over as an amount');
  expect((await pay('1')).status).toBe(422);
  expect((await pay(String(sold.total_cents / 100 + 5))).status).toBe(303);
  await shop.settled();
  const shown = (await lea.get(page)).text;
  const [, number] = /Invoice (F-\d{4}-\d{5})/.exec(shown) as RegExpExecArray;
  expect(shown.replace(/\s/g, ' ')).toContain('Change €5.00');
  const paper = await lea.get(`${page}/invoices/${number}.pdf`);
  expect(paper.headers.get('content-type')).toBe('application/pdf');
  const sales = (await owner.get('/owner/books/sales.csv')).text;
  expect(sales).toContain(number);
  // A spreadsheet must not take a customer's words for a formula.
  expect(sales).toContain("'=BC-77");
  expect((await owner.get('/owner/books/payments.csv')).text).toContain(sold.ref);
  for (const table of ['taxes', 'invoice-lines']) {
    expect((await owner.get(`/owner/books/${table}.csv`)).text).toContain(number);
  }
  expect((await owner.get('/owner/books?check=1')).text).toContain('Every line of the journal holds');
  expect((await owner.get('/owner/books/secrets.csv')).status).toBe(404);
  expect((await lea.get('/owner/books')).status).toBe(403);
});

test('a shop whose cash goes through a till of its own asks for its receipt number', async () => {
  const form = fieldsOf((await owner.get('/owner/taxes')).text, '/owner/taxes');
  expect((await owner.post('/owner/taxes', { ...form, cash: 'external_till' })).status).toBe(303);
  const sold = await signedOrder();
  const pay = (receipt_ref: string) =>
    lea.post(`/staff/orders/${sold.ref}/payments`, {
      tender: 'cash',
      amount_cents: String(sold.total_cents),
      receipt_ref,
    });
  expect((await pay('')).status).toBe(422);
  expect((await pay('T-118')).status).toBe(303);
  await owner.post('/owner/taxes', { ...form, cash: 'journal' });
});

test('an owner in Québec sets two taxes, and the price that everybody sees contains them', async () => {
  const before = fieldsOf((await owner.get('/owner/taxes')).text, '/owner/taxes');
  const nothing = await owner.post('/owner/taxes', { ...before, prices: 'before_tax' });
  expect(nothing.status).toBe(422);
  const quebec = {
    ...before,
    prices: 'before_tax',
    'rate-0-fr': 'TPS',
    'rate-0-en': 'GST',
    'rate-0-percent': '5',
    'rate-1-fr': 'TVQ',
    'rate-1-en': 'QST',
    'rate-1-percent': '9,975',
  };
  expect((await owner.post('/owner/taxes', quebec)).status).toBe(303);
  const visit = shop.visitor({ language: 'fr' });
  const draft = await fillDraft(shop, visit);
  const check = (await visit.get(`${draft}/check`)).text.replace(/\s/g, ' ');
  expect(check).toContain('TPS 5 %');
  expect(check).toContain('TVQ 9,975 %');
  await owner.post('/owner/taxes', before);
});

test('the drawer is counted at closing time, and a wrong entry says what to write', async () => {
  const { text } = await lea.get('/staff/drawer');
  const form = fieldsOf(text, '/staff/drawer/counts');
  const count = (given: Record<string, string>) => lea.post('/staff/drawer/counts', { ...form, ...given });
  expect((await count({ counted: 'a lot', left: '80' })).text).toContain('Please write what you counted');
  expect((await count({ counted: '100', left: '120' })).status).toBe(422);
  const moved = { kind: 'cash_out', amount: '20', why: 'timbres' };
  expect((await lea.post('/staff/drawer/movements', { ...moved, why: '' })).status).toBe(422);
  expect((await lea.post('/staff/drawer/movements', moved)).status).toBe(303);
  const stale = await count({ counted: '100', left: '80' });
  expect(stale.status).toBe(409);
  expect(stale.text).toContain('please count once more');
  const fresh = fieldsOf((await lea.get('/staff/drawer')).text, '/staff/drawer/counts');
  expect((await lea.post('/staff/drawer/counts', { ...fresh, counted: '100', left: '80' })).status).toBe(303);
});
