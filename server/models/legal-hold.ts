// An order whose data must be kept, whatever a customer asks or the calendar says: a dispute is expected or under way.
import { Conflict, Invalid } from '../errors';
import { type Db, lockOrder, now } from './database';
import * as event from './event';

export const MAX_REASON_LENGTH = 300;

export interface LegalHold {
  order_id: string;
  reason: string;
  staff_id: string;
  set_at: string;
}

export async function ofOrderOrNull(db: Db, order_id: string): Promise<LegalHold | null> {
  return (await db('legal_holds').where({ order_id }).first()) ?? null;
}

function reasonOf(given: string): string {
  const reason = given.trim();
  if (!reason || reason.length > MAX_REASON_LENGTH) throw new Invalid({ reason: 'evidence.reason_needed' });
  return reason;
}

/** Sets a hold. Invalid without a reason; Conflict when there is one, or when nothing is left to keep. */
export async function set(db: Db, order_id: string, given: string, staff_id: string): Promise<void> {
  const reason = reasonOf(given);
  await db.transaction(async (trx) => {
    await lockOrder(trx, order_id);
    if (await ofOrderOrNull(trx, order_id)) throw new Conflict('evidence.held_already');
    const { erased_at } = await trx('orders').where({ id: order_id }).first('erased_at');
    if (erased_at) throw new Conflict('evidence.erased_already');
    await trx('legal_holds').insert({ order_id, reason, staff_id, set_at: now() });
    await event.append(trx, order_id, 'hold.set', event.byStaff(staff_id), { reason });
  });
}

/** Lifts it again. Invalid without a reason; Conflict when there is none. */
export async function lift(db: Db, order_id: string, given: string, staff_id: string): Promise<void> {
  const reason = reasonOf(given);
  await db.transaction(async (trx) => {
    await lockOrder(trx, order_id);
    if ((await trx('legal_holds').where({ order_id }).delete()) === 0)
      throw new Conflict('evidence.not_held');
    await event.append(trx, order_id, 'hold.lifted', event.byStaff(staff_id), { reason });
  });
}

/** Orders on hold, longest held first. */
export async function list(db: Db): Promise<Array<LegalHold & { ref: string }>> {
  return db('legal_holds')
    .join('orders', 'orders.id', 'legal_holds.order_id')
    .orderBy('set_at')
    .select('legal_holds.*', 'orders.ref');
}
