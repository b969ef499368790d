// A card's bank says early that a payment looks like fraud; a dispute often follows.
import { type Db, lockOrder, now, within } from './database';
import * as event from './event';
import * as jobHold from './job-hold';
import * as message from './message';
import type { Payment } from './payment';

export interface FraudWarning {
  id: string;
  order_id: string;
  payment_id: string;
  fraud_type: string;
  /** 0 once a dispute was opened or the payment given back: there is nothing left to do. */
  is_actionable: number;
  warned_at: string;
  answered_at: string | null;
  answered_by: string | null;
}

export interface WarningFacts {
  id: string;
  payment_intent: string | null;
  fraud_type: string;
  is_actionable: boolean;
  warned_at: string;
}

/** Notes a warning once, keeps an unprinted job from the press and tells the owner. Returns whether it was new. */
export async function note(db: Db, paid: Payment, facts: WarningFacts): Promise<boolean> {
  const { order_id, id: payment_id } = paid;
  return within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const is_actionable = facts.is_actionable ? 1 : 0;
    const known = await trx('fraud_warnings').where({ id: facts.id }).update({ is_actionable });
    if (known > 0) return false;
    const { id, fraud_type, warned_at } = facts;
    await trx('fraud_warnings').insert({ id, order_id, payment_id, fraud_type, is_actionable, warned_at });
    await event.append(trx, order_id, 'payment.fraud_warned', event.STRIPE, {
      warning: id,
      payment: payment_id,
      fraud_type,
    });
    await message.enqueueToShop(trx, 'fraud-warning', order_id, `fraud-warning:${id}`, { warning_id: id });
    await jobHold.hold(trx, order_id, 'fraud_warning', id);
    return true;
  });
}

export async function ofOrder(db: Db, order_id: string): Promise<FraudWarning[]> {
  return db('fraud_warnings').where({ order_id }).orderBy('warned_at');
}

/** Warnings that nobody has answered and that can still be acted upon. */
export async function waiting(db: Db): Promise<FraudWarning[]> {
  return db('fraud_warnings').where({ is_actionable: 1 }).whereNull('answered_at').orderBy('warned_at');
}

/** A person has looked into it: the customer is known, or the money was given back. */
export async function answer(db: Db, order_id: string, id: string, staff_id: string): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const answered = await trx('fraud_warnings')
      .where({ id, order_id })
      .whereNull('answered_at')
      .update({ answered_at: now(), answered_by: staff_id });
    if (answered > 0) await jobHold.release(trx, order_id, 'fraud_warning', id);
  });
}
