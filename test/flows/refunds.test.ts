// Money given back: once, never more than came in, and told when it does not arrive.
import { randomUUID } from 'node:crypto';
import * as event from '../../server/models/event';
import * as invoice from '../../server/models/invoice';
import * as jobHold from '../../server/models/job-hold';
import * as journal from '../../server/models/journal';
import { saveMoneySettings } from '../../server/models/money-setting';
import * as payment from '../../server/models/payment';
import * as refund from '../../server/models/refund';
import type { Staff } from '../../server/models/staff';
import * as task from '../../server/models/task';
import * as ticket from '../../server/models/ticket';
import { perform } from '../../server/worker';
import { sign, signable } from '../fixtures/world';
import { paidByCard } from '../support/bank';
import { fieldsOf, startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeEach(async () => {
  shop = await startShop({ worker: false, settings: { stop_window_minutes: 0 } });
});
afterEach(() => shop.close());

const bank = () => shop.bank!.control;
const refundsAtBank = () => Object.values(bank().state().refunds);

const ask = (paid: payment.Payment, amount_cents: number, person: Staff = shop.owner, key = randomUUID()) =>
  refund.request(
    shop.db,
    paid.order_id,
    {
      payment_id: paid.id,
      tender: paid.tender,
      amount_cents,
      reason: 'Two cards were creased',
      receipt_ref: null,
      idempotency_key: key,
    },
    person,
  );

/** The worker does what is due of one kind; answers how each task ended. */
async function work(kind: task.TaskKind): Promise<string[]> {
  const ended: string[] = [];
  for (;;) {
    const leased = await task.lease(shop.db, 'w', [kind]);
    if (!leased) return ended;
    await perform(shop.portal, leased, 'w');
    ended.push((await shop.db('tasks').where({ id: leased.id }).first()).state);
  }
}

const again = (id: string) =>
  shop
    .db('tasks')
    .where({ key: `refund:${id}` })
    .update({ run_at: '2020-01-01' });
const types = async (order_id: string) => (await event.history(shop.db, order_id)).map(({ type }) => type);
const letters = (template: string) =>
  shop
    .db('tasks')
    .where({ kind: 'send_message' })
    .then((rows) => rows.filter(({ payload }) => JSON.parse(payload).template === template));

/** What credit notes gave back, and every amount of the order that went through the till's journal. */
async function books(order_id: string) {
  const { ref } = await shop.db('orders').where({ id: order_id }).first('ref');
  const notes = (await invoice.ofOrder(shop.db, order_id)).filter(({ kind }) => kind === 'credit_note');
  const entries = (await journal.between(shop.db, '2000', '2999')).map(journal.read);
  return {
    credited: notes.map(({ body }) => body.total_cents),
    till: entries.filter(({ order_ref }) => order_ref === ref).map(({ amount_cents }) => amount_cents),
  };
}

test('a part goes back to the card, the customer is told why, and the sums are the bank’s', async () => {
  const paid = await paidByCard(shop);
  const made = await ask(paid, 1_000);
  expect(await work('refund_payment')).toEqual(['done']);
  expect(await payment.findPayment(shop.db, paid.id)).toMatchObject({
    state: 'captured',
    refunded_cents: 1_000,
  });
  expect(await refund.findRefund(shop.db, made.id)).toMatchObject({
    state: 'succeeded',
    stripe_refund: refundsAtBank()[0].id,
  });
  expect(refundsAtBank()).toMatchObject([{ amount: 1_000, metadata: { refund: made.id } }]);
  expect(await types(paid.order_id)).toEqual(
    expect.arrayContaining(['payment.refund_requested', 'payment.refunded']),
  );
  expect(await types(paid.order_id)).not.toContain('payment.refunded_elsewhere');
  expect(await books(paid.order_id)).toEqual({ credited: [1_000], till: [paid.captured_cents, -1_000] });
  expect(await letters('refunded')).toHaveLength(1);
  expect(await jobHold.ofOrder(shop.db, paid.order_id)).toEqual([]);
});

test('the whole goes back: the job is kept from the press until an owner lets it go on', async () => {
  const paid = await paidByCard(shop);
  await ask(paid, paid.captured_cents);
  await work('refund_payment');
  expect((await payment.findPayment(shop.db, paid.id)).state).toBe('refunded');
  await expect(ticket.advance(shop.db, paid.order_id, 'printing', shop.lea.id)).rejects.toMatchObject({
    key: 'conflict.job_on_hold',
  });
  await jobHold.lift(shop.db, paid.order_id, shop.owner.id);
  await ticket.advance(shop.db, paid.order_id, 'printing', shop.lea.id);
});

test('the same form sent twenty times gives back once', async () => {
  const paid = await paidByCard(shop);
  const key = randomUUID();
  const made = await Promise.all(Array.from({ length: 20 }, () => ask(paid, 500, shop.owner, key)));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  await work('refund_payment');
  expect(refundsAtBank()).toHaveLength(1);
});

test('a second refund of the same payment waits for the first', async () => {
  const paid = await paidByCard(shop);
  await ask(paid, 500);
  await expect(ask(paid, 500)).rejects.toMatchObject({ key: 'conflict.refund_under_way' });
});

test.each(['drop_after_commit', 'sticky_500_after_commit', 'error_500', 'sticky_500'] as const)(
  'the bank answers badly (%s): looked for, then given back once',
  async (fault) => {
    const paid = await paidByCard(shop);
    const made = await ask(paid, 700);
    bank().fault({ next: fault, path: '/v1/refunds', times: fault === 'drop_after_commit' ? 2 : 1 });
    await work('refund_payment');
    await again(made.id);
    await work('refund_payment');
    expect(refundsAtBank()).toHaveLength(1);
    expect((await refund.findRefund(shop.db, made.id)).state).toBe('succeeded');
    expect((await payment.findPayment(shop.db, paid.id)).refunded_cents).toBe(700);
  },
);

test('the key is forgotten by the bank and the task is done once more: still given back once', async () => {
  const paid = await paidByCard(shop);
  const made = await ask(paid, 700);
  bank().fault({ next: 'drop_after_commit', path: '/v1/refunds', times: 2 });
  await work('refund_payment');
  bank().advance(25 * 3600);
  await again(made.id);
  await work('refund_payment');
  expect(refundsAtBank()).toHaveLength(1);
});

test('a refund that comes back days later is told to the shop, and can be given in cash instead', async () => {
  const paid = await paidByCard(shop);
  const made = await ask(paid, paid.captured_cents);
  await work('refund_payment');
  bank().failRefund(refundsAtBank()[0].id);
  await bank().settled();
  await work('apply_stripe_event');
  expect(await refund.findRefund(shop.db, made.id)).toMatchObject({ state: 'failed' });
  expect(await payment.findPayment(shop.db, paid.id)).toMatchObject({ state: 'captured', refunded_cents: 0 });
  expect(await refund.unresolved(shop.db)).toHaveLength(1);
  expect(await letters('refund-failed')).toHaveLength(1);
  const [possible] = await refund.refundable(shop.db, paid.order_id);
  expect(possible).toMatchObject({ left_cents: paid.captured_cents, tenders: ['card', 'cash', 'terminal'] });
  const inCash = {
    payment_id: paid.id,
    tender: 'cash' as const,
    amount_cents: paid.captured_cents,
    reason: 'The card is closed',
    receipt_ref: null,
  };
  await refund.request(shop.db, paid.order_id, { ...inCash, idempotency_key: 'cash-1' }, shop.owner);
  await refund.resolve(shop.db, paid.order_id, made.id);
  expect(await refund.unresolved(shop.db)).toEqual([]);
  expect(await refund.refundable(shop.db, paid.order_id)).toEqual([]);
  await expect(
    refund.request(shop.db, paid.order_id, { ...inCash, idempotency_key: 'cash-2' }, shop.owner),
  ).rejects.toMatchObject({ key: 'conflict.refund_too_much' });
  const whole = paid.captured_cents;
  expect(await books(paid.order_id)).toEqual({ credited: [whole], till: [whole, -whole, whole, -whole] });
});

test('more than is left is refused, by the model and by the database', async () => {
  const paid = await paidByCard(shop);
  await expect(ask(paid, paid.captured_cents + 1)).rejects.toMatchObject({ key: 'conflict.refund_too_much' });
  await expect(ask(paid, 0)).rejects.toMatchObject({ key: 'conflict.refund_too_much' });
  const made = await ask(paid, 100);
  const row = await shop.db('refunds').where({ id: made.id }).first();
  const insert = { ...row, id: 'second', idempotency_key: 'second', amount_cents: paid.captured_cents };
  await expect(shop.db('refunds').insert(insert)).rejects.toMatchObject({
    message: expect.stringContaining('no more is given back than came in'),
  });
  await expect(shop.db('refunds').where({ id: made.id }).update({ amount_cents: 1 })).rejects.toMatchObject({
    message: expect.stringContaining('keeps its amount'),
  });
  await expect(shop.db('refunds').where({ id: made.id }).del()).rejects.toMatchObject({
    message: expect.stringContaining('kept'),
  });
});

test('colleagues give back up to the owner’s limit on one order, not a cent more', async () => {
  const paid = await paidByCard(shop);
  await expect(ask(paid, 1, shop.lea)).rejects.toMatchObject({ key: 'conflict.refund_above_limit' });
  await saveMoneySettings(shop.db, { staff_refund_cents: 1_000 });
  await ask(paid, 600, shop.lea);
  await work('refund_payment');
  await expect(ask(paid, 401, shop.lea)).rejects.toMatchObject({ key: 'conflict.refund_above_limit' });
  await ask(paid, 400, shop.lea);
});

test('money given back in the bank’s own pages is seen and told', async () => {
  const paid = await paidByCard(shop);
  const headers = { Authorization: `Bearer ${shop.config.payments.secret_key}` };
  const body = new URLSearchParams({ payment_intent: paid.payment_intent as string, amount: '300' });
  await fetch(`${shop.bank!.url}/v1/refunds`, { method: 'POST', headers, body });
  await bank().settled();
  await work('apply_stripe_event');
  expect((await payment.findPayment(shop.db, paid.id)).refunded_cents).toBe(300);
  expect((await types(paid.order_id)).filter((type) => type === 'payment.refunded_elsewhere')).toHaveLength(
    1,
  );
  expect(await books(paid.order_id)).toEqual({ credited: [300], till: [paid.captured_cents, -300] });
});

test('cash is given back over the counter and written down at once', async () => {
  const ready = await signable(shop, { payment_method: 'counter' });
  await sign(shop, ready);
  const { id, total_cents } = ready.placed;
  const paid = await payment.recordAtCounter(shop.db, id, {
    tender: 'cash',
    amount_cents: total_cents,
    receipt_ref: null,
    staff_id: shop.lea.id,
  });
  await ask(paid, 500);
  expect(await payment.findPayment(shop.db, paid.id)).toMatchObject({
    state: 'captured',
    refunded_cents: 500,
  });
  await ask(paid, total_cents - 500);
  expect((await payment.findPayment(shop.db, paid.id)).state).toBe('refunded');
  expect(await shop.db('tasks').where({ kind: 'refund_payment' })).toEqual([]);
  expect(await books(id)).toEqual({
    credited: [500, total_cents - 500],
    till: [total_cents, -500, 500 - total_cents],
  });
});

test('the owner gives back from the order’s page; what is missing is said beside its field', async () => {
  const paid = await paidByCard(shop);
  const owner = await shop.colleague('owner');
  const { ref } = await shop.db('orders').where({ id: paid.order_id }).first();
  const page = `/staff/orders/${ref}`;
  const form = fieldsOf((await owner.get(page)).text, `${page}/refunds`);
  const wrong = await owner.post(`${page}/refunds`, { ...form, reason: '' });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('id="refund_reason-error"');
  const tooMuch = await owner.post(`${page}/refunds`, { ...form, amount: '99999', reason: 'Creased' });
  expect(tooMuch.status).toBe(409);
  expect(tooMuch.text).toContain('No more can be given back');
  const done = await owner.post(`${page}/refunds`, { ...form, amount: '12,50', reason: 'Creased' });
  expect(done.location).toBe(`${page}?done=refund_asked`);
  await work('refund_payment');
  expect(refundsAtBank()).toMatchObject([{ amount: 1_250 }]);
  expect((await owner.get(page)).text).toContain('Creased');
  const lea = await shop.colleague();
  expect((await lea.get(page)).text).toContain('Only an owner can give money back');
  expect((await lea.post('/owner/payments', { staff_refund: '30' })).status).toBe(403);
  expect((await owner.post('/owner/payments', { staff_refund: 'much' })).status).toBe(422);
  expect((await owner.post('/owner/payments', { staff_refund: '30' })).status).toBe(303);
  expect((await lea.get(page)).text).toContain('you may give back up to');
});
