// An order's history: one line a step, each naming the hash of the line before it.
import { createHash, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type Db, lockOrder, now, type Trx } from './database';

export const FIRST_PREV_HASH = '0'.repeat(64);
const LINE_VERSION = 1;
const SALT_BYTES = 16;
const LONE_SURROGATE = /\p{Surrogate}/u;

export const EVENT_TYPES = [
  'order.started',
  'order.placed',
  'order.changed',
  'order.cancelled',
  'artwork.received',
  'artwork.checked',
  'artwork.refused',
  'artwork.choice_made',
  'proof.issued',
  'page.seen',
  'comparison.opened',
  'changes.requested',
  'changes.answered',
  'code.sent',
  'code.verified',
  'code.failed',
  'counter.opened',
  'counter.closed',
  'approval.signed',
  'approval.recorded',
  'approval.withdrawn',
  'approval.timestamped',
  'payment.authorized',
  'payment.captured',
  'payment.on_account',
  'payment.failed',
  'payment.released',
  'payment.lapsed',
  'payment.unapproved',
  'payment.refund_requested',
  'payment.refunded',
  'payment.refund_failed',
  'payment.refunded_elsewhere',
  'payment.fraud_warned',
  'payment.charge_stopped',
  'dispute.opened',
  'dispute.evidence_staged',
  'dispute.submit_asked',
  'dispute.submitted',
  'dispute.accept_asked',
  'dispute.closed',
  'job.released',
  'press_sheet.made',
  'job.held',
  'job.resumed',
  'job.printing',
  'job.finishing',
  'job.quality_photo',
  'job.counted',
  'job.ready',
  'job.handed_over',
  'invoice.issued',
  'invoice.credited',
  'record.made',
  'pack.made',
  'message.sent',
  'message.refused',
  'link.sent',
  'hold.set',
  'hold.lifted',
  'personal_data.erased',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface Actor {
  kind: 'customer' | 'staff' | 'system' | 'stripe';
  id: string | null;
}

export const SYSTEM: Actor = { kind: 'system', id: null };
export const CUSTOMER: Actor = { kind: 'customer', id: null };
export const STRIPE: Actor = { kind: 'stripe', id: null };
export const byStaff = (staff_id: string): Actor => ({ kind: 'staff', id: staff_id });

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface EventRow {
  order_id: string;
  seq: number;
  type: EventType;
  body: string;
  prev_hash: string;
  hash: string;
  created_at: string;
}

export interface Event {
  seq: number;
  type: EventType;
  at: string;
  actor: Actor;
  data: Record<string, Json>;
  hash: string;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

// Fractions, dates and lone surrogates have no single canonical spelling; a line that holds one could not be
// checked by a stranger.
function assertPlain(value: unknown, path: string): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string' && !LONE_SURROGATE.test(value)) return;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertPlain(item, `${path}[${index}]`);
    return;
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) assertPlain(item, `${path}.${key}`);
    return;
  }
  throw new TypeError(`event: ${path} is not text, a whole number, a boolean, null, a list or an object`);
}

function composed(value: Json): Json {
  if (typeof value === 'string') return value.normalize('NFC');
  if (Array.isArray(value)) return value.map(composed);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, composed(item)]));
  }
  return value;
}

/**
 * Personal data stay out of the chain and of evidence rows: those carry the hash of a salted value, 64 hex digits,
 * and salt and value are kept beside them, where they can be erased without breaking anything.
 */
export async function commit(trx: Trx, order_id: string, personal: Record<string, string | null>) {
  const commitments: Record<string, string | null> = {};
  for (const [field, value] of Object.entries(personal)) {
    if (value === null) {
      commitments[field] = null;
      continue;
    }
    const salt = randomBytes(SALT_BYTES).toString('hex');
    const commitment = sha256(`${salt}:${value}`);
    await trx('event_personal_data').insert({ commitment, order_id, salt, value, erased_at: null });
    commitments[field] = commitment;
  }
  return commitments;
}

/**
 * Writes the next line of an order's history inside the caller's transaction and returns its hash, 64 hex digits:
 * the SHA-256 of the canonical JSON line (RFC 8785), which itself names the hash before it.
 * `personal` values are replaced by salted commitments. Throws TypeError for data that has no canonical form.
 */
export async function append(
  trx: Trx,
  order_id: string,
  type: EventType,
  actor: Actor,
  data: Record<string, Json> = {},
  personal: Record<string, string | null> = {},
): Promise<string> {
  assertPlain(data, 'data');
  await lockOrder(trx, order_id);
  const last: EventRow | undefined = await trx('events').where({ order_id }).orderBy('seq', 'desc').first();
  const created_at = now();
  const prev_hash = last?.hash ?? FIRST_PREV_HASH;
  const seq = (last?.seq ?? 0) + 1;
  const commitments = await commit(trx, order_id, personal);
  const line = composed({
    v: LINE_VERSION,
    order: order_id,
    seq,
    prev: prev_hash,
    type,
    at: created_at,
    actor: { kind: actor.kind, id: actor.id },
    data: { ...data, ...commitments },
  });
  const body = canonicalize(line) as string;
  const hash = sha256(body);
  await trx('events').insert({ order_id, seq, type, body, prev_hash, hash, created_at });
  return hash;
}

/** The values behind commitments, as far as they are not erased. */
export async function disclose(
  db: Db,
  commitments: Array<string | null | undefined>,
): Promise<Map<string, string>> {
  const named = commitments.filter((one): one is string => typeof one === 'string');
  if (named.length === 0) return new Map();
  const rows: Array<{ commitment: string; value: string }> = await db('event_personal_data')
    .whereIn('commitment', named)
    .whereNotNull('value')
    .select('commitment', 'value');
  return new Map(rows.map(({ commitment, value }) => [commitment, value]));
}

function read(row: EventRow): Event {
  const line = JSON.parse(row.body);
  return { seq: row.seq, type: row.type, at: line.at, actor: line.actor, data: line.data, hash: row.hash };
}

/** An order's history, oldest first. */
export async function history(db: Db, order_id: string): Promise<Event[]> {
  return (await lines(db, order_id)).map(read);
}

/** The same history as it is stored: what `firstFault` checks, and what a stranger needs to check it again. */
export async function lines(db: Db, order_id: string): Promise<EventRow[]> {
  return db('events').where({ order_id }).orderBy('seq');
}

export async function head(db: Db, order_id: string): Promise<string | null> {
  const row = await db('events').where({ order_id }).orderBy('seq', 'desc').first('hash');
  return row?.hash ?? null;
}

export interface ChainFault {
  order_id: string;
  seq: number;
  fault: 'hash' | 'prev' | 'seq' | 'line' | 'missing';
}

/** The first line of an order's history that does not hold, or null. Hashes the stored bytes, never a copy. */
export function firstFault(rows: EventRow[]): ChainFault | null {
  let prev = FIRST_PREV_HASH;
  for (const [index, row] of rows.entries()) {
    const at = (fault: ChainFault['fault']) => ({ order_id: row.order_id, seq: row.seq, fault });
    if (row.seq !== index + 1) return at('seq');
    if (row.hash !== sha256(row.body)) return at('hash');
    if (row.prev_hash !== prev) return at('prev');
    const line = JSON.parse(row.body);
    const agrees =
      line.prev === prev && line.order === row.order_id && line.seq === row.seq && line.type === row.type;
    if (!agrees) return at('line');
    prev = row.hash;
  }
  return null;
}

const ORDERS_A_READ = 200;

/** Checks every history, a batch of orders at a time; the first fault found, or null. */
export async function verifyAll(db: Db): Promise<ChainFault | null> {
  for (let after = ''; ; ) {
    const orders: Array<{ id: string }> = await db('orders')
      .where('id', '>', after)
      .orderBy('id')
      .limit(ORDERS_A_READ)
      .select('id');
    if (orders.length === 0) return lostSignature(db);
    after = orders[orders.length - 1].id;
    const rows: EventRow[] = await db('events')
      .whereIn(
        'order_id',
        orders.map((order) => order.id),
      )
      .orderBy(['order_id', 'seq']);
    const histories = new Map<string, EventRow[]>();
    for (const row of rows) {
      const lines = histories.get(row.order_id);
      if (lines) lines.push(row);
      else histories.set(row.order_id, [row]);
    }
    for (const { id } of orders) {
      const lines = histories.get(id);
      const fault = lines ? firstFault(lines) : { order_id: id, seq: 1, fault: 'missing' as const };
      if (fault) return fault;
    }
  }
}

/** The first signature whose own line is not in its order's history: a chain cut at its end still holds by itself. */
async function lostSignature(db: Db): Promise<ChainFault | null> {
  const row = await db('approvals')
    .leftJoin('events', 'events.hash', 'approvals.event_hash')
    .whereNull('events.hash')
    .first('approvals.order_id');
  return row ? { order_id: row.order_id, seq: 0, fault: 'missing' } : null;
}
