// Paying by invoice: only whom an owner trusted, only up to the limit, and never without a signature.
import * as account from '../../server/models/account';
import * as event from '../../server/models/event';
import * as invoice from '../../server/models/invoice';
import * as journal from '../../server/models/journal';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as ticket from '../../server/models/ticket';
import { MARIE, placedOrder, sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
let owner_id: string;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  await shop.colleague('owner');
  owner_id = (await shop.db('staff').where({ role: 'owner' }).first('id')).id;
});
afterAll(() => shop.close());

const grant = (limit_cents: number) =>
  account.grant(shop.db, {
    email: MARIE.contact_email,
    limit_cents,
    days: 30,
    note: null,
    granted_by: owner_id,
  });

async function signedOrder() {
  const ready = await signable(shop);
  await sign(shop, ready);
  return ready.placed;
}

const put = ({ id, total_cents }: { id: string; total_cents: number }) =>
  payment.putOnAccount(shop.db, id, { amount_cents: total_cents, staff_id: owner_id });
const refusal = (attempt: PromiseLike<unknown>) =>
  Promise.resolve(attempt).then(
    () => 'accepted',
    (error) => error.message,
  );

test('without terms nothing is put on account', async () => {
  expect(await refusal(put(await signedOrder()))).toBe('conflict.account_too_small');
});

test('a signed order on account is released, invoiced with the day it is due, and its history says who granted it', async () => {
  await grant(100_000);
  const placed = await signedOrder();
  const charge = await put(placed);
  expect((await order.findOrder(shop.db, placed.id)).state).toBe('released');
  expect(await ticket.findOrNull(shop.db, placed.id)).toMatchObject({ payment_id: charge.id });
  const issued = (await invoice.ofOrderOrNull(shop.db, placed.id)) as invoice.Invoice;
  expect(issued.body.settlement).toMatchObject({ tender: 'account', paid_at: null });
  expect(Date.parse(issued.body.settlement.due_on as string)).toBeGreaterThan(Date.now() + 28 * 86_400_000);
  const said = (await event.history(shop.db, placed.id)).find(({ type }) => type === 'payment.on_account');
  expect(said?.data).toMatchObject({ granted_by: owner_id, limit_cents: 100_000 });
  expect(await journal.totals(shop.db, '')).toEqual([]);
});

test('what is paid later is taken once, rung up, and frees the account', async () => {
  const placed = await signedOrder();
  await put(placed);
  const open = await account.openCents(shop.db, placed.customer_id as string);
  const settle = () =>
    payment.settleAccount(shop.db, placed.id, { tender: 'transfer', receipt_ref: null, staff_id: owner_id });
  const answers = await Promise.all(Array.from({ length: 5 }, () => refusal(settle())));
  expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(1);
  expect(await account.openCents(shop.db, placed.customer_id as string)).toBe(open - placed.total_cents);
  expect(await journal.totals(shop.db, '')).toMatchObject([
    { tender: 'transfer', in_cents: placed.total_cents },
  ]);
});

test('two orders at once do not both use what is left', async () => {
  const [first, second] = [await signedOrder(), await signedOrder()];
  const open = await account.openCents(shop.db, first.customer_id as string);
  await grant(open + first.total_cents);
  const answers = await Promise.all([refusal(put(first)), refusal(put(second))]);
  expect(answers.sort()).toEqual(['accepted', 'conflict.account_too_small']);
});

test('the database refuses an account charge without a signature, without terms, or beyond the limit', async () => {
  const known = await shop.db('payments').where({ tender: 'account' }).first();
  const unsigned = await placedOrder(shop);
  const charge = { ...known, id: 'x', order_id: unsigned.id, state: 'on_account' };
  expect(await refusal(shop.db('payments').insert(charge))).toContain('no owner granted');
  const placed = await signedOrder();
  const { live_approval_id } = await shop.db('orders').where({ id: placed.id }).first();
  const signed = { ...charge, order_id: placed.id, approval_id: live_approval_id };
  await grant(1);
  expect(await refusal(shop.db('payments').insert(signed))).toContain('beyond its limit');
  const row = shop.db('payments').where({ id: known.id });
  expect(await refusal(row.clone().update({ amount_cents: 1 }))).toContain('otherwise stays as it was');
});

test('an account that was ended takes nothing more, and what is on it stays', async () => {
  await grant(1_000_000);
  const [{ id, open_cents }] = await account.list(shop.db);
  await account.revoke(shop.db, id, owner_id);
  expect(await refusal(put(await signedOrder()))).toBe('conflict.account_too_small');
  expect(await refusal(account.revoke(shop.db, id, owner_id))).toBe('conflict.account_ended');
  expect((await account.charges(shop.db)).reduce((sum, each) => sum + each.amount_cents, 0)).toBe(open_cents);
});

test('an account is granted to somebody who ordered before', async () => {
  const stranger = account.grant(shop.db, {
    email: 'nobody@example.com',
    limit_cents: 100,
    days: 30,
    note: null,
    granted_by: owner_id,
  });
  expect(await refusal(stranger)).toBe('customer_not_found');
});
