// The shop changes an order: what was signed for the old one no longer counts, and nothing is charged for it.
import { Conflict, Invalid } from '../../server/errors';
import * as approval from '../../server/models/approval';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as orderChange from '../../server/models/order-change';
import * as payment from '../../server/models/payment';
import * as product from '../../server/models/product';
import * as proof from '../../server/models/proof';
import * as setting from '../../server/models/setting';
import type * as task from '../../server/models/task';
import {
  issueProof,
  MARIES_PHONE,
  photograph,
  placedOrder,
  readyToSign,
  reserve,
  sign,
  signable,
} from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
let settings: setting.Shop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  settings = await setting.shop(shop.db);
});
afterAll(() => shop.close());

const found = async (id: string) => order.placed(await order.findOrder(shop.db, id));
const seenOf = async (id: string): Promise<orderChange.Seen> => {
  const { price_version, live_approval_id } = await found(id);
  return { price_version, live_approval_id };
};
const extra = (cents: number) =>
  orderChange.adjustment('extra', { en: 'Express layout', fr: 'Mise en page' }, cents);
const discount = (cents: number) =>
  orderChange.adjustment('discount', { en: 'Discount', fr: 'Remise' }, cents);

async function change(id: string, wish: Partial<orderChange.Wish>, seen?: orderChange.Seen): Promise<void> {
  const what = seen ?? (await seenOf(id));
  await orderChange.change(shop.db, id, what, { reason: 'agreed', ...wish }, settings, shop.lea.id);
}

async function jobOf(id: string, more: Partial<product.Choice>): Promise<orderChange.Job> {
  const { choice } = (await found(id)).specification;
  const chosen = await product.findProduct(shop.db, choice.product_key);
  return { product: chosen, choice: { ...choice, ...more }, delivery_address: null };
}

const tasksOf = (order_id: string, kind: task.TaskKind) =>
  shop.db('tasks').where({ order_id, kind }).orderBy('created_at').select('state', 'key', 'payload');
const lineOf = async (id: string, type: event.EventType) =>
  (await event.history(shop.db, id)).findLast((line) => line.type === type);

async function signAgain(id: string) {
  const ready = await readyToSign(shop, id);
  for (const page of ready.current.pages)
    await proof.seePage(shop.db, ready.current, page.number, MARIES_PHONE);
  return sign(shop, ready);
}

test('a new price ends the signature, drops its capture and keeps the reservation', async () => {
  const ready = await signable(shop);
  const { id, total_cents } = ready.placed;
  const signed = await sign(shop, ready);
  await change(id, { adjustments: [discount(500)] });
  const after = await found(id);
  expect(after).toMatchObject({ state: 'proofed', total_cents: total_cents - 500, price_version: 2 });
  expect(after.live_approval_id).toBeNull();
  expect((await approval.findApproval(shop.db, signed.id)).withdrawn_at).not.toBeNull();
  expect((await tasksOf(id, 'capture_payment')).map(({ state }) => state)).toEqual(['void']);
  expect(await payment.usableHoldOrNull(shop.db, id)).not.toBeNull();
  expect((await lineOf(id, 'order.changed'))?.data).toMatchObject({
    from_cents: total_cents,
    total_cents: total_cents - 500,
    price_version: 2,
    revoked: signed.id,
    reason: 'agreed',
  });
  const letters = await tasksOf(id, 'send_message');
  expect(letters.filter(({ key }) => key === `message:order-changed:${id}:2`)).toHaveLength(1);
});

test('the same proof is signed again for the new amount, which is all that may be taken', async () => {
  const ready = await signable(shop);
  const { id, total_cents } = ready.placed;
  await sign(shop, ready);
  await change(id, { adjustments: [discount(500)] });
  await expect(
    sign(shop, { ...ready, circumstances: { ...ready.circumstances, idempotency_key: 'late-one' } }),
  ).rejects.toBeInstanceOf(Conflict);
  expect((await signAgain(id)).total_cents).toBe(total_cents - 500);
  const hold = (await payment.usableHoldOrNull(shop.db, id)) as payment.Payment;
  expect(hold.authorized_cents).toBe(total_cents);
  const tooMuch = { ...hold, state: 'captured' as const, captured_cents: total_cents };
  const taken = await payment.reduce(shop.db, hold.id, {
    ...tooMuch,
    refunded_cents: 0,
    last_error: null,
  });
  expect(taken).toBe('captured_unapproved');
  expect((await found(id)).state).toBe('approved');
});

test('a higher price asks for a new reservation before it can be signed', async () => {
  const ready = await signable(shop);
  const { id } = ready.placed;
  await change(id, { adjustments: [extra(1500)] });
  await expect(signAgain(id)).rejects.toMatchObject({ open: [{ key: 'G9' }] });
  await reserve(shop, await found(id));
  expect((await signAgain(id)).total_cents).toBe(ready.placed.total_cents + 1500);
});

test('another quantity needs a fresh proof; the old one can no longer be signed', async () => {
  const ready = await signable(shop);
  const { id } = ready.placed;
  await sign(shop, ready);
  await change(id, { job: await jobOf(id, { quantity: 500 }) });
  const after = await found(id);
  expect(after).toMatchObject({ state: 'preparing', live_approval_id: null, price_version: 2 });
  expect(after.specification_sha256).not.toBe(ready.placed.specification_sha256);
  expect((await lineOf(id, 'order.changed'))?.data.changes).toEqual([
    { what: 'Quantity', from: '250', to: '500' },
  ]);
  await expect(
    sign(shop, { ...ready, circumstances: { ...ready.circumstances, idempotency_key: 'old-proof' } }),
  ).rejects.toBeInstanceOf(Conflict);
  await shop.db('tasks').where({ order_id: id, kind: 'render_proof' }).update({ state: 'done' });
  const fresh = await issueProof(shop, id);
  expect(fresh).toMatchObject({ version: 2, specification_sha256: after.specification_sha256 });
  await reserve(shop, after);
  expect((await signAgain(id)).proof_id).toBe(fresh.id);
});

test('there and back again, each change has its own proof drawn', async () => {
  const { id } = await placedOrder(shop, 'counter');
  for (const quantity of [500, 250, 500]) {
    await shop.db('tasks').where({ order_id: id, kind: 'render_proof' }).update({ state: 'done' });
    await change(id, { job: await jobOf(id, { quantity }) });
    const waiting = (await tasksOf(id, 'render_proof')).filter(({ state }) => state === 'ready');
    expect(waiting).toHaveLength(1);
  }
});

test('a corrected file from the shop ends the signature too', async () => {
  const ready = await signable(shop, { payment_method: 'counter' });
  const { id } = ready.placed;
  await sign(shop, ready);
  await change(id, { upload: await photograph(shop) });
  const after = await found(id);
  expect(after).toMatchObject({ state: 'preparing', live_approval_id: null });
  expect(after.current_artwork_id).not.toBe(ready.placed.current_artwork_id);
});

test('lines of the shop’s own stay when another quantity is priced', async () => {
  const { id } = await placedOrder(shop, 'counter');
  await change(id, { adjustments: [extra(1500)] });
  const job = await jobOf(id, { quantity: 500 });
  await change(id, { job });
  const { quote, total_cents } = await found(id);
  expect(quote.lines.at(-1)).toMatchObject({ kind: 'extra', amount_cents: 1500 });
  expect(total_cents).toBe(quote.lines.reduce((sum, line) => sum + line.amount_cents, 0));
});

test.each([
  ['nothing that differs', async () => ({}), 'change'],
  [
    'a price of nothing',
    async (id: string) => ({ adjustments: [discount((await found(id)).total_cents)] }),
    'amount',
  ],
  ['too many lines', async () => ({ adjustments: Array.from({ length: 13 }, () => extra(100)) }), 'amount'],
])('%s is refused', async (_what, wish, field) => {
  const { id } = await placedOrder(shop, 'counter');
  const refused = change(id, await wish(id));
  await expect(refused).rejects.toBeInstanceOf(Invalid);
  await expect(refused).rejects.toMatchObject({ fields: { [field]: expect.any(String) } });
  expect((await found(id)).price_version).toBe(1);
});

test('nothing is changed while it is being charged, nor once it is paid', async () => {
  const ready = await signable(shop);
  const { id } = ready.placed;
  const signed = await sign(shop, ready);
  await shop.db('tasks').where({ order_id: id, kind: 'capture_payment' }).update({ state: 'leased' });
  await expect(change(id, { adjustments: [discount(500)] })).rejects.toMatchObject({
    key: 'conflict.being_charged',
  });
  expect((await found(id)).live_approval_id).toBe(signed.id);
  await shop
    .db('tasks')
    .where({ order_id: id, kind: 'capture_payment' })
    .update({ state: 'ready', attempts: 0 });
  await payment.recordAtCounter(shop.db, id, {
    tender: 'cash',
    amount_cents: ready.placed.total_cents,
    receipt_ref: null,
    staff_id: shop.lea.id,
  });
  await expect(change(id, { adjustments: [discount(500)] })).rejects.toMatchObject({
    key: 'conflict.change_order',
  });
});

test('whoever saw an older order conflicts', async () => {
  const ready = await signable(shop, { payment_method: 'counter' });
  const { id } = ready.placed;
  const before = await seenOf(id);
  await sign(shop, ready);
  await expect(change(id, { adjustments: [extra(100)] }, before)).rejects.toMatchObject({
    key: 'conflict.order_changed',
  });
});

test.each([1, 2, 3])('of a signature and a new price at the same moment exactly one wins (%i)', async () => {
  const ready = await signable(shop);
  const { id, total_cents } = ready.placed;
  const seen = await seenOf(id);
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? sign(shop, {
            ...ready,
            circumstances: { ...ready.circumstances, idempotency_key: `race-${id}-${index}` },
          })
        : change(id, { adjustments: [extra(100 + index)] }, seen),
    ),
  );
  const lost = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(lost.every((reason) => reason instanceof Conflict)).toBe(true);
  expect(all.length - lost.length).toBe(1);
  const after = await found(id);
  if (after.live_approval_id) expect(after).toMatchObject({ total_cents, price_version: 1 });
  else expect(after).toMatchObject({ state: 'proofed', price_version: 2 });
});
