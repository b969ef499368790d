// A released job that must not go to the press for now: its payment is being contested, or was given back.
import { randomUUID } from 'node:crypto';
import { Conflict } from '../errors';
import { type Db, lockOrder, now, type Trx, within } from './database';
import * as event from './event';

export type Cause = 'dispute' | 'fraud_warning' | 'refund';

export interface JobHold {
  id: string;
  order_id: string;
  cause: Cause;
  subject_id: string;
  held_at: string;
  lifted_at: string | null;
  lifted_by: string | null;
}

/** Stops a job that nobody has begun to print; once for each cause. Anything later is left as it is. */
export async function hold(trx: Trx, order_id: string, cause: Cause, subject_id: string): Promise<void> {
  await lockOrder(trx, order_id);
  const { state } = await trx('orders').where({ id: order_id }).first('state');
  if (state !== 'released') return;
  const [row] = await trx('job_holds')
    .insert({ id: randomUUID(), order_id, cause, subject_id, held_at: now() })
    .onConflict(['cause', 'subject_id'])
    .ignore()
    .returning('id');
  if (row) await event.append(trx, order_id, 'job.held', event.SYSTEM, { cause, subject: subject_id });
}

/** What keeps an order's job from the press, oldest first. */
export async function ofOrder(db: Db, order_id: string): Promise<JobHold[]> {
  return db('job_holds').where({ order_id }).whereNull('lifted_at').orderBy('held_at');
}

/** Orders whose job waits, for lists. */
export async function heldOrders(db: Db): Promise<string[]> {
  const rows: Array<{ order_id: string }> = await db('job_holds')
    .whereNull('lifted_at')
    .distinct('order_id')
    .select('order_id');
  return rows.map(({ order_id }) => order_id);
}

/** Throws Conflict while something keeps the job from the press. The caller has locked the order. */
export async function assertFree(trx: Trx, order_id: string): Promise<void> {
  if ((await ofOrder(trx, order_id)).length > 0) throw new Conflict('conflict.job_on_hold');
}

/** The cause has gone: a dispute was won. Says nothing when the job was not held for it. */
export async function release(trx: Trx, order_id: string, cause: Cause, subject_id: string): Promise<void> {
  await lockOrder(trx, order_id);
  const lifted = await trx('job_holds')
    .where({ order_id, cause, subject_id })
    .whereNull('lifted_at')
    .update({ lifted_at: now() });
  if (lifted > 0)
    await event.append(trx, order_id, 'job.resumed', event.SYSTEM, { cause, subject: subject_id });
}

/** An owner lets the job go on all the same. Conflict when nothing holds it. */
export async function lift(db: Db, order_id: string, staff_id: string): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const causes = await ofOrder(trx, order_id);
    if (causes.length === 0) throw new Conflict('conflict.job_not_on_hold');
    await trx('job_holds')
      .where({ order_id })
      .whereNull('lifted_at')
      .update({ lifted_at: now(), lifted_by: staff_id });
    for (const { cause, subject_id } of causes) {
      await event.append(trx, order_id, 'job.resumed', event.byStaff(staff_id), {
        cause,
        subject: subject_id,
      });
    }
  });
}
