// The print leaves the shop: somebody signs for it, or a carrier takes it.
import { Conflict, Invalid } from '../errors';
import { type Db, lockOrder, now, within } from './database';
import * as message from './message';
import { may } from './order-state';
import * as photo from './photo';
import { isSignature, MAX_NAME_LENGTH, MIN_NAME_LETTERS, type Stroke, sameName } from './sign-off';
import * as ticket from './ticket';
import { sha256 } from './token';

export const MAX_CARRIER_LENGTH = 60;
export const MAX_TRACKING_LENGTH = 60;

export interface Handover {
  order_id: string;
  how: 'collected' | 'delivered';
  recipient_name: string;
  signature_method: 'drawn' | 'typed' | null;
  signature_strokes: Stroke[];
  signature_sha256: string | null;
  carrier: string | null;
  tracking_number: string | null;
  /** Day of the shop, "2026-11-23". */
  sent_on: string | null;
  photo_id: string | null;
  proof_sha256: string;
  staff_id: string;
  handed_over_at: string;
}

export interface Collected {
  how: 'collected';
  recipient_name: string;
  signature_method: 'drawn' | 'typed';
  strokes: Stroke[];
  signature_typed_name: string;
  signature_typed_confirm: boolean;
}

export interface Delivered {
  how: 'delivered';
  recipient_name: string;
  carrier: string;
  tracking_number: string | null;
  sent_on: string;
  photo: photo.PhotoUpload | null;
}

const letters = (name: string) => name.match(/\p{L}/gu)?.length ?? 0;
const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

function faults(given: Collected | Delivered): Record<string, string> {
  const wrong: Record<string, string> = {};
  const name = given.recipient_name.trim();
  const isNamed = letters(name) >= MIN_NAME_LETTERS && name.length <= MAX_NAME_LENGTH;
  if (given.how === 'collected') {
    if (!isNamed) wrong.typed_name = 'handover.recipient';
    const isSigned =
      given.signature_method === 'drawn'
        ? isSignature(given.strokes)
        : given.signature_typed_confirm && sameName(given.signature_typed_name, name);
    if (!isSigned) wrong.signature = 'handover.signature';
    return wrong;
  }
  if (!isNamed) wrong.recipient_name = 'handover.recipient';
  if (!given.carrier) wrong.carrier = 'handover.carrier';
  if (!isDay(given.sent_on)) wrong.sent_on = 'handover.sent_on';
  if (!given.tracking_number && !given.photo) wrong.tracking_number = 'handover.number_or_photo';
  return wrong;
}

/**
 * Hands a ready job over. Invalid while the recipient's name and signature, or the carrier with a number or a
 * photograph, are not there; Conflict when the job is not ready or was handed over already.
 */
export async function handOver(
  db: Db,
  order_id: string,
  given: Collected | Delivered,
  staff_id: string,
): Promise<void> {
  const wrong = faults(given);
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong);
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const { state } = await trx('orders').where({ id: order_id }).first('state');
    const held = await ticket.findOrNull(trx, order_id);
    if (!held || !may('hand_over', state)) throw new Conflict('conflict.hand_over');
    const isCollected = given.how === 'collected';
    const parcel =
      !isCollected && given.photo
        ? await photo.keep(trx, order_id, given.photo, {
            kind: 'delivery',
            subject_id: null,
            page: null,
            staff_id,
          })
        : null;
    const strokes = isCollected && given.signature_method === 'drawn' ? JSON.stringify(given.strokes) : null;
    const row = {
      order_id,
      how: given.how,
      recipient_name: given.recipient_name.trim(),
      signature_method: isCollected ? given.signature_method : null,
      signature_strokes: strokes,
      signature_sha256: strokes && sha256(strokes),
      carrier: isCollected ? null : given.carrier,
      tracking_number: isCollected ? null : given.tracking_number,
      sent_on: isCollected ? null : given.sent_on,
      photo_id: parcel?.id ?? null,
      proof_sha256: held.proof_sha256,
      staff_id,
      handed_over_at: now(),
    };
    await trx('handovers').insert(row);
    await ticket.advance(trx, order_id, 'handed_over', staff_id, {
      data: {
        how: row.how,
        signature_method: row.signature_method,
        signature_sha256: row.signature_sha256,
        carrier: row.carrier,
        tracking_number: row.tracking_number,
        sent_on: row.sent_on,
        photo: row.photo_id,
        photo_sha256: parcel?.file_sha256 ?? null,
      },
      personal: { recipient: row.recipient_name },
    });
    if (isCollected) return;
    const order = await trx('orders').where({ id: order_id }).first('id', 'contact_email');
    await message.enqueue(trx, 'order-sent', order, `order-sent:${order_id}`);
  });
}

export async function findOrNull(db: Db, order_id: string): Promise<Handover | null> {
  const row = await db('handovers').where({ order_id }).first();
  return row ? { ...row, signature_strokes: JSON.parse(row.signature_strokes ?? '[]') } : null;
}
