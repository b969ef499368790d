// The comparison of our open payments with the processor: what it looked at, what it repaired, what it could not.
import { randomUUID } from 'node:crypto';
import { type Db, later, now } from './database';

export interface Unresolved {
  /** `unknown_there`, `unknown_here`, `differs` or `failed`: the key of a sentence. */
  problem: 'unknown_there' | 'unknown_here' | 'differs' | 'failed';
  order_ref: string | null;
  payment_intent: string | null;
  detail: string;
}

export interface Sweep {
  id: string;
  started_at: string;
  ended_at: string;
  /** 1 when it also read the processor's own lists, not only our open payments. */
  is_long: number;
  looked: number;
  repaired: number;
  unresolved: Unresolved[];
  /** Why the processor could not be asked at all. */
  failure: string | null;
}

export const KEPT_MS = 30 * 24 * 3_600_000;
/** How often the processor's own lists are read as well. */
export const LONG_EVERY_MS = 24 * 3_600_000;

const parse = (row: Record<string, unknown>): Sweep =>
  ({ ...row, unresolved: JSON.parse(row.unresolved as string) }) as unknown as Sweep;

export async function record(db: Db, swept: Omit<Sweep, 'id' | 'ended_at'>): Promise<void> {
  await db('sweeps').insert({
    ...swept,
    id: randomUUID(),
    ended_at: now(),
    unresolved: JSON.stringify(swept.unresolved),
  });
  await db('sweeps').where('started_at', '<', later(now(), -KEPT_MS)).del();
}

/** The latest sweeps, newest first. */
export async function latest(db: Db, limit = 10): Promise<Sweep[]> {
  return (await db('sweeps').orderBy('started_at', 'desc').limit(limit)).map(parse);
}

/** The last sweep that could ask the processor, or null. */
export async function lastGood(db: Db, isLong = false): Promise<Sweep | null> {
  const query = db('sweeps').whereNull('failure').orderBy('started_at', 'desc');
  const row = await (isLong ? query.where({ is_long: 1 }) : query).first();
  return row ? parse(row) : null;
}
