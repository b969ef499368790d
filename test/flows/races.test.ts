// Two things at once, about money. Each is named for what happens, and ends with one charge or none.
import { createHmac } from 'node:crypto';
import { orderPath } from '../../server/link';
import * as approval from '../../server/models/approval';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as proof from '../../server/models/proof';
import * as refund from '../../server/models/refund';
import { stuckPayments } from '../../server/models/stuck-payment';
import * as task from '../../server/models/task';
import * as ticket from '../../server/models/ticket';
import { openStripe } from '../../server/stripe';
import { RUNS } from '../../server/tasks';
import { perform } from '../../server/worker';
import { issueProof, MARIES_PHONE, placedOrder, readyToSign, sign } from '../fixtures/world';
import {
  CARD_THAT_CANNOT_BE_CHARGED,
  GOOD_CARD,
  openBankPage,
  paidByCard,
  payAtBank,
  signedWithHold,
} from '../support/bank';
import { startPoorStripe } from '../support/poor-stripe';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeEach(async () => {
  shop = await startShop({ worker: false, settings: { stop_window_minutes: 0 } });
  shop.bank!.control.webhooks({ paused: true });
});
afterEach(() => shop.close());

const bank = () => shop.bank!.control;
const intents = () => Object.values(bank().state().payment_intents);
const captured = () => Object.values(bank().state().charges).filter(({ isCaptured }) => isCaptured);
const stateOf = async (id: string) => (await order.findOrder(shop.db, id)).state;
const stuck = async () => (await stuckPayments(shop.db)).map(({ kind }) => kind);
const lease = (...kinds: task.TaskKind[]) => task.lease(shop.db, 'w', kinds);
const hurry = () => shop.db('tasks').where({ state: 'ready' }).update({ run_at: '2020-01-01T00:00:00.000Z' });
const died = () =>
  shop.db('tasks').where({ state: 'leased' }).update({ lease_until: '2020-01-01T00:00:00.000Z' });

const MONEY: task.TaskKind[] = [
  'capture_payment',
  'release_hold',
  'sync_payment',
  'apply_stripe_event',
  'refund_payment',
];

/** The worker does everything about money that is due; answers how each task ended. */
async function work(kinds = MONEY): Promise<string[]> {
  const ended: string[] = [];
  for (;;) {
    const leased = await lease(...kinds);
    if (!leased) return ended;
    await perform(shop.portal, leased, 'w');
    ended.push(`${leased.kind} ${(await shop.db('tasks').where({ id: leased.id }).first()).state}`);
  }
}

test('the hold expires during the sign-off: nothing is charged, the signature stays, a new card is charged without a second one', async () => {
  const { placed, signed } = await signedWithHold(shop);
  bank().expireHold(intents()[0].id);
  await work();
  expect(captured()).toEqual([]);
  expect(await order.findOrder(shop.db, placed.id)).toMatchObject({
    state: 'approved',
    live_approval_id: signed.id,
  });
  expect(await stuck()).toEqual(['unpaid']);
  await payAtBank(shop, await openBankPage(shop, placed));
  await work();
  expect(await stateOf(placed.id)).toBe('released');
  expect(captured()).toHaveLength(1);
});

test('double tap: twenty signatures at once are one approval and one charge', async () => {
  const placed = await placedOrder(shop);
  const current = await issueProof(shop, placed.id, { pages: 1 });
  await payAtBank(shop, await openBankPage(shop, placed));
  await proof.seePage(shop.db, current, 1, MARIES_PHONE);
  const ready = await readyToSign(shop, placed.id);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => sign(shop, ready)));
  const ids = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
  expect(new Set(ids).size).toBe(1);
  await work();
  expect(await shop.db('tasks').where({ kind: 'capture_payment' })).toHaveLength(1);
  expect(captured()).toHaveLength(1);
});

test('the webhook comes before the answer: the payment is found by what it carries, and nothing happens twice', async () => {
  const placed = await placedOrder(shop);
  await issueProof(shop, placed.id);
  const opened = await openBankPage(shop, placed);
  const body = new URLSearchParams({ number: GOOD_CARD, email: 'marie@example.com' });
  await fetch(opened.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
  expect((await payment.findPayment(shop.db, opened.id)).payment_intent).toBeNull();
  bank().webhooks({ paused: false, duplicate: true, reverse: true });
  await bank().settled();
  await work();
  expect(await payment.findPayment(shop.db, opened.id)).toMatchObject({
    state: 'authorized',
    payment_intent: intents()[0].id,
  });
  const types = (await event.history(shop.db, placed.id)).map(({ type }) => type);
  expect(types.filter((type) => type === 'payment.authorized')).toHaveLength(1);
});

test('a crash between capture and commit: the next worker finds it charged, and releases once', async () => {
  const { placed, payment_id } = await signedWithHold(shop);
  const dying = {
    ...shop.portal,
    cards: {
      ...shop.portal.cards!,
      capture: async (...given: Parameters<NonNullable<typeof shop.portal.cards>['capture']>) => {
        await shop.portal.cards!.capture(...given);
        throw new Error('the power went off');
      },
    },
  };
  const leased = (await lease('capture_payment')) as task.Task;
  await expect(RUNS.capture_payment(dying, leased)).rejects.toThrow('the power went off');
  expect(captured()).toHaveLength(1);
  expect((await payment.findPayment(shop.db, payment_id)).state).toBe('authorized');
  await died();
  await work();
  expect(await stateOf(placed.id)).toBe('released');
  expect(captured()).toHaveLength(1);
  expect(await shop.db('tickets').where({ order_id: placed.id })).toHaveLength(1);
});

test('the price changes after the hold: the signature of the old amount is refused, and the smaller amount is what is charged', async () => {
  const placed = await placedOrder(shop);
  const current = await issueProof(shop, placed.id);
  await payAtBank(shop, await openBankPage(shop, placed));
  for (const page of current.pages) await proof.seePage(shop.db, current, page.number, MARIES_PHONE);
  const old = await readyToSign(shop, placed.id);
  const total_cents = placed.total_cents - 500;
  await shop
    .db('orders')
    .where({ id: placed.id })
    .update({ total_cents, price_version: placed.price_version + 1 });
  await expect(sign(shop, old)).rejects.toMatchObject({ key: 'conflict.stale_proof' });
  await sign(shop, await readyToSign(shop, placed.id));
  await work();
  expect(captured()).toMatchObject([{ amount_captured: total_cents }]);
  expect(await payment.capturedOrNull(shop.db, placed.id)).toMatchObject({
    captured_cents: total_cents,
    refunded_cents: 0,
  });
});

test('the approval is withdrawn while capturing: one of the two wins, never both', async () => {
  const { placed, signed, payment_id } = await signedWithHold(shop);
  const leased = (await lease('capture_payment')) as task.Task;
  const withdrawal = () =>
    approval.withdraw(shop.db, placed.id, signed.id, 'customer', 'stopped_by_customer', event.CUSTOMER);
  await expect(withdrawal()).rejects.toMatchObject({ key: 'conflict.too_late_to_stop' });
  await perform(shop.portal, leased, 'w');
  expect(await stateOf(placed.id)).toBe('released');

  const other = await signedWithHold(shop);
  await approval.withdraw(
    shop.db,
    other.placed.id,
    other.signed.id,
    'customer',
    'stopped_by_customer',
    event.CUSTOMER,
  );
  expect(await work(['capture_payment'])).toEqual([]);
  expect(captured()).toHaveLength(1);
  expect((await payment.findPayment(shop.db, other.payment_id)).state).toBe('authorized');
  expect(payment_id).not.toBe(other.payment_id);
});

test('the capture is refused after the signature: signed and unpaid, the customer is asked once, staff see it', async () => {
  const { placed, signed } = await signedWithHold(shop, CARD_THAT_CANNOT_BE_CHARGED);
  await work();
  expect(await order.findOrder(shop.db, placed.id)).toMatchObject({
    state: 'approved',
    live_approval_id: signed.id,
  });
  expect(await ticket.findOrNull(shop.db, placed.id)).toBeNull();
  expect(await stuck()).toEqual(['unpaid']);
  const letters = await shop.db('tasks').where({ kind: 'send_message' });
  expect(letters.filter(({ payload }) => JSON.parse(payload).template === 'payment-needed')).toHaveLength(1);
});

test('a refund during a dispute is refused with a sentence, here and at the bank', async () => {
  const paid = await paidByCard(shop);
  const ask = (key: string) =>
    refund.request(
      shop.db,
      paid.order_id,
      {
        payment_id: paid.id,
        tender: 'card',
        amount_cents: 100,
        reason: 'Asked for',
        receipt_ref: null,
        idempotency_key: key,
      },
      shop.owner,
    );
  const early = await ask('asked before the dispute');
  bank().openDispute(paid.payment_intent as string);
  await work(['refund_payment']);
  expect(await refund.findRefund(shop.db, early.id)).toMatchObject({ state: 'refused' });
  expect(await stuck()).toContain('refund_failed');
  bank().webhooks({ paused: false });
  await bank().settled();
  await work(['apply_stripe_event']);
  await expect(ask('asked after it')).rejects.toMatchObject({ key: 'conflict.refund_disputed' });
  expect(Object.values(bank().state().refunds)).toEqual([]);
});

describe('Stripe does not answer as it should', () => {
  async function page(order_id: string) {
    const visit = shop.visitor();
    return (await visit.get(orderPath(shop.config, order_id))).text;
  }

  async function healed(order_id: string) {
    for (let round = 0; round < 4; round++) {
      await hurry();
      await work();
    }
    expect(await stateOf(order_id)).toBe('released');
    expect(captured()).toHaveLength(1);
  }

  test.each([
    ['dead', () => bank().fault({ next: 'error_500', times: 3 })],
    [
      'half-answering: the connection breaks after the charge',
      () => bank().fault({ next: 'drop_after_commit', path: '/capture', times: 2 }),
    ],
    ['answering 500 for ever under one key', () => bank().fault({ next: 'sticky_500', path: '/capture' })],
    [
      'charging, and answering 500',
      () => bank().fault({ next: 'sticky_500_after_commit', path: '/capture' }),
    ],
  ])('%s: the signature is kept, the job waits, and it heals by itself', async (what, break_it) => {
    const { placed, signed } = await signedWithHold(shop);
    break_it();
    await work();
    const waits = await order.findOrder(shop.db, placed.id);
    expect(waits.live_approval_id).toBe(signed.id);
    if (what === 'dead') {
      expect(waits.state).toBe('approved');
      expect(await page(placed.id)).toContain('The bank has not answered yet');
      expect(await stuck()).toEqual(['charge_waits']);
    }
    await healed(placed.id);
  });

  test('slow: what it does after we have given up waiting is found, and not done again', async () => {
    const { placed } = await signedWithHold(shop);
    const impatient = { ...shop.config, payments: { ...shop.config.payments } };
    const cards = openStripe(impatient, 300);
    bank().fault({ next: 'slow', path: '/capture', ms: 900 });
    const leased = (await lease('capture_payment')) as task.Task;
    await perform({ ...shop.portal, cards }, leased, 'w');
    expect(await stateOf(placed.id)).toBe('approved');
    await new Promise((done) => setTimeout(done, 800));
    await healed(placed.id);
  });

  test('a charge that hangs is given up at the counter: the card first, then the cash', async () => {
    const { placed, payment_id } = await signedWithHold(shop);
    bank().fault({ next: 'error_500', times: 1 });
    await work();
    const received = {
      tender: 'terminal' as const,
      amount_cents: placed.total_cents,
      receipt_ref: '17',
      staff_id: shop.lea.id,
    };
    const inCash = () => payment.recordAtCounter(shop.db, placed.id, received);
    await expect(inCash()).rejects.toMatchObject({ key: 'conflict.being_charged' });
    const lea = await shop.colleague();
    expect((await lea.post(`/staff/orders/${placed.ref}/charge/stop`)).status).toBe(303);
    await expect(inCash()).rejects.toMatchObject({ key: 'conflict.being_charged' });
    await work(['release_hold']);
    expect((await payment.findPayment(shop.db, payment_id)).state).toBe('released');
    await inCash();
    await healedWithoutCard(placed.id);
  });

  test('a charge that hangs but was made is found when it is given up: no cash is taken', async () => {
    const { placed } = await signedWithHold(shop);
    bank().fault({ next: 'drop_after_commit', path: '/capture', times: 2 });
    await work();
    await payment.stopCharge(shop.db, placed.id, shop.lea.id);
    await work(['release_hold']);
    expect(await stateOf(placed.id)).toBe('released');
    expect(captured()).toHaveLength(1);
  });

  async function healedWithoutCard(order_id: string) {
    await hurry();
    await work();
    expect(await stateOf(order_id)).toBe('released');
    expect(captured()).toEqual([]);
    const letters = await shop.db('tasks').where({ kind: 'send_message' });
    expect(letters.filter(({ payload }) => JSON.parse(payload).template === 'payment-needed')).toEqual([]);
  }
});

test('a poorer and pickier server than Stripe still gets a hold, a charge and a refund right', async () => {
  const poor = await startPoorStripe(shop.bank!.url);
  const config = { ...shop.config, payments: { ...shop.config.payments, api_base: poor.url } };
  shop.portal.cards = openStripe(config);
  const paid = await paidByCard(shop);
  expect(paid).toMatchObject({ state: 'captured', captured_cents: paid.amount_cents });
  expect(await stateOf(paid.order_id)).toBe('released');
  const asked = {
    payment_id: paid.id,
    tender: 'card' as const,
    amount_cents: 700,
    reason: 'Creased',
    receipt_ref: null,
    idempotency_key: 'poor',
  };
  await refund.request(shop.db, paid.order_id, asked, shop.owner);
  expect(await work(['refund_payment'])).toEqual(['refund_payment done']);
  expect((await payment.findPayment(shop.db, paid.id)).refunded_cents).toBe(700);
  // Only the description of the payment is refused, and a payment can do without it.
  expect(
    poor.refused.every((one) => /^POST \/v1\/payment_intents\/\w+: (description|metadata)$/.test(one)),
  ).toBe(true);
  await poor.stop();
});

test('a forged delivery changes nothing, however it is signed', async () => {
  const body = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object: {} },
  });
  const seconds = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', 'whsec_guessed').update(`${seconds}.${body}`).digest('hex');
  for (const signature of [`t=${seconds},v1=${digest}`, `t=${seconds - 600},v1=${digest}`, 'v1=', '']) {
    expect(() => shop.portal.cards!.readWebhook(Buffer.from(body), signature)).toThrow();
  }
});

test.each([
  ['ISK', 4_250, 'Cards are charged in steps of 1 ISK'],
  ['TND', 42_505, 'Cards are charged in steps of 0.01 TND'],
])(
  'an amount that no card can pay in %s is refused before the bank is asked',
  async (currency, amount_cents, words) => {
    const placed = await placedOrder(shop);
    await shop.db('orders').where({ id: placed.id }).update({ currency, total_cents: amount_cents });
    const odd = order.placed(await order.findOrder(shop.db, placed.id));
    await expect(openBankPage(shop, odd)).rejects.toMatchObject({ message: expect.stringContaining(words) });
    expect(bank().state().checkout_sessions).toEqual({});
    const even = { ...odd, total_cents: amount_cents - (amount_cents % (currency === 'ISK' ? 100 : 10)) };
    expect((await openBankPage(shop, even)).checkout_session).not.toBeNull();
  },
);
