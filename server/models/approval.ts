// The sign-off. One conditional write decides it; everything else here is what it must match and what is kept.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid, NotFound } from '../errors';
import * as comparison from './comparison';
import { type Db, isUniqueViolation, now, type Trx } from './database';
import * as device from './device';
import * as event from './event';
import * as message from './message';
import { findOrder, type Language, type PlacedOrder, placed } from './order';
import { move } from './order-state';
import * as payment from './payment';
import * as pressFile from './press-file';
import * as proof from './proof';
import type { Shop } from './setting';
import * as signOff from './sign-off';
import * as task from './task';
import * as timestamp from './timestamp';

export interface Approval {
  id: string;
  order_id: string;
  proof_id: string;
  proof_sha256: string;
  artwork_sha256: string;
  specification_sha256: string;
  price_version: number;
  total_cents: number;
  currency: string;
  payment_method: 'card' | 'counter';
  idempotency_key: string;
  language: Language;
  statement_version: number;
  statement_text: string;
  statement_sha256: string;
  ticks: Array<{ key: string; kind: signOff.Tick['kind']; text: string; ticked_at: string }>;
  button_label: string;
  typed_name: string;
  on_behalf_of: string | null;
  signature_method: 'drawn' | 'typed';
  signature_strokes: signOff.Stroke[];
  /** recorded_by_staff: nobody signed here; a colleague wrote down what was approved elsewhere. */
  channel: 'web' | 'counter' | 'recorded_by_staff';
  witness_staff_id: string | null;
  tablet_id: string | null;
  identity: Record<string, string | null>;
  looking: Record<string, unknown>;
  device: Record<string, string | null>;
  promise: { ready_on: string; cutoff_at: string };
  signed_at: string;
  stop_until: string | null;
  event_hash: string;
  withdrawn_at: string | null;
}

/** What the signer's page names. All of it must be what holds now. */
export interface Named {
  proof_id: string;
  proof_sha256: string;
  specification_sha256: string;
  price_version: number;
  total_cents: number;
  statement_sha256: string;
}

export interface Circumstances {
  idempotency_key: string;
  language: Language;
  button_label: string;
  on_behalf_of: string | null;
  looking: Record<string, unknown>;
  ip: string | null;
  ip_source: string | null;
  user_agent: string | null;
  viewport: string | null;
  time_zone_offset: string | null;
  device_sha256: string;
  counter: { session_id: string; staff_id: string; tablet_id: string } | null;
}

/** Signing is refused because something is still open; the page shows what. */
export class GatesOpen extends Invalid {
  constructor(readonly open: signOff.Gate[]) {
    super({}, 'gates_open', { n: open.length });
  }
}

const parse = ({ recorded_id, ...row }: Record<string, unknown>): Approval => {
  const json = (column: string) => (row[column] === null ? null : JSON.parse(row[column] as string));
  return {
    ...row,
    channel: recorded_id ? 'recorded_by_staff' : row.channel,
    ticks: json('ticks'),
    signature_strokes: json('signature_strokes') ?? [],
    identity: json('identity'),
    looking: json('looking'),
    device: json('device'),
    promise: json('promise'),
  } as unknown as Approval;
};

/** Approvals with the personal data that their rows only point to; null where those are erased. */
async function disclosed(db: Db, rows: Array<Record<string, unknown>>): Promise<Approval[]> {
  const found = rows.map(parse);
  const values = await event.disclose(
    db,
    found.flatMap(({ device: { ip_commitment, user_agent_commitment }, identity }) => [
      ip_commitment,
      user_agent_commitment,
      identity.email_commitment,
    ]),
  );
  const behind = (commitment: string | null | undefined) => values.get(commitment ?? '') ?? null;
  return found.map((approval) => {
    const { ip_commitment, user_agent_commitment, ...device } = approval.device;
    const { email_commitment, ...identity } = approval.identity;
    return {
      ...approval,
      device: { ...device, ip: behind(ip_commitment), user_agent: behind(user_agent_commitment) },
      identity: email_commitment === undefined ? identity : { ...identity, email: behind(email_commitment) },
    };
  });
}

const withWithdrawal = (db: Db) =>
  db('approvals')
    .leftJoin('approval_withdrawals as w', 'w.approval_id', 'approvals.id')
    .leftJoin('recorded_approvals as r', 'r.approval_id', 'approvals.id')
    .select('approvals.*', 'w.withdrawn_at', 'r.approval_id as recorded_id');

/**
 * Signs the current proof. Exactly the bytes, specification, amount and words that the page named must still be
 * the current ones, or Conflict; every gate must be met, or GatesOpen; the same idempotency key again returns the
 * approval that it made, as long as that one stands. The capture is enqueued in the same transaction and is due when
 * the stop window ends.
 */
export async function approve(
  db: Db,
  order_id: string,
  named: Named,
  submission: signOff.Submission,
  circumstances: Circumstances,
  shop: Shop,
): Promise<Approval> {
  const { idempotency_key } = circumstances;
  const before = await findByKeyOrNull(db, order_id, idempotency_key);
  if (before?.withdrawn_at) throw new Conflict('conflict.stale_proof');
  if (before) return before;
  const id = randomUUID();
  try {
    await db.transaction((trx) => sign(trx, id, order_id, named, submission, circumstances, shop));
  } catch (error) {
    if (!(error instanceof Conflict) && !isUniqueViolation(error)) throw error;
    const first = await findByKeyOrNull(db, order_id, idempotency_key);
    if (first) return first;
    throw error;
  }
  return findApproval(db, id);
}

async function sign(
  trx: Trx,
  id: string,
  order_id: string,
  named: Named,
  submission: signOff.Submission,
  circumstances: Circumstances,
  shop: Shop,
): Promise<void> {
  const signed_at = now();
  await move(trx, order_id, 'approve', {
    where: {
      current_proof_id: named.proof_id,
      specification_sha256: named.specification_sha256,
      price_version: named.price_version,
      total_cents: named.total_cents,
    },
    set: { live_approval_id: id },
    key: 'conflict.stale_proof',
  });
  const order = placed(await findOrder(trx, order_id));
  const current = await proof.findProof(trx, named.proof_id);
  const words = await signOff.compose(trx, order, current, shop, circumstances.language);
  if (current.sha256 !== named.proof_sha256 || words.sha256 !== named.statement_sha256) {
    throw new Conflict('conflict.stale_proof');
  }
  const signer = {
    device_sha256: circumstances.device_sha256,
    counter_session_id: circumstances.counter?.session_id ?? null,
  };
  const open = (await signOff.gates(trx, order, current, words, signer, submission)).filter(
    (gate) => !gate.is_met,
  );
  if (open.length > 0) throw new GatesOpen(open);

  const isCard = order.payment_method === 'card';
  const hold = isCard ? await payment.usableHoldOrNull(trx, order_id) : null;
  const window = signOff.stopWindow(order, shop);
  const charge_at = hold ? payment.chargeAt(hold, signed_at, window) : null;
  const stop_until = charge_at && charge_at > signed_at ? charge_at : null;
  const ticks = words.ticks.map((tick) => ({
    ...tick,
    ticked_at: tickTime(submission.ticks[tick.key], current.issued_at, signed_at),
  }));
  const press = await pressFile.ofProof(trx, current.id);
  const private_data = await event.commit(trx, order_id, {
    ip: circumstances.ip,
    user_agent: circumstances.user_agent,
    email: order.contact_email,
  });
  const identity = await identityOf(trx, order, circumstances, private_data.email);
  const event_hash = await event.append(trx, order_id, 'approval.signed', event.CUSTOMER, {
    approval: id,
    proof: current.id,
    version: current.version,
    proof_sha256: current.sha256,
    artwork_sha256: current.artwork_sha256,
    press_sha256: press.sha256,
    specification_sha256: current.specification_sha256,
    total_cents: order.total_cents,
    currency: order.currency,
    price_version: order.price_version,
    payment_method: order.payment_method,
    statement_sha256: words.sha256,
    statement_version: words.version,
    language: words.language,
    button_label: circumstances.button_label,
    ticks: ticks.map(({ key, ticked_at }) => ({ key, ticked_at })),
    typed_name: submission.typed_name.trim(),
    on_behalf_of: circumstances.on_behalf_of,
    signature_method: submission.signature_method,
    channel: circumstances.counter ? 'counter' : 'web',
    witness: circumstances.counter?.staff_id ?? null,
    recognised_by: identity.how,
    comparison_opened: await comparison.wasOpened(trx, current, circumstances.device_sha256),
    ready_on: words.ready_on,
    cutoff_at: words.cutoff_at,
    stop_until,
    ...private_data,
  });
  await trx('approvals').insert({
    id,
    order_id,
    proof_id: current.id,
    proof_sha256: current.sha256,
    artwork_sha256: current.artwork_sha256,
    specification_sha256: current.specification_sha256,
    price_version: order.price_version,
    total_cents: order.total_cents,
    currency: order.currency,
    payment_method: order.payment_method,
    idempotency_key: circumstances.idempotency_key,
    language: words.language,
    statement_version: words.version,
    statement_text: words.text,
    statement_sha256: words.sha256,
    ticks: JSON.stringify(ticks),
    button_label: circumstances.button_label,
    typed_name: submission.typed_name.trim(),
    on_behalf_of: circumstances.on_behalf_of,
    signature_method: submission.signature_method,
    signature_strokes: submission.signature_method === 'drawn' ? JSON.stringify(submission.strokes) : null,
    channel: circumstances.counter ? 'counter' : 'web',
    witness_staff_id: circumstances.counter?.staff_id ?? null,
    tablet_id: circumstances.counter?.tablet_id ?? null,
    identity: JSON.stringify(identity),
    looking: JSON.stringify(circumstances.looking),
    device: JSON.stringify({
      ip_commitment: private_data.ip,
      ip_source: circumstances.ip_source,
      user_agent_commitment: private_data.user_agent,
      viewport: circumstances.viewport,
      time_zone_offset: circumstances.time_zone_offset,
      language: circumstances.language,
    }),
    promise: JSON.stringify({ ready_on: words.ready_on, cutoff_at: words.cutoff_at }),
    signed_at,
    stop_until,
    event_hash,
  });
  await trx('orders').where({ id: order_id }).update({ ready_on: words.ready_on });
  if (hold) await payment.enqueueCapture(trx, { id, order_id }, hold.id, charge_at ?? signed_at);
  await task.enqueue(trx, 'make_record', { order_id, approval_id: id }, { key: `record:${id}`, order_id });
  await timestamp.ask(trx, { id, order_id });
}

// A tick's time comes from the signer's device; it is only believed when it could be true.
function tickTime(given: string | undefined, issued_at: string, signed_at: string): string {
  const time = given ? Date.parse(given) : Number.NaN;
  const isPossible = time >= Date.parse(issued_at) && time <= Date.parse(signed_at);
  return isPossible ? new Date(time).toISOString() : signed_at;
}

async function identityOf(
  trx: Trx,
  order: PlacedOrder,
  circumstances: Circumstances,
  email_commitment: string | null,
): Promise<Record<string, string | null>> {
  if (circumstances.counter) {
    return {
      how: 'present_at_counter',
      opened_by: circumstances.counter.staff_id,
      session: circumstances.counter.session_id,
    };
  }
  const known = await device.knownSince(trx, order.id, circumstances.device_sha256);
  return {
    how: known?.known_because === 'code' ? 'link_and_code' : 'link_on_ordering_device',
    email_commitment,
    verified_at: known?.known_since ?? null,
  };
}

async function findByKeyOrNull(db: Db, order_id: string, idempotency_key: string): Promise<Approval | null> {
  const row = await withWithdrawal(db).where({ idempotency_key, 'approvals.order_id': order_id }).first();
  return row ? (await disclosed(db, [row]))[0] : null;
}

export async function findApproval(db: Db, id: string): Promise<Approval> {
  const row = await withWithdrawal(db).where('approvals.id', id).first();
  if (!row) throw new NotFound();
  return (await disclosed(db, [row]))[0];
}

export async function liveOrNull(
  db: Db,
  order: { live_approval_id: string | null },
): Promise<Approval | null> {
  return order.live_approval_id ? findApproval(db, order.live_approval_id) : null;
}

export async function ofOrder(db: Db, order_id: string): Promise<Approval[]> {
  return disclosed(db, await withWithdrawal(db).where('approvals.order_id', order_id).orderBy('signed_at'));
}

/** Until when the customer may still stop the order, or null when that moment has passed or never was. */
export function stopUntil(approval: Approval, at: string = now()): string | null {
  return approval.stop_until && approval.stop_until > at && !approval.withdrawn_at
    ? approval.stop_until
    : null;
}

/**
 * Takes a signature back while nothing is charged: the capture is dropped, the reservation stays, and the same
 * proof can be signed again. Conflict once the capture has begun.
 */
export async function withdraw(
  db: Db,
  order_id: string,
  approval_id: string,
  by: 'customer' | 'staff',
  reason: string,
  actor: event.Actor,
): Promise<void> {
  await db.transaction(async (trx) => {
    await move(trx, order_id, 'withdraw_approval', {
      where: { live_approval_id: approval_id },
      set: { live_approval_id: null },
      key: 'conflict.too_late_to_stop',
    });
    await revoke(trx, order_id, approval_id, by, reason, actor, 'conflict.too_late_to_stop');
    if (by === 'customer') return;
    const order = await findOrder(trx, order_id);
    const payload = { approval_id, reason };
    await message.enqueue(trx, 'approval-withdrawn', order, `withdrawn:${approval_id}`, payload);
  });
}

/**
 * Ends a signature inside the caller's transaction, which has moved the order: its capture is dropped, the
 * reservation stays. Conflict once the capture has begun.
 */
export async function revoke(
  trx: Trx,
  order_id: string,
  approval_id: string,
  by: 'customer' | 'staff',
  reason: string,
  actor: event.Actor,
  key = 'conflict.being_charged',
): Promise<void> {
  if (!(await payment.voidCapture(trx, order_id, 'approval withdrawn'))) throw new Conflict(key);
  await trx('approval_withdrawals').insert({
    approval_id,
    order_id,
    withdrawn_by: by,
    reason,
    withdrawn_at: now(),
  });
  await event.append(trx, order_id, 'approval.withdrawn', actor, { approval: approval_id, reason });
}

/** Sends the signed record and the receipt once both are made. */
export async function sendRecord(
  trx: Trx,
  order: PlacedOrder,
  approval: Approval,
  attachments: message.Attachment[],
): Promise<void> {
  const template = approval.channel === 'recorded_by_staff' ? 'approval-recorded' : 'approved';
  await message.enqueue(trx, template, order, `approved:${approval.id}`, {
    approval_id: approval.id,
    attachments,
  });
}
