import fc from 'fast-check';
import { Conflict } from '../../server/errors';
import * as approval from '../../server/models/approval';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as ticket from '../../server/models/ticket';
import {
  capturedFacts,
  heldFacts,
  issueProof,
  placedOrder,
  reserve,
  sign,
  signable,
} from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

const tasksOf = (order_id: string, kind: string) => shop.db('tasks').where({ order_id, kind });

test('a confirmed capture pays the order and releases its job in one step', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
  await payment.reduce(shop.db, held.id, capturedFacts(held));
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('released');
  expect(await ticket.findOrNull(shop.db, ready.placed.id)).toMatchObject({
    approval_id: signed.id,
    proof_sha256: ready.current.sha256,
    payment_id: held.id,
  });
  const types = (await event.history(shop.db, ready.placed.id)).map(({ type }) => type);
  expect(types.slice(-3)).toEqual(['payment.captured', 'job.released', 'invoice.issued']);
});

test('the same capture reported twenty times at once pays once', async () => {
  const ready = await signable(shop);
  await sign(shop, ready);
  const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
  await Promise.all(Array.from({ length: 20 }, () => payment.reduce(shop.db, held.id, capturedFacts(held))));
  const types = (await event.history(shop.db, ready.placed.id)).map(({ type }) => type);
  expect(types.filter((type) => type === 'payment.captured')).toHaveLength(1);
  expect(types.filter((type) => type === 'job.released')).toHaveLength(1);
});

test('money captured without a signature releases nothing and is shown to the owner', async () => {
  const { id } = await placedOrder(shop);
  await issueProof(shop, id);
  const held = await reserve(shop, await order.findOrder(shop.db, id));
  expect(await payment.reduce(shop.db, held.id, capturedFacts(held))).toBe('captured_unapproved');
  expect((await order.findOrder(shop.db, id)).state).toBe('proofed');
  expect(await ticket.findOrNull(shop.db, id)).toBeNull();
  expect((await payment.alerts(shop.db)).map((alert) => alert.id)).toContain(held.id);
});

test('a reservation made after the signature has its capture enqueued, without a second signature', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  const first = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
  await payment.refuseCapture(shop.db, first.id, 'Your card was declined.');
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('approved');
  expect(
    await tasksOf(ready.placed.id, 'send_message').where('key', `message:payment-needed:${first.id}`),
  ).toHaveLength(1);
  const second = await reserve(shop, ready.placed);
  const keys = (await tasksOf(ready.placed.id, 'capture_payment')).map((row) => row.key);
  expect(keys).toContain(`capture:${signed.id}:${second.id}`);
});

test('of two reservations for one order the newer stays and the older is given back', async () => {
  const { id } = await placedOrder(shop);
  const found = await order.findOrder(shop.db, id);
  const first = await reserve(shop, found);
  const second = await reserve(shop, found);
  expect((await tasksOf(id, 'release_hold')).map((row) => JSON.parse(row.payload).payment_id)).toEqual([
    first.id,
  ]);
  expect((await payment.usableHoldOrNull(shop.db, id))?.id).toBe(second.id);
});

test('a reservation that is too small, or for a cancelled order, is given back', async () => {
  const { id, total_cents } = await placedOrder(shop);
  const small = await payment.openCard(shop.db, id);
  await payment.reduce(shop.db, small.id, heldFacts(total_cents - 1, 'pi_small'));
  expect(await tasksOf(id, 'release_hold')).toHaveLength(1);
  const other = await placedOrder(shop);
  const opened = await payment.openCard(shop.db, other.id);
  await order.cancel(shop.db, other.id, event.CUSTOMER, 'customer_cancelled');
  await payment.reduce(shop.db, opened.id, heldFacts(other.total_cents, 'pi_late'));
  expect(await tasksOf(other.id, 'release_hold')).not.toHaveLength(0);
});

test('whatever order the news come in, the end is the same and nothing is captured twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(['open', 'authorized', 'captured', 'authorized', 'captured'] as const, {
        minLength: 3,
      }),
      async (news) => {
        fc.pre(news.includes('captured'));
        const ready = await signable(shop);
        await sign(shop, ready);
        const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
        for (const state of news) {
          const facts =
            state === 'captured'
              ? capturedFacts(held)
              : { ...heldFacts(held.authorized_cents, held.payment_intent!), state };
          await payment.reduce(shop.db, held.id, facts);
        }
        expect((await payment.findPayment(shop.db, held.id)).state).toBe('captured');
        expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('released');
        const types = (await event.history(shop.db, ready.placed.id)).map(({ type }) => type);
        expect(types.filter((type) => type === 'payment.captured')).toHaveLength(1);
      },
    ),
    { numRuns: 15 },
  );
});

describe('paying at the counter', () => {
  const cash = (amount_cents: number) => ({
    tender: 'cash' as const,
    amount_cents,
    receipt_ref: null,
    staff_id: shop.lea.id,
  });

  test('is recorded with who and when, and releases the job', async () => {
    const ready = await signable(shop, { payment_method: 'counter' });
    await sign(shop, ready);
    const paid = await payment.recordAtCounter(shop.db, ready.placed.id, cash(ready.placed.total_cents));
    expect(paid).toMatchObject({ tender: 'cash', state: 'captured', staff_id: shop.lea.id });
    expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('released');
  });

  test('twenty colleagues at once record it once', async () => {
    const ready = await signable(shop, { payment_method: 'counter' });
    await sign(shop, ready);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        payment.recordAtCounter(shop.db, ready.placed.id, cash(ready.placed.total_cents)),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await payment.ofOrder(shop.db, ready.placed.id)).toHaveLength(1);
  });

  test('is refused before the signature, and with another amount', async () => {
    const ready = await signable(shop, { payment_method: 'counter' });
    await expect(
      payment.recordAtCounter(shop.db, ready.placed.id, cash(ready.placed.total_cents)),
    ).rejects.toBeInstanceOf(Conflict);
    await sign(shop, ready);
    await expect(payment.recordAtCounter(shop.db, ready.placed.id, cash(1))).rejects.toMatchObject({
      key: 'conflict.amount_differs',
    });
  });

  test('is refused while the card is being charged', async () => {
    const ready = await signable(shop);
    await sign(shop, ready);
    await tasksOf(ready.placed.id, 'capture_payment').update({ state: 'leased' });
    await expect(
      payment.recordAtCounter(shop.db, ready.placed.id, cash(ready.placed.total_cents)),
    ).rejects.toMatchObject({
      key: 'conflict.being_charged',
    });
  });
});

describe('two reservations are never charged for one signature', () => {
  const captures = async (order_id: string) =>
    Object.fromEntries(
      (await tasksOf(order_id, 'capture_payment')).map((row) => [
        JSON.parse(row.payload).payment_id,
        row.state,
      ]),
    );
  const releases = async (order_id: string) =>
    (await tasksOf(order_id, 'release_hold')).map((row) => JSON.parse(row.payload).payment_id);

  test('a newer one takes the place of one that is not being charged yet', async () => {
    const ready = await signable(shop);
    await sign(shop, ready);
    const first = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
    const second = await reserve(shop, ready.placed);
    expect(await captures(ready.placed.id)).toEqual({ [first.id]: 'void', [second.id]: 'ready' });
    expect(await releases(ready.placed.id)).toEqual([first.id]);
  });

  test.each([
    ['is being charged', { state: 'leased', attempts: 1 }],
    ['may have been charged without an answer', { state: 'ready', attempts: 1 }],
  ])('a newer one is given back while the first %s', async (_what, begun) => {
    const ready = await signable(shop);
    await sign(shop, ready);
    const first = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
    await tasksOf(ready.placed.id, 'capture_payment').update(begun);
    const second = await reserve(shop, ready.placed);
    expect(await captures(ready.placed.id)).toEqual({ [first.id]: begun.state });
    expect(await releases(ready.placed.id)).toEqual([second.id]);
  });

  test('once one is charged, whatever else is reserved is given back', async () => {
    const ready = await signable(shop);
    await sign(shop, ready);
    const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
    const forgotten = await payment.openCard(shop.db, ready.placed.id);
    await payment.reduce(shop.db, held.id, capturedFacts(held));
    expect(await releases(ready.placed.id)).toEqual([forgotten.id]);
  });
});

test('a charge whose answer was lost stands in the way of stopping, cancelling and paying in cash', async () => {
  const ready = await signable(shop);
  const { id, total_cents } = ready.placed;
  const signed = await sign(shop, ready);
  await tasksOf(id, 'capture_payment').update({ state: 'ready', attempts: 1 });
  const paid = {
    tender: 'cash' as const,
    amount_cents: total_cents,
    receipt_ref: null,
    staff_id: shop.lea.id,
  };
  await expect(payment.recordAtCounter(shop.db, id, paid)).rejects.toMatchObject({
    key: 'conflict.being_charged',
  });
  await expect(order.cancel(shop.db, id, event.CUSTOMER, 'customer_cancelled')).rejects.toMatchObject({
    key: 'conflict.being_charged',
  });
  await expect(
    approval.withdraw(shop.db, id, signed.id, 'customer', 'stopped_by_customer', event.CUSTOMER),
  ).rejects.toMatchObject({ key: 'conflict.too_late_to_stop' });
  expect(await order.findOrder(shop.db, id)).toMatchObject({
    state: 'approved',
    live_approval_id: signed.id,
  });
});

describe('a payment that was given up', () => {
  async function givenUp() {
    const { id } = await placedOrder(shop);
    const opened = await payment.openCard(shop.db, id);
    await payment.abandon(shop.db, opened.id);
    return { id, total_cents: opened.amount_cents, opened };
  }
  const releases = (order_id: string) => tasksOf(order_id, 'release_hold');

  test('because the bank refused the charge has its reservation given back', async () => {
    const ready = await signable(shop);
    await sign(shop, ready);
    const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
    await payment.refuseCapture(shop.db, held.id, 'Your card was declined.');
    expect((await releases(ready.placed.id)).map((row) => row.key)).toEqual([`release:${held.id}`]);
  });

  test('and is reserved after all is given back, as often as that happens', async () => {
    const { id, total_cents, opened } = await givenUp();
    const late = heldFacts(total_cents, `pi_late_${opened.id}`);
    expect(await payment.reduce(shop.db, opened.id, late)).toBe('released');
    expect(await releases(id)).toMatchObject([{ state: 'ready', generation: 0 }]);
    expect((await payment.findPayment(shop.db, opened.id)).payment_intent).toBe(late.payment_intent);
    await releases(id).update({ state: 'done' });
    await payment.reduce(shop.db, opened.id, late);
    expect(await releases(id)).toMatchObject([{ state: 'ready', generation: 1 }]);
  });

  test('and is charged after all is money that the owner is told of', async () => {
    const { id, total_cents, opened } = await givenUp();
    const held = { ...opened, authorized_cents: total_cents, payment_intent: `pi_charged_${opened.id}` };
    expect(await payment.reduce(shop.db, opened.id, capturedFacts(held))).toBe('captured_unapproved');
    expect((await payment.alerts(shop.db)).map((alert) => alert.id)).toContain(opened.id);
    expect(await ticket.findOrNull(shop.db, id)).toBeNull();
  });

  test('sends nobody to a payment page that was made too late', async () => {
    const { opened } = await givenUp();
    const page = { session: `cs_${opened.id}`, url: 'https://bank.example/', expires_at: '2099-01-01' };
    expect(await payment.noteCheckout(shop.db, opened.id, page)).toBe(false);
  });
});

test('money without a signature is off the owner’s list once it was paid back', async () => {
  const { id } = await placedOrder(shop);
  await issueProof(shop, id);
  const held = await reserve(shop, await order.findOrder(shop.db, id));
  await payment.reduce(shop.db, held.id, capturedFacts(held));
  const paidBack = { ...capturedFacts(held), refunded_cents: held.authorized_cents };
  expect(await payment.reduce(shop.db, held.id, paidBack)).toBe('captured_unapproved');
  expect((await payment.alerts(shop.db)).map((alert) => alert.id)).not.toContain(held.id);
});

test('a reservation that the worker is about to give back is not signed against', async () => {
  const { id } = await placedOrder(shop);
  await reserve(shop, await order.findOrder(shop.db, id));
  await order.payBy(shop.db, id, 'counter');
  await order.payBy(shop.db, id, 'card');
  expect(await payment.usableHoldOrNull(shop.db, id)).toBeNull();
});

test('a reservation whose time is up has lapsed, whatever the bank calls it', async () => {
  for (const state of ['canceled', 'open'] as const) {
    const { id } = await placedOrder(shop);
    const held = await reserve(shop, await order.findOrder(shop.db, id));
    const facts = { ...heldFacts(held.authorized_cents, held.payment_intent as string), state };
    if (state === 'open') expect(await payment.reduce(shop.db, held.id, facts)).toBe('authorized');
    await shop.db('payments').where({ id: held.id }).update({ capture_before: '2026-01-01T00:00:00.000Z' });
    expect(await payment.reduce(shop.db, held.id, facts)).toBe('lapsed');
  }
});

test('cancelling gives the card reservation back and tells the customer', async () => {
  const ready = await signable(shop);
  await sign(shop, ready);
  await order.cancel(shop.db, ready.placed.id, event.CUSTOMER, 'customer_cancelled');
  expect((await tasksOf(ready.placed.id, 'capture_payment')).map((row) => row.state)).toEqual(['void']);
  expect(await tasksOf(ready.placed.id, 'release_hold')).toHaveLength(1);
  expect(
    await tasksOf(ready.placed.id, 'send_message').where('key', `message:order-cancelled:${ready.placed.id}`),
  ).toHaveLength(1);
});

test('a charge is due before the reservation ends, whatever the stop window says', () => {
  const signed_at = '2026-11-24T10:00:00.000Z';
  const hold = (capture_before: string | null) => ({ capture_before }) as payment.Payment;
  expect(payment.chargeAt(hold(null), signed_at, 15)).toBe('2026-11-24T10:15:00.000Z');
  expect(payment.chargeAt(hold('2026-12-01T10:00:00.000Z'), signed_at, 15)).toBe('2026-11-24T10:15:00.000Z');
  expect(payment.chargeAt(hold('2026-11-24T11:05:00.000Z'), signed_at, 15)).toBe('2026-11-24T10:05:00.000Z');
  expect(payment.chargeAt(hold('2026-11-24T10:30:00.000Z'), signed_at, 15)).toBe(signed_at);
});
