// An approval that the customer gave elsewhere (on paper, by mail) and a colleague writes down. It is no signature: it
// has its own table, its own words and its own name everywhere, and the customer can object.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid } from '../errors';
import { type Approval, findApproval } from './approval';
import { shownName } from './artwork';
import { readyOn } from './calendar';
import * as changeRequest from './change-request';
import { type Db, later, now, type Trx, within } from './database';
import * as event from './event';
import * as file from './file';
import { findOrder, type PlacedOrder, placed } from './order';
import { move } from './order-state';
import * as payment from './payment';
import * as pressFile from './press-file';
import { formatMoney } from './price';
import * as proof from './proof';
import type { Shop } from './setting';
import { MAX_NAME_LENGTH, MIN_NAME_LETTERS } from './sign-off';
import * as statement from './statement';
import * as task from './task';
import * as timestamp from './timestamp';
import { sha256 } from './token';
import { dateWords } from './wording';

export const WAYS = ['paper', 'mail', 'message', 'telephone'] as const;
export type Way = (typeof WAYS)[number];

/** The customer always has this long to object, also where the shop has no stop window. */
export const MIN_OBJECTION_MINUTES = 30;

export interface RecordedApproval {
  approval_id: string;
  order_id: string;
  staff_id: string;
  given_by: Way;
  reason: string;
  attachment_sha256: string;
  attachment_name: string;
  recorded_at: string;
}

export interface Claim {
  typed_name: string;
  on_behalf_of: string | null;
  given_by: Way | null;
  reason: string;
  attachment: { sha256: string; bytes: number; media_type: string; name: string } | null;
  /** The colleague says: I have this approval before me. */
  is_seen: boolean;
}

/** What the colleague's page named. All of it must be what holds now. */
export interface Named {
  proof_id: string;
  price_version: number;
  total_cents: number;
}

const NO_DEVICE = { ip: null, ip_source: null, user_agent: null, viewport: null, time_zone_offset: null };

const letters = (name: string) => name.match(/\p{L}/gu)?.length ?? 0;

function faults(claim: Claim): Record<string, string> {
  const wrong: Record<string, string> = {};
  const name = claim.typed_name.trim();
  if (letters(name) < MIN_NAME_LETTERS || name.length > MAX_NAME_LENGTH)
    wrong.typed_name = 'recorded.typed_name';
  if (!claim.given_by) wrong.given_by = 'recorded.given_by';
  if (!claim.reason) wrong.reason = 'recorded.reason';
  if (!claim.attachment) wrong.attachment = 'recorded.attachment';
  if (!claim.is_seen) wrong.is_seen = 'recorded.is_seen';
  return wrong;
}

/**
 * Records that the customer approved the current proof elsewhere. Conflict when the owner does not allow it, or when
 * proof or amount are no longer those of `named`; Invalid without a name, a way, a reason, the attachment and the
 * colleague's word, without an e-mail address to tell the customer at, with an open change point, or, for an order
 * paid by card, without a reservation. Nothing is charged before the customer could object.
 */
export async function record(
  db: Db,
  order_id: string,
  named: Named,
  claim: Claim,
  shop: Shop,
  staff: { id: string; name: string },
): Promise<Approval> {
  if (!shop.staff_may_record_approvals) throw new Conflict('conflict.recording_off');
  const wrong = faults(claim);
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong);
  const id = randomUUID();
  await within(db, async (trx) => {
    const { proof_id, price_version, total_cents } = named;
    await move(trx, order_id, 'approve', {
      where: { current_proof_id: proof_id, price_version, total_cents },
      set: { live_approval_id: id },
      key: 'conflict.order_changed',
    });
    await write(trx, id, placed(await findOrder(trx, order_id)), claim, shop, staff);
  });
  return findApproval(db, id);
}

async function write(
  trx: Trx,
  id: string,
  order: PlacedOrder,
  claim: Claim,
  shop: Shop,
  staff: { id: string; name: string },
): Promise<void> {
  const order_id = order.id;
  const current = await proof.findProof(trx, order.current_proof_id as string);
  if (proof.hasExpired(current)) throw new Invalid({ record: 'recorded.expired' });
  if (!order.contact_email) throw new Invalid({ record: 'recorded.no_email' });
  if (changeRequest.openPoints(await changeRequest.ofOrder(trx, order_id)).length > 0)
    throw new Invalid({ record: 'recorded.open_points' });
  const isCard = order.payment_method === 'card';
  const hold = isCard ? await payment.usableHoldOrNull(trx, order_id) : null;
  if (isCard && !hold) throw new Invalid({ record: 'recorded.no_hold' });

  const at = now();
  const window = Math.max(shop.stop_window_minutes, MIN_OBJECTION_MINUTES);
  const stop_until = hold ? payment.chargeAt(hold, at, window) : later(at, window * 60_000);
  if (stop_until <= at) throw new Invalid({ record: 'recorded.no_hold' });
  const { ready_on, cutoff_at } = readyOn(shop, at, current.specification.turnaround_days);
  const words = await compose(trx, order, current, claim, shop, staff, at);
  const press = await pressFile.ofProof(trx, current.id);
  const attachment = claim.attachment!;
  const attachment_name = shownName(attachment.name);
  await file.note(trx, {
    sha256: attachment.sha256,
    bytes: attachment.bytes,
    media_type: attachment.media_type,
  });
  await trx('recorded_approvals').insert({
    approval_id: id,
    order_id,
    staff_id: staff.id,
    given_by: claim.given_by,
    reason: claim.reason,
    attachment_sha256: attachment.sha256,
    attachment_name,
    recorded_at: at,
  });
  const same = {
    proof_sha256: current.sha256,
    artwork_sha256: current.artwork_sha256,
    specification_sha256: current.specification_sha256,
    total_cents: order.total_cents,
    currency: order.currency,
    price_version: order.price_version,
    payment_method: order.payment_method,
    statement_sha256: words.sha256,
    statement_version: words.version,
    language: order.language,
    typed_name: claim.typed_name.trim(),
    on_behalf_of: claim.on_behalf_of,
    stop_until,
  };
  const event_hash = await event.append(trx, order_id, 'approval.recorded', event.byStaff(staff.id), {
    ...same,
    approval: id,
    proof: current.id,
    version: current.version,
    press_sha256: press.sha256,
    channel: 'recorded_by_staff',
    given_by: claim.given_by,
    reason: claim.reason,
    attachment_sha256: attachment.sha256,
    ready_on,
    cutoff_at,
  });
  await trx('approvals').insert({
    ...same,
    id,
    order_id,
    proof_id: current.id,
    idempotency_key: id,
    statement_text: words.text,
    ticks: '[]',
    button_label: '',
    // The table knows no third way; who reads it through the model sees 'recorded_by_staff'.
    signature_method: 'typed',
    signature_strokes: null,
    channel: 'counter',
    witness_staff_id: staff.id,
    tablet_id: null,
    identity: JSON.stringify({ how: 'recorded_by_staff', opened_by: staff.id }),
    looking: '{}',
    device: JSON.stringify({ ...NO_DEVICE, language: order.language }),
    promise: JSON.stringify({ ready_on, cutoff_at }),
    signed_at: at,
    event_hash,
  });
  await trx('orders').where({ id: order_id }).update({ ready_on });
  if (hold) await payment.enqueueCapture(trx, { id, order_id }, hold.id, stop_until);
  await task.enqueue(trx, 'make_record', { order_id, approval_id: id }, { key: `record:${id}`, order_id });
  await timestamp.ask(trx, { id, order_id });
}

/** What the record says instead of a signed statement, in the customer's language. */
async function compose(
  trx: Trx,
  order: PlacedOrder,
  current: proof.Proof,
  claim: Claim,
  shop: Shop,
  staff: { name: string },
  at: string,
): Promise<{ text: string; sha256: string; version: number }> {
  const { language } = order;
  const sentences = await statement.current(trx, language);
  const sentence = sentences.get('recorded');
  const way = sentences.get(`recorded.${claim.given_by}`);
  if (!sentence || !way) throw new Error(`statement: recorded is not published in ${language}`);
  const words = current.specification.words[language];
  const text = statement.fill(sentence.text, {
    staff: staff.name,
    shop: shop.name,
    name: claim.typed_name.trim(),
    way: way.text,
    v: current.version,
    qty: words.quantity,
    product: words.name,
    amount: formatMoney(order.total_cents, order.currency, language),
    when: dateWords(at, 'datetime', language, shop.time_zone),
    reason: claim.reason,
  });
  return { text, sha256: sha256(text), version: sentence.version };
}

export async function findOrNull(db: Db, approval_id: string): Promise<RecordedApproval | null> {
  return (await db('recorded_approvals').where({ approval_id }).first()) ?? null;
}
