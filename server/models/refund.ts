// Money given back: asked for once, done by the worker for a card, recorded at once for cash and the shop's terminal.
import { randomUUID } from 'node:crypto';
import { Conflict, NotFound } from '../errors';
import { type Db, isUniqueViolation, lockOrder, now, type Trx, within } from './database';
import * as dispute from './dispute';
import * as event from './event';
import * as jobHold from './job-hold';
import * as ledger from './ledger';
import * as message from './message';
import { moneySettings } from './money-setting';
import * as payment from './payment';
import type { Staff } from './staff';
import * as task from './task';

/** The ways in which money goes back. */
export type RefundTender = 'card' | 'cash' | 'terminal';

export type RefundState = 'requested' | 'pending' | 'succeeded' | 'failed' | 'refused';

export interface Refund {
  id: string;
  order_id: string;
  payment_id: string;
  tender: RefundTender;
  state: RefundState;
  amount_cents: number;
  currency: string;
  /** In the shop's words; the customer reads it. */
  reason: string;
  receipt_ref: string | null;
  staff_id: string;
  idempotency_key: string;
  stripe_refund: string | null;
  last_error: string | null;
  created_at: string;
  settled_at: string | null;
  /** When somebody said that a refund which came back was dealt with otherwise. */
  resolved_at: string | null;
}

/** What the card processor says of one refund. */
export interface RefundFacts {
  stripe_refund: string;
  /** Our own id, which travels with the refund; null for one that was made elsewhere. */
  refund: string | null;
  state: 'pending' | 'succeeded' | 'failed';
  amount_cents: number;
  failure: string | null;
}

export const MAX_REASON_LENGTH = 300;
const REFUNDABLE: payment.PaymentState[] = ['captured', 'captured_unapproved'];
const STANDING: RefundState[] = ['requested', 'pending', 'succeeded'];

export async function findRefund(db: Db, id: string): Promise<Refund> {
  const row = await db('refunds').where({ id }).first();
  if (!row) throw new NotFound();
  return row;
}

export async function ofOrder(db: Db, order_id: string): Promise<Refund[]> {
  return db('refunds').where({ order_id }).orderBy('created_at');
}

export async function ofPayment(db: Db, payment_id: string): Promise<Refund[]> {
  return db('refunds').where({ payment_id }).orderBy('created_at');
}

async function sum(
  db: Db,
  where: Record<string, unknown>,
  not: Record<string, unknown> = {},
): Promise<number> {
  const row = await db('refunds')
    .where(where)
    .whereNot(not)
    .whereIn('state', STANDING)
    .sum({ cents: 'amount_cents' })
    .first();
  return Number(row?.cents ?? 0);
}

/** How much of a payment can still be given back, in minor units. */
export async function leftOf(db: Db, paid: payment.Payment): Promise<number> {
  // What a card payment gave back through its processor is among its facts already; cash for it is only here.
  const otherwise = paid.tender === 'card' ? await sum(db, { payment_id: paid.id }, { tender: 'card' }) : 0;
  return Math.max(0, paid.captured_cents - paid.refunded_cents - otherwise);
}

/** How much this colleague may still give back on an order; null without a limit. */
export async function allowanceOf(db: Db, order_id: string, person: Staff): Promise<number | null> {
  if (person.role === 'owner') return null;
  const { staff_refund_cents } = await moneySettings(db);
  return Math.max(0, staff_refund_cents - (await sum(db, { order_id })));
}

/** Payments of an order that something can be given back of. */
export async function refundable(db: Db, order_id: string) {
  const isUnsigned = ({ state }: payment.Payment) => state === 'captured_unapproved';
  const paid = (await payment.ofOrder(db, order_id))
    .filter(({ state }) => REFUNDABLE.includes(state))
    .sort((a, b) => Number(isUnsigned(b)) - Number(isUnsigned(a)));
  const all = await Promise.all(
    paid.map(async (each) => ({
      ...each,
      left_cents: await leftOf(db, each),
      tenders: await tendersFor(db, each),
    })),
  );
  return all.filter(({ left_cents }) => left_cents > 0);
}

/** Money goes back the way it came, unless the card would not take it. */
export async function tendersFor(db: Db, paid: payment.Payment): Promise<RefundTender[]> {
  if (paid.tender !== 'card') return ['cash', 'terminal'];
  const cameBack = await db('refunds')
    .where({ payment_id: paid.id })
    .whereIn('state', ['failed', 'refused'])
    .first('id');
  return cameBack ? ['card', 'cash', 'terminal'] : ['card'];
}

export interface Asked {
  payment_id: string;
  tender: payment.Tender;
  amount_cents: number;
  reason: string;
  receipt_ref: string | null;
  idempotency_key: string;
}

/**
 * Gives back (part of) a captured payment, once for each idempotency key. A card refund is left to the worker; cash
 * and the shop's terminal are recorded as done. Conflict when the amount is more than is left, another refund of the
 * same payment is under way, a dispute is open, or colleagues may not give back so much.
 */
export async function request(db: Db, order_id: string, asked: Asked, person: Staff): Promise<Refund> {
  try {
    return await within(db, (trx) => requestOnce(trx, order_id, asked, person));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return findByKey(db, order_id, asked.idempotency_key);
  }
}

async function findByKey(db: Db, order_id: string, idempotency_key: string): Promise<Refund> {
  const row = await db('refunds').where({ idempotency_key, order_id }).first();
  if (!row) throw new NotFound();
  return row;
}

async function requestOnce(trx: Trx, order_id: string, asked: Asked, person: Staff): Promise<Refund> {
  await lockOrder(trx, order_id);
  const again = await trx('refunds').where({ idempotency_key: asked.idempotency_key, order_id }).first();
  if (again) return again;
  const paid = await payment.findPayment(trx, asked.payment_id);
  if (paid.order_id !== order_id) throw new NotFound();
  if (!REFUNDABLE.includes(paid.state)) throw new Conflict('conflict.nothing_to_refund');
  if (asked.tender === 'card' && (await dispute.blocksRefund(trx, paid.id)))
    throw new Conflict('conflict.refund_disputed');
  if (await isUnderWay(trx, paid.id)) throw new Conflict('conflict.refund_under_way');
  if (asked.amount_cents < 1 || asked.amount_cents > (await leftOf(trx, paid)))
    throw new Conflict('conflict.refund_too_much');
  const possible: payment.Tender[] = await tendersFor(trx, paid);
  if (!possible.includes(asked.tender)) throw new Conflict('conflict.refund_tender');
  const allowance = await allowanceOf(trx, order_id, person);
  if (allowance !== null && asked.amount_cents > allowance) throw new Conflict('conflict.refund_above_limit');

  const id = randomUUID();
  const byCard = asked.tender === 'card';
  await trx('refunds').insert({
    ...asked,
    id,
    order_id,
    state: byCard ? 'requested' : 'succeeded',
    currency: paid.currency,
    staff_id: person.id,
    created_at: now(),
    settled_at: byCard ? null : now(),
  });
  const made = await findRefund(trx, id);
  if (byCard) {
    await event.append(trx, order_id, 'payment.refund_requested', event.byStaff(person.id), {
      ...facts(made),
      reason: made.reason,
    });
    await task.enqueue(trx, 'refund_payment', { refund_id: id }, { key: `refund:${id}`, order_id });
  } else {
    await payment.recount(trx, paid.id);
    await tellGiven(trx, made, event.byStaff(person.id));
  }
  return made;
}

async function isUnderWay(trx: Trx, payment_id: string): Promise<boolean> {
  return Boolean(await trx('refunds').where({ payment_id, state: 'requested' }).first('id'));
}

const facts = (made: Refund) => ({
  refund: made.id,
  payment: made.payment_id,
  tender: made.tender,
  amount_cents: made.amount_cents,
  currency: made.currency,
  receipt_ref: made.receipt_ref,
});

async function tellGiven(trx: Trx, made: Refund, actor: event.Actor): Promise<void> {
  await event.append(trx, made.order_id, 'payment.refunded', actor, {
    ...facts(made),
    stripe_refund: made.stripe_refund,
    reason: made.reason,
  });
  const order = await trx('orders').where({ id: made.order_id }).first('id', 'contact_email');
  await message.enqueue(trx, 'refunded', order, `refunded:${made.id}`, { refund_id: made.id });
  const paid = await payment.findPayment(trx, made.payment_id);
  await ledger.returned(trx, paid, {
    subject: `refund:${made.id}`,
    tender: made.tender,
    amount_cents: made.amount_cents,
    reason: made.reason,
    staff_id: made.staff_id,
    receipt_ref: made.receipt_ref,
    at: now(),
  });
  if ((await leftOf(trx, paid)) === 0 && paid.state !== 'captured_unapproved')
    await jobHold.hold(trx, made.order_id, 'refund', made.id);
}

/**
 * Notes how a card refund ended, or that it came back after all: banks send some back days later. The customer is
 * told when the money leaves, the shop when it does not arrive.
 */
export async function settle(db: Db, id: string, found: RefundFacts): Promise<void> {
  await within(db, async (trx) => {
    const { order_id } = await findRefund(trx, id);
    await lockOrder(trx, order_id);
    const before = await findRefund(trx, id);
    if (before.state === found.state || before.state === 'failed') return;
    if (before.state === 'succeeded' && found.state === 'pending') return;
    await trx('refunds').where({ id }).update({
      state: found.state,
      stripe_refund: found.stripe_refund,
      last_error: found.failure,
      settled_at: now(),
    });
    const after = await findRefund(trx, id);
    if (found.state === 'failed') await tellFailed(trx, after);
    else if (before.state === 'requested') await tellGiven(trx, after, event.STRIPE);
  });
}

/** The processor will not give this back. Nothing has moved; a person decides what to do instead. */
export async function refuse(db: Db, id: string, because: string): Promise<void> {
  await within(db, async (trx) => {
    const { order_id } = await findRefund(trx, id);
    await lockOrder(trx, order_id);
    const changed = await trx('refunds')
      .where({ id, state: 'requested' })
      .update({ state: 'refused', last_error: because, settled_at: now() });
    if (changed > 0) await tellFailed(trx, await findRefund(trx, id));
  });
}

async function tellFailed(trx: Trx, made: Refund): Promise<void> {
  await event.append(trx, made.order_id, 'payment.refund_failed', event.STRIPE, {
    ...facts(made),
    stripe_refund: made.stripe_refund,
  });
  await ledger.cameBack(trx, { ...made, subject: `refund:${made.id}` });
  await message.enqueueToShop(trx, 'refund-failed', made.order_id, `refund-failed:${made.id}`, {
    refund_id: made.id,
  });
}

/** Refunds that did not arrive and that nobody has dealt with. */
export async function unresolved(db: Db): Promise<Refund[]> {
  return db('refunds')
    .whereIn('state', ['failed', 'refused'])
    .whereNull('resolved_at')
    .orderBy('settled_at', 'desc');
}

/** A person says that a refund which did not arrive was dealt with. */
export async function resolve(db: Db, order_id: string, id: string): Promise<void> {
  await db('refunds')
    .where({ id, order_id })
    .whereIn('state', ['failed', 'refused'])
    .whereNull('resolved_at')
    .update({ resolved_at: now() });
}
