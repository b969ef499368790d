// How long the shop keeps what it knows of its customers, and whose time is over.
import { type Db, now } from './database';
import * as erasure from './erasure';

export const DEFAULT_MONTHS = 24;
/** No longer than this by itself; whoever wants to keep for ever sets zero and answers for it. */
export const MOST_MONTHS = 240;
/** Orders erased by one task; the rest come with the next one. */
export const ORDERS_A_DAY = 500;
const KEY = 'retention';

/** Months after which a closed order's personal data and files are erased; 0 means never. */
export async function months(db: Db): Promise<number> {
  const row = await db('settings').where({ key: KEY }).first('value');
  return row ? Number(row.value) : DEFAULT_MONTHS;
}

export async function setMonths(db: Db, given: number): Promise<void> {
  await db('settings')
    .insert({ key: KEY, value: String(given), updated_at: now() })
    .onConflict('key')
    .merge();
}

export function monthsBefore(at: string, count: number): string {
  const then = new Date(at);
  const day = then.getUTCDate();
  then.setUTCMonth(then.getUTCMonth() - count);
  // From the 31st back to a month of thirty days: its last day, not the first of the next.
  if (then.getUTCDate() !== day) then.setUTCDate(0);
  return then.toISOString();
}

/** Closed orders whose time is over and that nothing holds, longest closed first. */
export async function due(db: Db, at: string = now()): Promise<string[]> {
  const count = await months(db);
  if (count === 0) return [];
  const rows: Array<{ id: string }> = await db('orders')
    .whereIn('state', erasure.CLOSED_STATES)
    .whereNull('erased_at')
    .where('state_since', '<', monthsBefore(at, count))
    .whereNotIn('id', db('legal_holds').select('order_id'))
    .orderBy('state_since')
    .limit(ORDERS_A_DAY)
    .select('id');
  return rows.map(({ id }) => id);
}
