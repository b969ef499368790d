// Somebody at a tablet asks for a person.
import { type Db, now } from './database';

export interface CounterCall {
  counter_session_id: string;
  called_at: string;
  answered_at: string | null;
  answered_by: string | null;
}

/** Calls, or calls again after an answer. Calling twice is calling once: the first moment counts. */
export async function ring(db: Db, counter_session_id: string): Promise<void> {
  await db('counter_calls')
    .insert({ counter_session_id, called_at: now() })
    .onConflict('counter_session_id')
    .merge({ called_at: now(), answered_at: null, answered_by: null })
    .whereNotNull('counter_calls.answered_at');
}

/** A colleague is on the way. The first one to say so is the one who is announced. */
export async function answer(db: Db, counter_session_id: string, staff_id: string): Promise<void> {
  await db('counter_calls')
    .where({ counter_session_id, answered_at: null })
    .update({ answered_at: now(), answered_by: staff_id });
}

export async function ofSessionOrNull(db: Db, counter_session_id: string): Promise<CounterCall | null> {
  return (await db('counter_calls').where({ counter_session_id }).first()) ?? null;
}

/** How many people wait at a tablet for somebody to come. */
export async function waiting(db: Db): Promise<number> {
  const row = await db('counter_calls as c')
    .join('counter_sessions as s', 's.id', 'c.counter_session_id')
    .whereNull('c.answered_at')
    .whereNull('s.closed_at')
    .count('* as n')
    .first();
  return Number(row?.n);
}
