// Money and the one reducer that believes it. Whoever hears something of a card payment (an answer, a webhook, the
// sweep, a colleague) only ever says "look again": the worker fetches the payment and brings the facts here.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid, NotFound } from '../errors';
import * as account from './account';
import { type Db, isRefused, later, lockOrder, now, type Trx, within } from './database';
import * as drawer from './drawer';
import * as event from './event';
import * as invoice from './invoice';
import * as ledger from './ledger';
import * as message from './message';
import { findOrder, type PlacedOrder, placed } from './order';
import type { OrderState } from './order-state';
import * as setting from './setting';
import * as task from './task';
import * as ticket from './ticket';

export type PaymentState =
  | 'created'
  | 'open'
  | 'requires_action'
  | 'authorized'
  | 'captured'
  | 'captured_unapproved'
  | 'refunded'
  | 'lapsed'
  | 'released'
  | 'failed'
  | 'on_account'
  | 'settled';

export type Tender = 'card' | 'cash' | 'terminal' | 'transfer' | 'account';

export interface Payment {
  id: string;
  order_id: string;
  tender: Tender;
  state: PaymentState;
  price_version: number;
  amount_cents: number;
  currency: string;
  authorized_cents: number;
  captured_cents: number;
  refunded_cents: number;
  approval_id: string | null;
  checkout_session: string | null;
  checkout_url: string | null;
  checkout_expires_at: string | null;
  payment_intent: string | null;
  capture_before: string | null;
  card_brand: string | null;
  card_last4: string | null;
  staff_id: string | null;
  receipt_ref: string | null;
  /** Cash handed over, change given back, and what the smallest coin took off (negative) or put on. */
  tendered_cents: number | null;
  change_cents: number | null;
  rounding_cents: number | null;
  last_error: string | null;
  captured_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What the card processor says of one payment right now. Amounts in minor units, never sums of earlier answers. */
export interface Facts {
  state: 'open' | 'requires_action' | 'authorized' | 'captured' | 'canceled';
  payment_intent: string | null;
  authorized_cents: number;
  captured_cents: number;
  refunded_cents: number;
  capture_before: string | null;
  card_brand: string | null;
  card_last4: string | null;
  last_error: string | null;
}

/** A reservation that ends sooner than this is not relied on for a signature. */
export const HOLD_MARGIN_MS = 15 * 60_000;
/** The capture comes at least this long before the reservation ends, whatever the stop window says. */
export const CAPTURE_MARGIN_MS = 60 * 60_000;

// A payment only ever moves up; what arrives late and out of order changes nothing. Money that moved is above all
// else: it must be seen even on a payment that was given up.
const RANK: Record<PaymentState, number> = {
  created: 0,
  open: 1,
  requires_action: 2,
  authorized: 3,
  failed: 4,
  lapsed: 4,
  released: 4,
  captured_unapproved: 5,
  captured: 6,
  refunded: 7,
  on_account: 8,
  settled: 9,
};
const GIVEN_UP: PaymentState[] = ['failed', 'lapsed', 'released'];

interface OrderFacts {
  id: string;
  price_version: number;
  total_cents: number;
  currency: string;
  live_approval_id: string | null;
  contact_email: string | null;
}

async function orderFacts(db: Db, id: string): Promise<OrderFacts> {
  const row = await db('orders')
    .where({ id })
    .first('id', 'price_version', 'total_cents', 'currency', 'live_approval_id', 'contact_email');
  if (!row) throw new NotFound();
  return row;
}

/** Opens a card payment for the order's amount of now. The caller then starts the processor's own page for it. */
export async function openCard(db: Db, order_id: string): Promise<Payment> {
  const order = await orderFacts(db, order_id);
  const at = now();
  const id = randomUUID();
  await db('payments').insert({
    id,
    order_id,
    tender: 'card',
    state: 'created',
    price_version: order.price_version,
    amount_cents: order.total_cents,
    currency: order.currency,
    created_at: at,
    updated_at: at,
  });
  return findPayment(db, id);
}

/** Keeps the address of a payment page. False when the payment was given up while the page was being made. */
export async function noteCheckout(
  db: Db,
  id: string,
  checkout: { session: string; url: string; expires_at: string },
): Promise<boolean> {
  const noted = await db('payments').where({ id, state: 'created' }).update({
    state: 'open',
    checkout_session: checkout.session,
    checkout_url: checkout.url,
    checkout_expires_at: checkout.expires_at,
    updated_at: now(),
  });
  return noted > 0;
}

export async function findPayment(db: Db, id: string): Promise<Payment> {
  const row = await findPaymentOrNull(db, id);
  if (!row) throw new NotFound();
  return row;
}

export async function findPaymentOrNull(db: Db, id: string): Promise<Payment | null> {
  return (await db('payments').where({ id }).first()) ?? null;
}

export async function findByIntentOrNull(db: Db, payment_intent: string): Promise<Payment | null> {
  return (await db('payments').where({ payment_intent }).first()) ?? null;
}

export async function findByCheckoutOrNull(db: Db, checkout_session: string): Promise<Payment | null> {
  return (await db('payments').where({ checkout_session }).first()) ?? null;
}

export async function ofOrder(db: Db, order_id: string): Promise<Payment[]> {
  return db('payments').where({ order_id }).orderBy('created_at');
}

const RELEASE = 'release:';

// A payment that the worker is about to give back is as good as gone, although it still stands.
const beingReleased = (db: Db) =>
  db('tasks')
    .whereRaw('tasks.key = ? || payments.id', [RELEASE])
    .whereIn('tasks.state', ['ready', 'leased', 'parked'])
    .select('tasks.id');

/** A checkout page that this order's customer may still return to. */
export async function openCheckoutOrNull(db: Db, order_id: string): Promise<Payment | null> {
  const order = await orderFacts(db, order_id);
  const row = await db('payments')
    .where({ order_id, tender: 'card', price_version: order.price_version, amount_cents: order.total_cents })
    .whereIn('state', ['open', 'requires_action'])
    .where('checkout_expires_at', '>', later(now(), HOLD_MARGIN_MS))
    .whereNotExists(beingReleased(db))
    .orderBy('created_at', 'desc')
    .first();
  return row ?? null;
}

/** The reservation that a signature may rely on: enough, for today's price, and not about to end. */
export async function usableHoldOrNull(db: Db, order_id: string): Promise<Payment | null> {
  const order = await orderFacts(db, order_id);
  const row = await db('payments')
    .where({ order_id, state: 'authorized', currency: order.currency })
    .where('authorized_cents', '>=', order.total_cents)
    .where((either) =>
      either.whereNull('capture_before').orWhere('capture_before', '>', later(now(), HOLD_MARGIN_MS)),
    )
    .whereNotExists(beingReleased(db))
    .orderBy('created_at', 'desc')
    .first();
  return row ?? null;
}

/** True when the order once had a reservation that has ended or is about to. */
export async function hasLapsed(db: Db, order_id: string): Promise<boolean> {
  return Boolean(
    await db('payments').where({ order_id }).whereIn('state', ['lapsed', 'authorized']).first('id'),
  );
}

export async function capturedOrNull(db: Db, order_id: string): Promise<Payment | null> {
  const row = await db('payments')
    .where({ order_id })
    .whereIn('state', ['captured', 'refunded'])
    .orderBy('captured_at', 'desc')
    .first();
  return row ?? null;
}

/** The moment at which a signature made now is charged: the end of the stop window, or sooner if the hold ends. */
export function chargeAt(hold: Payment, signed_at: string, stop_window_minutes: number): string {
  const windowEnd = later(signed_at, stop_window_minutes * 60_000);
  if (!hold.capture_before) return windowEnd;
  const latest = later(hold.capture_before, -CAPTURE_MARGIN_MS);
  if (windowEnd <= latest) return windowEnd;
  return latest > signed_at ? latest : signed_at;
}

const CAPTURE = 'capture:';
const captureKey = (approval_id: string, payment_id: string) => `${CAPTURE}${approval_id}:${payment_id}`;

/** Has an approved amount captured, not before `run_at`. Once for each approval and payment. */
export async function enqueueCapture(
  trx: Trx,
  approval: { id: string; order_id: string },
  payment_id: string,
  run_at: string,
): Promise<void> {
  await task.enqueue(
    trx,
    'capture_payment',
    { payment_id, approval_id: approval.id },
    { key: captureKey(approval.id, payment_id), order_id: approval.order_id, run_at },
  );
}

/** Drops an order's capture that has not begun. False when it has: then the signed amount may be charged by now. */
export async function voidCapture(trx: Trx, order_id: string, why: string): Promise<boolean> {
  if (await task.voidUnbegun(trx, order_id, 'capture_payment', why)) return true;
  // One that has begun can only still charge what is reserved.
  const open = await trx('payments')
    .where({ order_id, tender: 'card' })
    .whereIn('state', ['created', 'open', 'requires_action', 'authorized'])
    .whereExists(chargeBegun(trx))
    .first('id');
  return !open;
}

const chargeBegun = (db: Db) =>
  db('tasks')
    .whereRaw('tasks.order_id = payments.order_id')
    .whereRaw("tasks.key LIKE ? || '%:' || payments.id", [CAPTURE])
    .whereIn('tasks.state', ['ready', 'leased'])
    .select('tasks.id');

/** True while a charge was tried, was not answered well, and is being tried again. */
export async function chargeWaits(db: Db, order_id: string): Promise<boolean> {
  const waiting = await db('tasks')
    .where({ order_id, kind: 'capture_payment' })
    .whereIn('state', ['ready', 'leased', 'parked'])
    .whereNotNull('last_error')
    .first('id');
  return Boolean(waiting);
}

/** True when we gave a reservation back ourselves: then its end is nobody's news. */
export async function wasGivenBack(db: Db, payment_id: string): Promise<boolean> {
  return Boolean(
    await db('tasks')
      .where({ key: RELEASE + payment_id })
      .first('id'),
  );
}

/** Has one reservation given back, or its page closed; again when it turns up once more afterwards. */
function giveBack(trx: Trx, order_id: string, payment_id: string): Promise<void> {
  const key = RELEASE + payment_id;
  return task.enqueue(trx, 'release_hold', { payment_id }, { key, order_id, again: true });
}

/** Gives card reservations of an order back. Open checkout pages are closed by the same task. */
export async function releaseHolds(trx: Trx, order_id: string, except: string | null = null): Promise<void> {
  const holds: Array<{ id: string }> = await trx('payments')
    .where({ order_id, tender: 'card' })
    .whereIn('state', ['created', 'open', 'requires_action', 'authorized'])
    .select('id');
  for (const { id } of holds.filter((hold) => hold.id !== except)) await giveBack(trx, order_id, id);
}

/** Has the worker compare one payment with the processor. */
export async function enqueueSync(
  db: Db,
  payment: { id: string; order_id: string },
  because: string,
): Promise<void> {
  await task.enqueue(
    db,
    'sync_payment',
    { payment_id: payment.id },
    { key: `sync:${payment.id}:${because}`, order_id: payment.order_id },
  );
}

function stateOf(facts: Facts, before: Payment): PaymentState {
  const isOver =
    before.state === 'authorized' && before.capture_before !== null && before.capture_before <= now();
  // A reservation whose time is up is cancelled, or its payment asks for a card as if there had been none.
  if (isOver && facts.state !== 'authorized' && facts.state !== 'captured') return 'lapsed';
  if (facts.state === 'canceled') {
    return before.state === 'authorized' && facts.last_error !== null ? 'failed' : 'released';
  }
  if (facts.state === 'captured')
    return facts.refunded_cents >= facts.captured_cents ? 'refunded' : 'captured';
  return facts.state;
}

/**
 * Brings one card payment up to what the processor says, and the order with it: a new reservation for a signed
 * order has its capture enqueued, a confirmed capture pays and releases the order in this same transaction.
 * Facts that are older than what is known change nothing. Returns the state that holds afterwards.
 */
export async function reduce(db: Db, payment_id: string, facts: Facts): Promise<PaymentState> {
  try {
    return await within(db, (trx) => reduceOnce(trx, payment_id, facts, false));
  } catch (error) {
    // Money came in that no live approval covers: somebody captured it by hand, or the signature was taken back
    // in the same instant. It releases nothing and a person is told.
    if (facts.state !== 'captured' || !(error instanceof Conflict || isRefused(error))) throw error;
    return within(db, (trx) => reduceOnce(trx, payment_id, facts, true));
  }
}

async function reduceOnce(
  trx: Trx,
  payment_id: string,
  facts: Facts,
  isUnapproved: boolean,
): Promise<PaymentState> {
  await lockOrder(trx, (await findPayment(trx, payment_id)).order_id);
  const before = await findPayment(trx, payment_id);
  const order = await orderFacts(trx, before.order_id);
  // Once a person has to decide about money, no later signature releases a job by it.
  const isFirstSeen = !['captured', 'refunded'].includes(before.state);
  const isUnsigned =
    isUnapproved ||
    before.state === 'captured_unapproved' ||
    // Given back again before we heard of it: what is left pays for nothing.
    (isFirstSeen && facts.refunded_cents > 0);
  const state = facts.captured_cents > 0 && isUnsigned ? 'captured_unapproved' : stateOf(facts, before);
  const news = RANK[state] > RANK[before.state];
  // Money can come back: a bank may return a refund days after it was made.
  const isRecount = before.state === 'refunded' && state === 'captured';
  if (state === 'authorized' && GIVEN_UP.includes(before.state)) {
    const payment_intent = before.payment_intent ?? facts.payment_intent;
    await trx('payments').where({ id: payment_id }).update({ payment_intent });
    await giveBack(trx, order.id, payment_id);
  }
  if (!news && !isRecount && state !== before.state) return before.state;

  const approval_id =
    state === 'captured' ? (before.approval_id ?? order.live_approval_id) : before.approval_id;
  await trx('payments')
    .where({ id: payment_id })
    .update({
      state,
      approval_id,
      payment_intent: facts.payment_intent ?? before.payment_intent,
      authorized_cents: facts.authorized_cents,
      captured_cents: facts.captured_cents,
      refunded_cents: facts.refunded_cents,
      capture_before: facts.capture_before ?? before.capture_before,
      card_brand: facts.card_brand ?? before.card_brand,
      card_last4: facts.card_last4 ?? before.card_last4,
      last_error: facts.last_error,
      captured_at: facts.captured_cents > 0 ? (before.captured_at ?? now()) : null,
      updated_at: now(),
    });
  const payment = await findPayment(trx, payment_id);
  await tellElsewhere(trx, before, payment);
  if (!news) return state;
  await tell(trx, payment);
  if (state === 'authorized') await onHold(trx, order, payment);
  if (state === 'captured') await settle(trx, payment);
  if (state === 'captured' || state === 'captured_unapproved') await ledger.received(trx, payment);
  if (state === 'lapsed') await onLapse(trx, order, payment);
  return state;
}

// Somebody gave money back in the processor's own pages: nobody asked for it here, so it is told here.
async function tellElsewhere(trx: Trx, before: Payment, after: Payment): Promise<void> {
  const amount_cents = after.refunded_cents - before.refunded_cents;
  if (amount_cents <= 0) return;
  const ours = await trx('refunds').where({ payment_id: after.id, state: 'requested' }).first('id');
  if (ours) return;
  const { id: payment, currency, payment_intent } = after;
  await event.append(trx, after.order_id, 'payment.refunded_elsewhere', event.STRIPE, {
    payment,
    amount_cents,
    currency,
    payment_intent,
  });
  const line = await event.head(trx, after.order_id);
  await ledger.returned(trx, after, {
    subject: `elsewhere:${line}`,
    tender: after.tender,
    amount_cents,
    reason: '',
    staff_id: null,
    receipt_ref: null,
    at: now(),
  });
}

/** Adds up what was given back of a payment at the counter. A card payment's sums are the processor's. */
export async function recount(trx: Trx, payment_id: string): Promise<void> {
  const { tender, captured_cents } = await findPayment(trx, payment_id);
  if (tender === 'card') return;
  const row = await trx('refunds')
    .where({ payment_id, state: 'succeeded' })
    .sum({ cents: 'amount_cents' })
    .first();
  const refunded_cents = Number(row?.cents ?? 0);
  const state: PaymentState = refunded_cents >= captured_cents ? 'refunded' : 'captured';
  await trx('payments').where({ id: payment_id }).update({ state, refunded_cents, updated_at: now() });
}

// Whatever else is reserved for a paid order is not needed any more.
async function settle(trx: Trx, payment: Payment, due_on: string | null = null): Promise<void> {
  await ticket.pay(trx, payment);
  await invoice.issue(trx, placed(await findOrder(trx, payment.order_id)), {
    tender: payment.tender,
    paid_at: payment.captured_at,
    due_on,
    card_last4: payment.card_last4,
    receipt_ref: payment.receipt_ref,
  });
  await releaseHolds(trx, payment.order_id, payment.id);
}

const EVENT_OF: Partial<Record<PaymentState, event.EventType>> = {
  authorized: 'payment.authorized',
  on_account: 'payment.on_account',
  captured: 'payment.captured',
  captured_unapproved: 'payment.unapproved',
  released: 'payment.released',
  lapsed: 'payment.lapsed',
  failed: 'payment.failed',
};

async function tell(trx: Trx, payment: Payment): Promise<void> {
  const type = EVENT_OF[payment.state];
  if (!type) return;
  const actor = payment.tender === 'card' ? event.STRIPE : event.byStaff(payment.staff_id as string);
  await event.append(trx, payment.order_id, type, actor, {
    payment: payment.id,
    tender: payment.tender,
    amount_cents: payment.captured_cents || payment.authorized_cents || payment.amount_cents,
    currency: payment.currency,
    payment_intent: payment.payment_intent,
    capture_before: payment.capture_before,
    card_last4: payment.card_last4,
    approval: payment.approval_id,
  });
}

const AWAITS_MONEY: OrderState[] = [
  'awaiting_artwork',
  'preparing',
  'proofed',
  'changes_requested',
  'approved',
];

// The newest sufficient reservation stays; older ones are given back, so that a customer who paid on two tabs is
// charged once.
async function onHold(trx: Trx, order: OrderFacts, payment: Payment): Promise<void> {
  const isEnough = payment.authorized_cents >= order.total_cents && payment.currency === order.currency;
  const row = await trx('orders').where({ id: order.id }).first('state');
  const isWanted =
    isEnough &&
    AWAITS_MONEY.includes(row.state) &&
    // Two reservations are never charged for one signature: a charge that has begun keeps its own.
    (await voidCapture(trx, order.id, 'a newer reservation takes its place'));
  if (!isWanted) {
    await giveBack(trx, order.id, payment.id);
    return;
  }
  await releaseHolds(trx, order.id, payment.id);
  if (row.state !== 'approved' || !order.live_approval_id) return;
  const approval = await trx('approvals')
    .where({ id: order.live_approval_id })
    .first('id', 'order_id', 'stop_until');
  const due = approval.stop_until && approval.stop_until > now() ? approval.stop_until : now();
  await enqueueCapture(trx, approval, payment.id, due);
}

async function onLapse(trx: Trx, order: OrderFacts, payment: Payment): Promise<void> {
  if (!order.live_approval_id) return;
  await message.enqueue(trx, 'payment-needed', order, `payment-needed:${payment.id}`);
}

/** Asks the signer of an order whose reservation is gone to reserve again; once for each reservation. */
export async function tellLapse(db: Db, payment_id: string): Promise<void> {
  await within(db, async (trx) => {
    const payment = await findPayment(trx, payment_id);
    await onLapse(trx, await orderFacts(trx, payment.order_id), payment);
  });
}

/**
 * The bank refused to pay what was reserved. The signature stays, the order waits as "signed, unpaid", what is
 * still reserved is given back, and the customer is asked once to reserve again.
 */
export async function refuseCapture(db: Db, payment_id: string, because: string): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, (await findPayment(trx, payment_id)).order_id);
    const changed = await trx('payments')
      .where({ id: payment_id })
      .whereNotIn('state', ['captured', 'refunded', 'failed', 'lapsed', 'released'])
      .update({ state: 'failed', last_error: because, updated_at: now() });
    if (changed === 0) return;
    const payment = await findPayment(trx, payment_id);
    await tell(trx, payment);
    await giveBack(trx, payment.order_id, payment.id);
    const order = await orderFacts(trx, payment.order_id);
    await message.enqueue(trx, 'payment-needed', order, `payment-needed:${payment.id}`);
  });
}

/**
 * Gives up a charge that the processor keeps waiting, so that the counter may take the money: what is reserved is
 * looked at and cancelled by the worker, and only when that is confirmed nothing stands in the way any more.
 */
export async function stopCharge(db: Db, order_id: string, staff_id: string): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const { state } = await trx('orders').where({ id: order_id }).first('state');
    if (state !== 'approved') throw new Conflict('conflict.capture_payment');
    await releaseHolds(trx, order_id);
    await event.append(trx, order_id, 'payment.charge_stopped', event.byStaff(staff_id));
  });
}

/** A reservation that was never completed: its page was closed, or it never came into being. */
export async function abandon(db: Db, payment_id: string): Promise<void> {
  await db('payments')
    .where({ id: payment_id })
    .whereIn('state', ['created', 'open', 'requires_action'])
    .update({ state: 'released', updated_at: now() });
}

/**
 * Takes an order's row for a payment other than by card, and drops the card's charge. Conflict when the order is not
 * signed, its customer may still object to an approval that staff recorded, the amount is another one, or the card
 * is being charged this moment.
 */
async function dueOrder(trx: Trx, order_id: string, amount_cents: number, why: string): Promise<PlacedOrder> {
  await lockOrder(trx, order_id);
  const order = placed(await findOrder(trx, order_id));
  if (!order.live_approval_id) throw new Conflict('conflict.not_signed');
  const objectable = await trx('recorded_approvals')
    .join('approvals', 'approvals.id', 'recorded_approvals.approval_id')
    .where('approvals.id', order.live_approval_id)
    .where('approvals.stop_until', '>', now())
    .first('approvals.id');
  if (objectable) throw new Conflict('conflict.may_object');
  if (amount_cents !== order.total_cents) throw new Conflict('conflict.amount_differs');
  if (!(await voidCapture(trx, order_id, why))) throw new Conflict('conflict.being_charged');
  return order;
}

/**
 * Records that a signed order was paid at the counter, in cash or on the shop's own terminal, and releases the job.
 * Conflict when it is not signed, is paid already, or a card is being charged for it this moment.
 */
export async function recordAtCounter(
  db: Db,
  order_id: string,
  received: {
    tender: 'cash' | 'terminal';
    amount_cents: number;
    receipt_ref: string | null;
    staff_id: string;
    /** Cash only: what was handed over; the exact amount when it is not told. */
    tendered_cents?: number | null;
  },
): Promise<Payment> {
  return within(db, async (trx) => {
    const { till } = await setting.shop(trx);
    const { tendered_cents = null, ...rest } = received;
    const cash =
      received.tender === 'cash'
        ? cashOf(received.amount_cents, tendered_cents, till.smallest_coin_cents)
        : {};
    const at = now();
    const id = randomUUID();
    const order = await dueOrder(trx, order_id, received.amount_cents, 'paid at the counter');
    await trx('payments').insert({
      id,
      order_id,
      ...rest,
      ...cash,
      state: 'captured',
      price_version: order.price_version,
      currency: order.currency,
      authorized_cents: received.amount_cents,
      captured_cents: received.amount_cents,
      approval_id: order.live_approval_id,
      captured_at: at,
      created_at: at,
      updated_at: at,
    });
    const payment = await findPayment(trx, id);
    await tell(trx, payment);
    await settle(trx, payment);
    await ledger.received(trx, payment);
    return payment;
  });
}

/**
 * Puts a signed order on the account that an owner granted its customer, and releases the job. Conflict when it is
 * not signed, may still be objected to, is paid already, a card is being charged for it, or the account has not
 * enough left.
 */
export async function putOnAccount(
  db: Db,
  order_id: string,
  given: { amount_cents: number; staff_id: string },
): Promise<Payment> {
  return within(db, async (trx) => {
    const at = now();
    const id = randomUUID();
    const order = await dueOrder(trx, order_id, given.amount_cents, 'put on account');
    const terms = await account.forOrderOrNull(trx, order);
    if (!terms || terms.left_cents < order.total_cents) throw new Conflict('conflict.account_too_small');
    await trx('payments').insert({
      id,
      order_id,
      ...given,
      tender: 'account',
      state: 'on_account',
      price_version: order.price_version,
      currency: order.currency,
      approval_id: order.live_approval_id,
      created_at: at,
      updated_at: at,
    });
    const payment = await findPayment(trx, id);
    await event.append(trx, order_id, 'payment.on_account', event.byStaff(given.staff_id), {
      payment: id,
      amount_cents: order.total_cents,
      currency: order.currency,
      approval: order.live_approval_id,
      terms: terms.id,
      limit_cents: terms.limit_cents,
      granted_by: terms.granted_by,
      granted_at: terms.granted_at,
    });
    await settle(trx, payment, await account.dueOn(trx, terms, at));
    return payment;
  });
}

/** Notes that what was put on account is paid. Conflict when nothing of the order is open. */
export async function settleAccount(
  db: Db,
  order_id: string,
  received: { tender: 'cash' | 'terminal' | 'transfer'; receipt_ref: string | null; staff_id: string },
): Promise<Payment> {
  return within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const open = await onAccountOrNull(trx, order_id);
    if (!open) throw new Conflict('conflict.nothing_on_account');
    const at = now();
    const id = randomUUID();
    await trx('payments').where({ id: open.id }).update({ state: 'settled', updated_at: at });
    await trx('payments').insert({
      id,
      order_id,
      ...received,
      state: 'captured',
      price_version: open.price_version,
      amount_cents: open.amount_cents,
      currency: open.currency,
      authorized_cents: open.amount_cents,
      captured_cents: open.amount_cents,
      approval_id: open.approval_id,
      captured_at: at,
      created_at: at,
      updated_at: at,
    });
    const payment = await findPayment(trx, id);
    await tell(trx, payment);
    await ledger.received(trx, payment);
    return payment;
  });
}

/** What of an order is on account and not yet paid. */
export async function onAccountOrNull(db: Db, order_id: string): Promise<Payment | null> {
  return (await db('payments').where({ order_id, state: 'on_account' }).first()) ?? null;
}

function cashOf(amount_cents: number, tendered_cents: number | null, smallest_coin_cents: number) {
  const { due_cents, rounding_cents } = drawer.inCoins(amount_cents, smallest_coin_cents);
  const given_cents = tendered_cents ?? due_cents;
  if (given_cents < due_cents) throw new Invalid({ tendered: 'payment.tendered_too_little' });
  return { tendered_cents: given_cents, change_cents: given_cents - due_cents, rounding_cents };
}

/** Payments that may have moved without our hearing of it. */
export async function unsettled(db: Db): Promise<Payment[]> {
  return db('payments')
    .where({ tender: 'card' })
    .whereIn('state', ['open', 'requires_action', 'authorized'])
    .orderBy('created_at');
}

/** What the owner must look at: money that no approval covers and that was not paid back yet. */
export async function alerts(db: Db): Promise<Payment[]> {
  return db('payments')
    .where({ state: 'captured_unapproved' })
    .whereRaw('refunded_cents < captured_cents')
    .orderBy('updated_at', 'desc');
}
