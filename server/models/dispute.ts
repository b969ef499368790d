// A card payment that the customer's bank contests. What it says is fetched; what we answer is staged field by field,
// looked at, and sent once.
import { createHash } from 'node:crypto';
import { Conflict, NotFound } from '../errors';
import { type Db, isUniqueViolation, lockOrder, now, type Trx, within } from './database';
import * as event from './event';
import * as jobHold from './job-hold';
import * as message from './message';
import type { OrderState } from './order-state';
import type { Payment } from './payment';
import * as task from './task';
import { randomCode } from './token';

/** What the processor says of a dispute right now. `evidence` holds what is staged: texts, and ids of files. */
export interface DisputeFacts {
  id: string;
  payment_intent: string | null;
  amount_cents: number;
  currency: string;
  reason: string;
  status: string;
  network: string | null;
  network_reason_code: string | null;
  due_by: string | null;
  submission_count: number;
  submission_method: string | null;
  evidence: Record<string, string>;
  opened_at: string;
}

export interface EvidenceFile {
  field: string;
  filename: string;
  sha256: string;
  size_bytes: number;
  pages: number;
  stripe_file: string;
}

export interface Dispute extends Omit<DisputeFacts, 'payment_intent'> {
  order_id: string;
  payment_id: string;
  files: EvidenceFile[];
  stage_asked_at: string | null;
  staged_at: string | null;
  stage_error: string | null;
  submit_asked_at: string | null;
  submit_asked_by: string | null;
  accept_asked_at: string | null;
  accept_asked_by: string | null;
  closed_at: string | null;
  looked_at: string;
}

/** The texts that an owner may edit, in the order in which a bank meets them. */
export const TEXT_FIELDS = [
  'uncategorized_text',
  'product_description',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'access_activity_log',
  'customer_name',
  'customer_email_address',
  'customer_purchase_ip',
  'billing_address',
  'shipping_address',
  'shipping_date',
  'service_date',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** The processor's limits for one text and for all texts together, in characters. */
export const MAX_TEXT_LENGTH = 20_000;
export const MAX_TEXTS_LENGTH = 150_000;
/** Stripe names 5 MB; files of more than 4.5 MB in all are refused in practice. */
export const MAX_FILES_BYTES = 4_500_000;
/** Fewer than fifty pages in all. */
export const MAX_FILE_PAGES = 49;

export const ANSWERABLE = ['needs_response', 'warning_needs_response'];
const CLOSED = ['won', 'lost', 'warning_closed', 'prevented'];
/** While the bank has the money, or keeps it, nothing can be given back. An inquiry alone can be. */
const BLOCKS_REFUND = [
  'needs_response',
  'under_review',
  'appeal_needs_response',
  'appeal_under_review',
  'lost',
];

export const isClosed = ({ status }: Pick<Dispute, 'status'>): boolean => CLOSED.includes(status);

/** True while the owner may still prepare, send or give in. */
export const isAnswerable = (open: Dispute): boolean =>
  ANSWERABLE.includes(open.status) &&
  open.submission_count === 0 &&
  !open.submit_asked_at &&
  !open.accept_asked_at &&
  (open.due_by === null || open.due_by > now());

const DAY_MS = 24 * 3_600_000;

/** Whole days until the answer is due, today counted; null when none is asked. */
export function daysLeft({ due_by }: Pick<Dispute, 'due_by'>, at: string = now()): number | null {
  return due_by === null ? null : Math.max(0, Math.ceil((Date.parse(due_by) - Date.parse(at)) / DAY_MS));
}

const parse = (row: Record<string, unknown>): Dispute =>
  ({
    ...row,
    evidence: JSON.parse(row.evidence as string),
    files: JSON.parse(row.files as string),
  }) as unknown as Dispute;

export async function findDispute(db: Db, id: string): Promise<Dispute> {
  const row = await db('disputes').where({ id }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

export async function ofOrder(db: Db, order_id: string): Promise<Dispute[]> {
  return (await db('disputes').where({ order_id }).orderBy('opened_at')).map(parse);
}

/** All disputes, those that wait for an answer first, then by their date. */
export async function list(db: Db, limit = 200): Promise<Dispute[]> {
  const rows = (await db('disputes').orderBy('opened_at', 'desc').limit(limit)).map(parse);
  return [...rows.filter(isAnswerable), ...rows.filter((each) => !isAnswerable(each))];
}

/** Disputes that still wait for the owner. */
export async function waiting(db: Db): Promise<Dispute[]> {
  const rows = await db('disputes').whereIn('status', ANSWERABLE).orderBy('due_by');
  return rows.map(parse).filter(isAnswerable);
}

/** Disputes whose end nobody has heard of yet: the sweep asks after them. */
export async function unsettled(db: Db): Promise<Dispute[]> {
  return (await db('disputes').whereNotIn('status', CLOSED)).map(parse);
}

export async function blocksRefund(db: Db, payment_id: string): Promise<boolean> {
  const row = await db('disputes').where({ payment_id }).whereIn('status', BLOCKS_REFUND).first('id');
  return Boolean(row);
}

const columns = (facts: DisputeFacts) => ({
  amount_cents: facts.amount_cents,
  currency: facts.currency,
  reason: facts.reason,
  status: facts.status,
  network: facts.network,
  network_reason_code: facts.network_reason_code,
  due_by: facts.due_by,
  submission_count: facts.submission_count,
  submission_method: facts.submission_method,
  evidence: JSON.stringify(facts.evidence),
  opened_at: facts.opened_at,
});

/**
 * Brings a dispute up to what the processor said at `looked_at`; an answer that was older changes nothing. A new one
 * puts an unprinted job on hold and is told to the owner; so is how it ends. Returns whether anything changed.
 */
export async function reduce(
  db: Db,
  paid: Payment,
  facts: DisputeFacts,
  looked_at: string,
): Promise<boolean> {
  try {
    return await within(db, (trx) => reduceOnce(trx, paid, facts, looked_at));
  } catch (error) {
    // Two deliveries opened it at once: the second finds it there.
    if (!isUniqueViolation(error)) throw error;
    return within(db, (trx) => reduceOnce(trx, paid, facts, looked_at));
  }
}

async function reduceOnce(trx: Trx, paid: Payment, facts: DisputeFacts, looked_at: string): Promise<boolean> {
  const { order_id, id: payment_id } = paid;
  await lockOrder(trx, order_id);
  const before = await trx('disputes').where({ id: facts.id }).first();
  if (!before) {
    await trx('disputes').insert({
      ...columns(facts),
      id: facts.id,
      order_id,
      payment_id,
      files: '[]',
      looked_at,
      closed_at: isClosed(facts) ? looked_at : null,
    });
    await tell(trx, order_id, 'dispute.opened', facts);
    await message.enqueueToShop(trx, 'dispute-opened', order_id, `dispute-opened:${facts.id}`, {
      dispute_id: facts.id,
    });
    if (isClosed(facts)) await onClosed(trx, order_id, facts);
    else await jobHold.hold(trx, order_id, 'dispute', facts.id);
    return true;
  }
  if (before.looked_at > looked_at) return false;
  const next = columns(facts);
  const changed = Object.entries(next).some(([name, value]) => before[name] !== value);
  await trx('disputes')
    .where({ id: facts.id })
    .update({ ...next, looked_at });
  if (!changed) return false;
  if (facts.submission_count > before.submission_count) {
    await tell(trx, order_id, 'dispute.submitted', facts, {
      files: parse(before).files.map(({ field, sha256 }) => `${field}:${sha256}`),
    });
  }
  if (isClosed(facts) && !CLOSED.includes(before.status)) {
    await trx('disputes').where({ id: facts.id }).update({ closed_at: looked_at });
    await onClosed(trx, order_id, facts);
  }
  return true;
}

async function onClosed(trx: Trx, order_id: string, facts: DisputeFacts): Promise<void> {
  await tell(trx, order_id, 'dispute.closed', facts);
  await message.enqueueToShop(trx, 'dispute-closed', order_id, `dispute-closed:${facts.id}`, {
    dispute_id: facts.id,
  });
  // A lost one keeps an unprinted job where it is: there is nothing to print for any more.
  if (facts.status !== 'lost') await jobHold.release(trx, order_id, 'dispute', facts.id);
}

async function tell(
  trx: Trx,
  order_id: string,
  type: event.EventType,
  facts: DisputeFacts,
  more: Record<string, string[]> = {},
): Promise<void> {
  await event.append(trx, order_id, type, event.STRIPE, {
    dispute: facts.id,
    amount_cents: facts.amount_cents,
    currency: facts.currency,
    cause: facts.reason,
    status: facts.status,
    ...more,
  });
}

/** A fingerprint of exactly what is staged: what the owner looked at is what is sent. */
export function stagedSha256({ evidence }: Pick<Dispute, 'evidence'>): string {
  const fields = Object.keys(evidence).sort();
  return createHash('sha256')
    .update(JSON.stringify(fields.map((field) => [field, evidence[field]])))
    .digest('hex');
}

/** What is wrong with texts before anything is sent: the fields that are too long. */
export function tooLong(texts: Record<string, string>): string[] {
  const wrong = Object.keys(texts).filter((field) => texts[field].length > MAX_TEXT_LENGTH);
  const all = Object.values(texts).reduce((sum, text) => sum + text.length, 0);
  return wrong.length === 0 && all > MAX_TEXTS_LENGTH ? ['uncategorized_text'] : wrong;
}

async function assertAnswerable(trx: Trx, id: string): Promise<Dispute> {
  const found = await findDispute(trx, id);
  await lockOrder(trx, found.order_id);
  const open = await findDispute(trx, id);
  if (!isAnswerable(open)) throw new Conflict('conflict.dispute_answered');
  return open;
}

/**
 * Has the evidence staged with the processor without sending it to the bank: drawn afresh from the order, or only
 * these texts changed. Conflict once it was sent, given up, or is past its date.
 */
export async function askToStage(db: Db, id: string, texts: Record<string, string> | null): Promise<void> {
  await within(db, async (trx) => {
    const { order_id } = await assertAnswerable(trx, id);
    await trx('disputes').where({ id }).update({ stage_asked_at: now(), stage_error: null });
    const key = `stage:${id}:${randomCode(8)}`;
    await task.enqueue(trx, 'stage_evidence', { dispute_id: id, texts }, { key, order_id });
  });
}

/** Notes which files lie with the processor now. Its own words about the evidence come by `reduce`. */
export async function noteStaged(db: Db, id: string, files: EvidenceFile[] | null): Promise<void> {
  await within(db, async (trx) => {
    const { order_id } = await findDispute(trx, id);
    await lockOrder(trx, order_id);
    const found = await findDispute(trx, id);
    const kept = files ?? found.files;
    await trx('disputes')
      .where({ id })
      .update({
        files: JSON.stringify(kept),
        staged_at: now(),
        stage_asked_at: null,
        stage_error: null,
      });
    await event.append(trx, order_id, 'dispute.evidence_staged', event.SYSTEM, {
      dispute: id,
      staged_sha256: stagedSha256(found),
      files: kept.map(({ field, sha256 }) => `${field}:${sha256}`),
    });
  });
}

/** Why nothing could be staged: one of our own codes, or the processor's sentence. Nothing was sent. */
export async function noteStageError(db: Db, id: string, error: string): Promise<void> {
  await db('disputes').where({ id }).update({ stage_error: error, stage_asked_at: null });
}

/**
 * Sends what is staged to the bank, once and for ever, at an owner's word. Conflict when what the owner looked at is
 * no longer what is staged, when nothing is staged, or when it was sent or given up before.
 */
export async function askToSubmit(db: Db, id: string, seen_sha256: string, staff_id: string): Promise<void> {
  await within(db, async (trx) => {
    const open = await assertAnswerable(trx, id);
    const isStaged = open.staged_at !== null && Object.keys(open.evidence).length > 0;
    if (!isStaged || open.stage_asked_at || stagedSha256(open) !== seen_sha256)
      throw new Conflict('conflict.evidence_changed');
    await trx('disputes').where({ id }).update({ submit_asked_at: now(), submit_asked_by: staff_id });
    await event.append(trx, open.order_id, 'dispute.submit_asked', event.byStaff(staff_id), {
      dispute: id,
      staged_sha256: seen_sha256,
    });
    const key = `submit:${id}`;
    await task.enqueue(
      trx,
      'submit_evidence',
      { dispute_id: id },
      { key, order_id: open.order_id, again: true },
    );
  });
}

/** Gives the disputed amount up, at an owner's word. Conflict when it was answered or given up before. */
export async function askToAccept(db: Db, id: string, staff_id: string): Promise<void> {
  await within(db, async (trx) => {
    const open = await assertAnswerable(trx, id);
    await trx('disputes').where({ id }).update({ accept_asked_at: now(), accept_asked_by: staff_id });
    await event.append(trx, open.order_id, 'dispute.accept_asked', event.byStaff(staff_id), { dispute: id });
    const key = `accept:${id}`;
    await task.enqueue(
      trx,
      'accept_dispute',
      { dispute_id: id },
      { key, order_id: open.order_id, again: true },
    );
  });
}

/** The processor would not take it and nothing has reached the bank: the owner may decide anew. */
export async function takeBack(db: Db, id: string, because: string): Promise<void> {
  await db('disputes').where({ id, submission_count: 0 }).whereIn('status', ANSWERABLE).update({
    submit_asked_at: null,
    accept_asked_at: null,
    stage_error: because,
  });
}

export interface Circumstances {
  is_signed: boolean;
  order_state: OrderState;
  is_refunded: boolean;
}

export interface Advice {
  advice: 'contest' | 'accept' | 'weigh';
  /** Keys of sentences, most important first. */
  because: string[];
}

const NOT_PRINTED: OrderState[] = ['approved', 'paid', 'released'];

/** What we would do in the owner's place, and why. The bank decides; nothing here promises. */
export function recommendation(
  { reason, status }: Pick<Dispute, 'reason' | 'status'>,
  about: Circumstances,
): Advice {
  if (!about.is_signed) return { advice: 'accept', because: ['no_signature'] };
  if (about.is_refunded) return { advice: 'contest', because: ['refunded', 'signed'] };
  if (NOT_PRINTED.includes(about.order_state)) return { advice: 'accept', because: ['not_printed'] };
  if (status.startsWith('warning_')) return { advice: 'contest', because: ['inquiry', 'signed'] };
  const isHandedOver = about.order_state === 'handed_over';
  if (reason === 'fraudulent')
    return {
      advice: isHandedOver ? 'contest' : 'weigh',
      because: ['fraud', isHandedOver ? 'handed_over' : 'not_handed_over'],
    };
  if (reason === 'product_not_received' && !isHandedOver)
    return { advice: 'weigh', because: ['not_handed_over', 'signed'] };
  return { advice: 'contest', because: ['signed', isHandedOver ? 'handed_over' : 'not_handed_over'] };
}
