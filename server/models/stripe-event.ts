import { type Db, now, within } from './database';
import * as task from './task';

export interface StripeEvent {
  id: string;
  type: string;
  object_id: string | null;
}

/** Remembers a delivery once and has it looked at. Only its identity is believed; the worker fetches the truth. */
export async function receive(db: Db, received: StripeEvent): Promise<void> {
  await within(db, async (trx) => {
    const [row] = await trx('stripe_events')
      .insert({ ...received, received_at: now() })
      .onConflict('id')
      .ignore()
      .returning('id');
    if (row)
      await task.enqueue(trx, 'apply_stripe_event', { ...received }, { key: `stripe-event:${received.id}` });
  });
}
