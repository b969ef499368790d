// The till's journal: every amount that came in or went out, one line each, chained across the whole shop. A day, a
// month or a year that has ended is closed with its totals before the first line of the next.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { DateTime } from 'luxon';
import * as counter from './counter';
import { type Db, now, type Trx } from './database';
import * as setting from './setting';

export const FIRST_PREV_HASH = '0'.repeat(64);
const LINE_VERSION = 1;
const SERIES = 'journal';

export type EntryKind = 'payment' | 'refund' | 'cash_in' | 'cash_out' | 'count';
export type ClosingKind = 'closing_day' | 'closing_month' | 'closing_year';
export type Tender = 'card' | 'cash' | 'terminal' | 'transfer' | 'account';

export interface Entry {
  kind: EntryKind;
  tender: Tender;
  /** Positive came in, negative went out; a count is what lay in the drawer. */
  amount_cents: number;
  currency: string;
  order_ref: string | null;
  staff_id: string | null;
  /** What the amount belongs to (a payment, a refund, a drawer); one line for each. */
  subject: string;
  /** Cash handed over, change given, and what the smallest coin took off or added. */
  tendered_cents?: number | null;
  change_cents?: number | null;
  rounding_cents?: number | null;
  receipt_ref?: string | null;
  note?: string | null;
  /** Of a count: what should have been there, what was too much or too little, what stays, and the takings. */
  expected_cents?: number;
  difference_cents?: number;
  left_cents?: number;
  takings?: Totals[];
}

export interface Totals {
  tender: string;
  currency: string;
  in_cents: number;
  out_cents: number;
  lines: number;
}

interface LineBody {
  v: number;
  seq: number;
  prev: string;
  at: string;
  day: string;
  kind: EntryKind | ClosingKind;
  [field: string]: unknown;
}

export interface Line {
  seq: number;
  kind: EntryKind | ClosingKind;
  shop_day: string;
  subject: string | null;
  body: string;
  prev_hash: string;
  hash: string;
  created_at: string;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

async function write(
  trx: Trx,
  at: string,
  shop_day: string,
  subject: string | null,
  data: Record<string, unknown> & { kind: EntryKind | ClosingKind },
): Promise<void> {
  const seq = await counter.next(trx, SERIES);
  const last =
    seq > 1
      ? await trx('journal_lines')
          .where({ seq: seq - 1 })
          .first('hash')
      : null;
  const prev_hash = last?.hash ?? FIRST_PREV_HASH;
  const line: LineBody = { ...data, v: LINE_VERSION, seq, prev: prev_hash, at, day: shop_day };
  const body = canonicalize(line) as string;
  await trx('journal_lines').insert({
    seq,
    kind: data.kind,
    shop_day,
    subject,
    body,
    prev_hash,
    hash: sha256(body),
    created_at: at,
  });
}

/**
 * Writes one amount into the journal inside the caller's transaction, after closing whatever period has ended since
 * the line before. The same subject again is refused by the database.
 */
export async function record(trx: Trx, entry: Entry): Promise<void> {
  const { time_zone } = await setting.shop(trx);
  const at = now();
  const day = DateTime.fromISO(at, { zone: time_zone }).toISODate() as string;
  await lock(trx);
  await closeEnded(trx, day, at);
  const { subject, ...rest } = entry;
  const data = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  await write(trx, at, day, subject, { ...data, subject, kind: entry.kind });
}

// Two processes may both find that a day has ended: the second waits here and then finds it closed.
export async function lock(trx: Trx): Promise<void> {
  await trx('counters').insert({ name: SERIES, value: 0 }).onConflict('name').ignore();
  await trx('counters').where({ name: SERIES }).increment('value', 0);
}

/** Closes days, months and years that ended before `day`. A clock set back closes nothing. */
export async function closeEnded(trx: Trx, day: string, at: string = now()): Promise<void> {
  const last: Line | undefined = await trx('journal_lines').orderBy('seq', 'desc').first();
  if (!last || last.shop_day >= day) return;
  const periods: Array<[ClosingKind, string]> = [
    ['closing_day', last.shop_day],
    ['closing_month', last.shop_day.slice(0, 7)],
    ['closing_year', last.shop_day.slice(0, 4)],
  ];
  for (const [kind, period] of periods) {
    if (day.startsWith(period)) continue;
    const subject = `${kind}:${period}`;
    if (await trx('journal_lines').where({ subject }).first('seq')) continue;
    await write(trx, at, last.shop_day, subject, {
      kind,
      period,
      totals: await totals(trx, period),
      since_the_beginning: await totals(trx, ''),
    });
  }
}

/** Amounts by tender and currency of a day, a month or a year of the shop (`2026-11-22`, `2026-11`, `2026`). */
export async function totals(db: Db, period: string): Promise<Totals[]> {
  const rows: Line[] = await db('journal_lines')
    .where('shop_day', 'like', `${period}%`)
    .whereIn('kind', ['payment', 'refund', 'cash_in', 'cash_out'])
    .orderBy('seq');
  return sums(rows.map(read));
}

/** What came in and went out, by tender and currency. */
export function sums(entries: Entry[]): Totals[] {
  const found = new Map<string, Totals>();
  for (const { tender, currency, amount_cents } of entries) {
    const key = `${tender} ${currency}`;
    const sum = found.get(key) ?? { tender, currency, in_cents: 0, out_cents: 0, lines: 0 };
    sum.lines += 1;
    if (amount_cents >= 0) sum.in_cents += amount_cents;
    else sum.out_cents -= amount_cents;
    found.set(key, sum);
  }
  return [...found.values()].sort((a, b) => (a.tender + a.currency < b.tender + b.currency ? -1 : 1));
}

export const read = (line: Pick<Line, 'body'>): Entry & { at: string; day: string; seq: number } =>
  JSON.parse(line.body);

/** The lines of some days, both included, oldest first. */
export async function between(db: Db, first_day: string, last_day: string): Promise<Line[]> {
  return db('journal_lines').whereBetween('shop_day', [first_day, last_day]).orderBy('seq');
}

const LINES_A_READ = 1_000;

/** The number of the first line that does not hold, or null when the whole journal does. Hashes the stored text. */
export async function firstFault(db: Db): Promise<number | null> {
  let prev = FIRST_PREV_HASH;
  let expected = 1;
  for (;;) {
    const lines: Line[] = await db('journal_lines')
      .where('seq', '>=', expected)
      .orderBy('seq')
      .limit(LINES_A_READ);
    if (lines.length === 0) return null;
    for (const line of lines) {
      const holds = line.seq === expected && line.prev_hash === prev && line.hash === sha256(line.body);
      if (!holds || JSON.parse(line.body).prev !== prev) return expected;
      prev = line.hash;
      expected += 1;
    }
  }
}
