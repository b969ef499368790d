// Invoices without a gap, a journal in which every amount stands once, a drawer that adds up.
import { dialectOf } from '../../server/db';
import * as billing from '../../server/models/billing';
import * as drawer from '../../server/models/drawer';
import * as invoice from '../../server/models/invoice';
import * as journal from '../../server/models/journal';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as setting from '../../server/models/setting';
import { capturedFacts, sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
let staff_id: string;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  staff_id = (await shop.db('staff').first('id'))?.id;
});
afterAll(() => shop.close());

/** A signed order whose card was charged. */
async function sold() {
  const ready = await signable(shop);
  await sign(shop, ready);
  const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
  await payment.reduce(shop.db, held.id, capturedFacts(held));
  return { id: ready.placed.id, held, total_cents: ready.placed.total_cents };
}

const linesOf = (subject: string) => shop.db('journal_lines').where({ subject });

test('a captured payment issues one invoice and one line of the journal, however often it is reported', async () => {
  const { id, held, total_cents } = await sold();
  await payment.reduce(shop.db, held.id, capturedFacts(held));
  const issued = (await invoice.ofOrderOrNull(shop.db, id)) as invoice.Invoice;
  expect(issued.body).toMatchObject({ total_cents, settlement: { tender: 'card' }, corrects: null });
  expect(await invoice.ofOrder(shop.db, id)).toHaveLength(1);
  expect((await linesOf(`payment:${held.id}`)).map(journal.read)).toMatchObject([
    { kind: 'payment', tender: 'card', amount_cents: total_cents },
  ]);
});

test('invoices sold at the same moment are numbered one after the other, without a gap', async () => {
  const ready = [];
  for (let count = 0; count < 8; count += 1) {
    const each = await signable(shop);
    await sign(shop, each);
    ready.push((await payment.usableHoldOrNull(shop.db, each.placed.id)) as payment.Payment);
  }
  await Promise.all(ready.map((held) => payment.reduce(shop.db, held.id, capturedFacts(held))));
  const rows = await shop.db('invoices').orderBy(['series', 'seq']);
  const seqs = rows.filter((row) => row.series === rows[0].series).map((row) => row.seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  expect(await journal.firstFault(shop.db)).toBeNull();
});

test('a number that a failed sale took is given to the next one', async () => {
  const { id } = await sold();
  const before = (await invoice.ofOrderOrNull(shop.db, id)) as invoice.Invoice;
  const ready = await signable(shop);
  const settlement = {
    tender: 'cash',
    paid_at: null,
    due_on: null,
    card_last4: null,
    receipt_ref: null,
  } as const;
  await expect(
    shop.db.transaction(async (trx) => {
      await invoice.issue(trx, ready.placed, settlement);
      throw new Error('the lights went out');
    }),
  ).rejects.toThrow('the lights went out');
  const next = await sold();
  expect((await invoice.ofOrderOrNull(shop.db, next.id))?.seq).toBe(before.seq + 1);
});

test('the database refuses an invoice that leaves a number out, or that is edited', async () => {
  const { id } = await sold();
  const row = await shop.db('invoices').where({ order_id: id }).first();
  const later = { ...row, id: 'x', number: 'X-1', subject: 'x', seq: row.seq + 2 };
  const refusal = (attempt: PromiseLike<unknown>) => Promise.resolve(attempt).catch((error) => error.message);
  expect(await refusal(shop.db('invoices').insert(later))).toContain('without a gap');
  expect(await refusal(shop.db('invoices').where({ id: row.id }).update({ body: '{}' }))).toContain(
    'never edited',
  );
  expect(await refusal(shop.db('journal_lines').where({ seq: 1 }).delete())).toContain('never edited');
});

test('credit notes have their own numbers, name the invoice, and never give back more than was invoiced', async () => {
  const { id, total_cents } = await sold();
  const original = (await invoice.ofOrderOrNull(shop.db, id)) as invoice.Invoice;
  const settlement = { ...original.body.settlement };
  const give = (subject: string, amount_cents: number) =>
    shop.db.transaction((trx) =>
      invoice.credit(trx, id, { subject, amount_cents, reason: 'two cards were creased', settlement }),
    );
  const first = (await give('refund:a', 500)) as invoice.Invoice;
  expect(first.number).toMatch(/^A-\d{4}-\d{5}$/);
  expect(first.body).toMatchObject({ corrects: original.number, total_cents: 500 });
  expect((await give('refund:a', 500))?.id).toBe(first.id);
  await expect(give('refund:b', total_cents)).rejects.toThrow(RangeError);
  const rest = (await give('refund:b', total_cents - 500)) as invoice.Invoice;
  expect(first.body.taxes[0].vat_cents + rest.body.taxes[0].vat_cents).toBe(original.body.taxes[0].vat_cents);
});

test('the invoice is made out to the company that was named in time, and not changed afterwards', async () => {
  const ready = await signable(shop);
  const company = {
    company: 'Fleurs Lefèvre SARL',
    siren: '732829320',
    vat_number: 'FR44732829320',
    address: '3 place Bellecour\n69002 Lyon',
    purchase_order: 'BC-77',
  };
  await billing.keep(shop.db, ready.placed.id, company);
  await sign(shop, ready);
  await payment.recordAtCounter(shop.db, ready.placed.id, {
    tender: 'cash',
    amount_cents: ready.placed.total_cents,
    tendered_cents: ready.placed.total_cents + 1_000,
    receipt_ref: null,
    staff_id,
  });
  const issued = (await invoice.ofOrderOrNull(shop.db, ready.placed.id)) as invoice.Invoice;
  expect(issued.body.buyer).toMatchObject({ ...company, name: ready.placed.contact_name });
  await expect(billing.keep(shop.db, ready.placed.id, null)).rejects.toThrow('conflict.invoiced_already');
});

test.each([
  ['732829320', true],
  ['732829321', false],
  ['73282932', false],
])('the SIREN %s is told right from wrong by its check digit', (digits, isRight) => {
  expect(billing.isSiren(digits)).toBe(isRight);
});

test('cash given back as change is told, and too little is refused before anything is written', async () => {
  const ready = await signable(shop);
  await sign(shop, ready);
  const pay = (tendered_cents: number) =>
    payment.recordAtCounter(shop.db, ready.placed.id, {
      tender: 'cash',
      amount_cents: ready.placed.total_cents,
      tendered_cents,
      receipt_ref: null,
      staff_id,
    });
  await expect(pay(ready.placed.total_cents - 1)).rejects.toThrow();
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('approved');
  const paid = await pay(ready.placed.total_cents + 800);
  expect(paid).toMatchObject({ change_cents: 800, rounding_cents: 0 });
});

test.each([
  [1_002, 5, 1_000, -2],
  [1_003, 5, 1_005, 2],
  [1_000, 5, 1_000, 0],
  [1_003, 1, 1_003, 0],
])('%i cents are %i-cent coins of %i, rounded by %i', (cents, coin, due_cents, rounding_cents) => {
  expect(drawer.inCoins(cents, coin)).toEqual({ due_cents, rounding_cents });
});

test('where cents are gone the drawer holds what was really handed over', async () => {
  const settings = await setting.shop(shop.db);
  await setting.saveShop(shop.db, { ...settings, till: { cash: 'journal', smallest_coin_cents: 5 } });
  const ready = await signable(shop);
  await sign(shop, ready);
  const before = await drawer.current(shop.db);
  const paid = await payment.recordAtCounter(shop.db, ready.placed.id, {
    tender: 'cash',
    amount_cents: ready.placed.total_cents,
    receipt_ref: null,
    staff_id,
  });
  const after = await drawer.current(shop.db);
  const received = ready.placed.total_cents + (paid.rounding_cents ?? 0);
  expect(received % 5).toBe(0);
  expect(after.expected_cents - before.expected_cents).toBe(received);
  await setting.saveShop(shop.db, settings);
});

test('the drawer is closed with what was counted, and only as it stood on the page', async () => {
  const { currency } = await setting.shop(shop.db);
  await drawer.move(shop.db, { kind: 'cash_in', amount_cents: 5_000, note: 'change', currency, staff_id });
  const shown = await drawer.current(shop.db);
  const count = (expected_cents: number) =>
    drawer.count(shop.db, {
      since_seq: shown.since_seq,
      expected_cents,
      counted_cents: shown.expected_cents - 100,
      left_cents: 4_000,
      note: 'a euro is missing',
      currency,
      staff_id,
    });
  await expect(count(shown.expected_cents + 1)).rejects.toThrow('conflict.drawer_moved');
  await count(shown.expected_cents);
  await expect(count(shown.expected_cents)).rejects.toThrow('conflict.drawer_moved');
  expect((await drawer.lastCounts(shop.db, 1))[0]).toMatchObject({
    difference_cents: -100,
    left_cents: 4_000,
  });
  expect(await drawer.current(shop.db)).toMatchObject({ float_cents: 4_000, expected_cents: 4_000 });
});

test('a day, a month and a year that have ended are closed once with their totals', async () => {
  const last = await shop.db('journal_lines').orderBy('seq', 'desc').first();
  const year = Number(last.shop_day.slice(0, 4));
  const next = `${year + 1}-01-01`;
  for (let times = 0; times < 2; times += 1) {
    await shop.db.transaction((trx) => journal.closeEnded(trx, next));
  }
  const closings = await shop.db('journal_lines').where('kind', 'like', 'closing%').orderBy('seq');
  expect(closings.map(({ subject }) => subject)).toEqual([
    `closing_day:${last.shop_day}`,
    `closing_month:${last.shop_day.slice(0, 7)}`,
    `closing_year:${year}`,
  ]);
  const body = JSON.parse(closings[2].body);
  expect(body.totals).toEqual(await journal.totals(shop.db, String(year)));
  expect(body.since_the_beginning).toEqual(body.totals);
  expect(await journal.firstFault(shop.db)).toBeNull();
});

test('a line of the journal that somebody changed behind the database is named', async () => {
  const lines = await journal.between(shop.db, '2000-01-01', '2999-12-31');
  const third = lines[2];
  const guard = 'journal_lines_never_updated';
  const isSqlite = dialectOf(shop.db) === 'sqlite';
  await shop.db.raw(isSqlite ? `DROP TRIGGER ${guard}` : `DROP TRIGGER ${guard} ON journal_lines`);
  const forged = third.body.replace(/"amount_cents":(\d+)/, '"amount_cents":1');
  await shop.db('journal_lines').where({ seq: third.seq }).update({ body: forged });
  expect(await journal.firstFault(shop.db)).toBe(third.seq);
});
