// The cash drawer, as the journal tells it: what was left in it at the last count, and what came and went since.
import { randomUUID } from 'node:crypto';
import { Conflict } from '../errors';
import { type Db, within } from './database';
import * as journal from './journal';

export interface Drawer {
  /** The journal line after which this drawer begins; 0 before the first count. */
  since_seq: number;
  since_at: string | null;
  float_cents: number;
  in_cents: number;
  out_cents: number;
  expected_cents: number;
  takings: journal.Totals[];
}

export interface Count {
  seq: number;
  at: string;
  staff_id: string | null;
  counted_cents: number;
  expected_cents: number;
  difference_cents: number;
  left_cents: number;
  note: string | null;
}

/** The most that one count or movement may name, in minor units. */
export const MOST_DRAWER_CENTS = 10_000_000;

/** Cash is handed over in whole coins: the amount asked, and what rounding took off or put on. */
export function inCoins(
  cents: number,
  smallest_coin_cents: number,
): { due_cents: number; rounding_cents: number } {
  const rest = cents % smallest_coin_cents;
  const rounding_cents = rest * 2 >= smallest_coin_cents && rest > 0 ? smallest_coin_cents - rest : -rest;
  return { due_cents: cents + rounding_cents, rounding_cents: rounding_cents === 0 ? 0 : rounding_cents };
}

function counted(line: journal.Line): Count {
  const entry = journal.read(line);
  return {
    seq: line.seq,
    at: entry.at,
    staff_id: entry.staff_id,
    counted_cents: entry.amount_cents,
    expected_cents: entry.expected_cents ?? 0,
    difference_cents: entry.difference_cents ?? 0,
    left_cents: entry.left_cents ?? 0,
    note: entry.note ?? null,
  };
}

/** The drawer of now. */
export async function current(db: Db): Promise<Drawer> {
  const last = await db('journal_lines').where({ kind: 'count' }).orderBy('seq', 'desc').first();
  const since = last ? counted(last) : null;
  const lines: journal.Line[] = await db('journal_lines')
    .where('seq', '>', since?.seq ?? 0)
    .whereIn('kind', ['payment', 'refund', 'cash_in', 'cash_out'])
    .orderBy('seq');
  const entries = lines.map(journal.read);
  const cash = entries.filter((entry) => entry.tender === 'cash').map((entry) => entry.amount_cents);
  const in_cents = cash.filter((cents) => cents > 0).reduce((sum, cents) => sum + cents, 0);
  const out_cents = -cash.filter((cents) => cents < 0).reduce((sum, cents) => sum + cents, 0);
  const float_cents = since?.left_cents ?? 0;
  return {
    since_seq: since?.seq ?? 0,
    since_at: since?.at ?? null,
    float_cents,
    in_cents,
    out_cents,
    expected_cents: float_cents + in_cents - out_cents,
    takings: journal.sums(entries),
  };
}

/**
 * Closes the drawer with what was counted in it and what stays in it for the next day. Conflict when money moved
 * since the page that named `since_seq` and `expected_cents` was shown.
 */
export async function count(
  db: Db,
  given: {
    since_seq: number;
    expected_cents: number;
    counted_cents: number;
    left_cents: number;
    note: string | null;
    currency: string;
    staff_id: string;
  },
): Promise<void> {
  await within(db, async (trx) => {
    await journal.lock(trx);
    const drawer = await current(trx);
    const isSame = drawer.since_seq === given.since_seq && drawer.expected_cents === given.expected_cents;
    if (!isSame) throw new Conflict('conflict.drawer_moved');
    const { since_seq: _since, counted_cents, left_cents, ...rest } = given;
    await journal.record(trx, {
      ...rest,
      kind: 'count',
      tender: 'cash',
      amount_cents: counted_cents,
      order_ref: null,
      subject: `count:${randomUUID()}`,
      difference_cents: counted_cents - drawer.expected_cents,
      left_cents,
      takings: drawer.takings,
    });
  });
}

/** Cash that was put in or taken out beside the sales: change from the bank, the takings carried there. */
export async function move(
  db: Db,
  given: {
    kind: 'cash_in' | 'cash_out';
    amount_cents: number;
    note: string;
    currency: string;
    staff_id: string;
  },
): Promise<void> {
  await within(db, (trx) =>
    journal.record(trx, {
      ...given,
      amount_cents: given.kind === 'cash_in' ? given.amount_cents : -given.amount_cents,
      tender: 'cash',
      order_ref: null,
      subject: `${given.kind}:${randomUUID()}`,
    }),
  );
}

/** The last counts, newest first. */
export async function lastCounts(db: Db, limit: number): Promise<Count[]> {
  const lines: journal.Line[] = await db('journal_lines')
    .where({ kind: 'count' })
    .orderBy('seq', 'desc')
    .limit(limit);
  return lines.map(counted);
}
