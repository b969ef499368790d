// Work for the worker: what is slow and what is outside. A task is written in the transaction that needs it.
import { randomUUID } from 'node:crypto';
import { type Db, later, now, type Trx } from './database';

export const TASK_KINDS = [
  'check_artwork',
  'copy_photo',
  'render_proof',
  'make_press_sheet',
  'compare_proofs',
  'sync_payment',
  'capture_payment',
  'release_hold',
  'make_record',
  'make_invoice',
  'make_pack',
  'send_message',
  'apply_stripe_event',
  'sweep_payments',
  'refund_payment',
  'stage_evidence',
  'submit_evidence',
  'accept_dispute',
  'stamp_approval',
  'remove_files',
  'keep_retention',
  'keep_anchor',
  'stamp_anchor',
  'send_anchor',
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export interface Task {
  id: string;
  kind: TaskKind;
  payload: Record<string, unknown>;
  order_id: string | null;
  key: string | null;
  state: 'ready' | 'leased' | 'done' | 'void' | 'parked';
  run_at: string;
  lease_until: string | null;
  leased_by: string | null;
  attempts: number;
  /** Part of the idempotency key towards Stripe: a new one only when the old one is known to replay a failure. */
  generation: number;
  last_error: string | null;
  created_at: string;
}

/** A lease is renewed while the work goes on, so its length only decides how soon a dead worker is noticed. */
export const LEASE_MS = 30_000;
export const FIRST_RETRY_MS = 1_000;
export const LONGEST_RETRY_MS = 10 * 60_000;
/** After this many failures a person is told; with the doubling above that is two hours of tries. */
export const MAX_ATTEMPTS = 20;
const CANDIDATES = 5;
const ERROR_LENGTH = 500;

const parse = (row: Record<string, unknown>): Task =>
  ({ ...row, payload: JSON.parse(row.payload as string) }) as unknown as Task;

/**
 * Adds a task inside the caller's transaction. A `key` that exists already, whatever its state, adds nothing; with
 * `again` a task that has ended is done once more.
 */
export async function enqueue(
  trx: Db,
  kind: TaskKind,
  payload: Record<string, unknown>,
  {
    key = null,
    order_id = null,
    run_at = now(),
    again = false,
  }: { key?: string | null; order_id?: string | null; run_at?: string; again?: boolean } = {},
): Promise<void> {
  const row = {
    id: randomUUID(),
    kind,
    payload: JSON.stringify(payload),
    order_id,
    key,
    state: 'ready',
    run_at,
    created_at: now(),
  };
  const insert = trx('tasks').insert(row);
  await (key ? insert.onConflict('key').ignore() : insert);
  if (!key || !again) return;
  // Under a new generation: the processor would answer the old one with what it said then.
  await trx('tasks')
    .where({ key })
    .whereIn('state', ['done', 'void'])
    .update({ state: 'ready', run_at, attempts: 0, ended_at: null, generation: trx.raw('generation + 1') });
}

/**
 * Leases the task that has waited longest, or null. A lapsed lease counts as waiting. Two workers may look at the
 * same row: the conditional UPDATE lets one of them have it.
 */
export async function lease(
  db: Db,
  worker: string,
  kinds: readonly TaskKind[] = TASK_KINDS,
): Promise<Task | null> {
  const at = now();
  const waiting = (query: ReturnType<Db>) =>
    query
      .whereIn('kind', kinds as TaskKind[])
      .andWhere((either) =>
        either
          .where((ready) => ready.where('state', 'ready').andWhere('run_at', '<=', at))
          .orWhere((lapsed) => lapsed.where('state', 'leased').andWhere('lease_until', '<', at)),
      );
  const candidates: Array<{ id: string }> = await waiting(db('tasks'))
    .orderBy('run_at')
    .limit(CANDIDATES)
    .select('id');
  for (const { id } of candidates) {
    const taken = await waiting(db('tasks').where({ id })).update({
      state: 'leased',
      leased_by: worker,
      lease_until: later(at, LEASE_MS),
      attempts: db.raw('attempts + 1'),
    });
    if (taken > 0) return parse(await db('tasks').where({ id }).first());
  }
  return null;
}

/** Keeps a lease alive; false when another worker has taken the task over meanwhile. */
export async function renew(db: Db, task: Task, worker: string): Promise<boolean> {
  const kept = await db('tasks')
    .where({ id: task.id, state: 'leased', leased_by: worker })
    .update({ lease_until: later(now(), LEASE_MS) });
  return kept > 0;
}

const mine = (db: Db, task: Task) =>
  db('tasks').where({ id: task.id, state: 'leased', leased_by: task.leased_by });

export async function finish(db: Db, task: Task): Promise<void> {
  await mine(db, task).update({ state: 'done', ended_at: now(), last_error: null });
}

/** Ends a task that can no longer apply: what it was for has happened otherwise, or never will. */
export async function drop(db: Db, task: Task, why: string): Promise<void> {
  await mine(db, task).update({ state: 'void', ended_at: now(), last_error: why.slice(0, ERROR_LENGTH) });
}

/** Puts a failed task back for another try, ever later, or parks it for a person after MAX_ATTEMPTS. */
export async function retry(
  db: Db,
  task: Task,
  error: string,
  { newGeneration = false, isFinal = false }: { newGeneration?: boolean; isFinal?: boolean } = {},
): Promise<'ready' | 'parked'> {
  const state = isFinal || task.attempts >= MAX_ATTEMPTS ? 'parked' : 'ready';
  const pause = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, task.attempts - 1), LONGEST_RETRY_MS);
  await mine(db, task).update({
    state,
    run_at: later(now(), pause),
    lease_until: null,
    leased_by: null,
    last_error: error.slice(0, ERROR_LENGTH),
    generation: newGeneration ? task.generation + 1 : task.generation,
    ended_at: state === 'parked' ? now() : null,
  });
  return state;
}

/** Tries a parked task once more, at a person's word. */
export async function resume(db: Db, id: string): Promise<void> {
  await db('tasks')
    .where({ id, state: 'parked' })
    .update({ state: 'ready', attempts: 0, run_at: now(), ended_at: null });
}

/**
 * Voids an order's tasks of one kind that nobody has begun. False when one has begun: at work now, or waiting for
 * another try after a failure that may have been a success whose answer was lost.
 */
export async function voidUnbegun(trx: Trx, order_id: string, kind: TaskKind, why: string): Promise<boolean> {
  await trx('tasks')
    .where({ order_id, kind, state: 'ready', attempts: 0 })
    .update({ state: 'void', ended_at: now(), last_error: why });
  const begun = await trx('tasks')
    .where({ order_id, kind })
    .whereIn('state', ['ready', 'leased'])
    .first('id');
  return !begun;
}

/** At the start of the only process of a shop nobody else can hold a lease: its own died with it. */
export async function reclaimAll(db: Db): Promise<number> {
  return db('tasks')
    .where({ state: 'leased' })
    .update({ state: 'ready', lease_until: null, leased_by: null });
}

/** Whether a task with this key will still be done: it waits, is in hand, or waits for a person. */
export async function isExpected(db: Db, key: string): Promise<boolean> {
  const row = await db('tasks').where({ key }).whereIn('state', ['ready', 'leased', 'parked']).first('id');
  return row !== undefined;
}

export async function waiting(db: Db): Promise<{ ready: number; leased: number; parked: number }> {
  const rows: Array<{ state: string; n: number }> = await db('tasks')
    .whereIn('state', ['ready', 'leased', 'parked'])
    .groupBy('state')
    .select('state')
    .count('* as n');
  const count = (state: string) => Number(rows.find((row) => row.state === state)?.n ?? 0);
  return { ready: count('ready'), leased: count('leased'), parked: count('parked') };
}

export async function parked(db: Db): Promise<Task[]> {
  return (await db('tasks').where({ state: 'parked' }).orderBy('ended_at', 'desc').limit(100)).map(parse);
}
