// The printed half: what came off the press beside what was signed, how many pieces, and who received them.
import { Conflict, Invalid } from '../errors';
import { type Db, lockOrder, now, type Trx, within } from './database';
import * as event from './event';
import * as handover from './handover';
import * as message from './message';
import { findOrder } from './order';
import * as photo from './photo';
import type { Shop } from './setting';
import * as ticket from './ticket';

export const MAX_QUALITY_PHOTOS = 24;
export const MAX_COUNT_NOTE_LENGTH = 300;
export const MOST_PIECES = 10_000_000;

export interface Count {
  order_id: string;
  ordered: number;
  counted: number;
  note: string | null;
  staff_id: string;
  counted_at: string;
}

const CHECKABLE = ['released', 'printing', 'finishing', 'ready'];

/** True while the print is in the shop: photographs can be put beside its proof. */
export const mayBeChecked = (state: string): boolean => CHECKABLE.includes(state);

export async function countOrNull(db: Db, order_id: string): Promise<Count | null> {
  return (await db('piece_counts').where({ order_id }).first()) ?? null;
}

/**
 * Puts a photograph of the print beside a page of its signed proof. Conflict before the job is released and after it
 * has left the shop; Invalid for a page that the proof has not, or one photograph too many.
 */
export async function addPhoto(
  db: Db,
  order_id: string,
  page: number,
  upload: photo.PhotoUpload,
  staff_id: string,
): Promise<photo.Photo> {
  return within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const held = await heldTicket(trx, order_id);
    const signed = await trx('proofs').where({ id: held.proof_id }).first('page_count');
    if (page < 1 || page > Number(signed.page_count)) throw new Invalid({ photo: 'photo.page' });
    const before = await photo.ofOrder(trx, order_id, 'quality');
    if (before.length >= MAX_QUALITY_PHOTOS)
      throw new Invalid({ photo: 'photo.limit' }, 'invalid', { n: MAX_QUALITY_PHOTOS });
    const kept = await photo.keep(trx, order_id, upload, {
      kind: 'quality',
      subject_id: null,
      page,
      staff_id,
    });
    await event.append(trx, order_id, 'job.quality_photo', event.byStaff(staff_id), {
      photo: kept.id,
      page,
      sha256: kept.file_sha256,
      bytes: kept.bytes,
      proof_sha256: held.proof_sha256,
    });
    return kept;
  });
}

async function heldTicket(trx: Trx, order_id: string): Promise<ticket.Ticket> {
  const { state } = await trx('orders').where({ id: order_id }).first('state');
  const held = await ticket.findOrNull(trx, order_id);
  if (!held || !mayBeChecked(state)) throw new Conflict('conflict.print_check');
  return held;
}

/** What a print still lacks before it can be made ready. */
export async function missing(db: Db, order_id: string, shop: Shop): Promise<Array<'photo'>> {
  if (!shop.quality_photo_required) return [];
  const photos = await photo.ofOrder(db, order_id, 'quality');
  return photos.some((each) => !each.is_broken) ? [] : ['photo'];
}

/**
 * Writes down how many pieces were counted and makes the job ready. Invalid without a count, without words when it
 * is not the quantity that was ordered, or without the photograph that the owner asks for; Conflict when the job is
 * not at a step from which it can become ready.
 */
export async function makeReady(
  db: Db,
  order_id: string,
  check: { ordered: number; counted: number; note: string | null },
  shop: Shop,
  staff_id: string,
): Promise<void> {
  const { ordered, counted, note } = check;
  const wrong: Record<string, string> = {};
  if (!Number.isSafeInteger(counted) || counted < 1 || counted > MOST_PIECES)
    wrong.counted = 'print_check.counted';
  else if (counted !== ordered && !note) wrong.note = 'print_check.note';
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    if ((await missing(trx, order_id, shop)).length > 0) wrong.photo = 'print_check.photo';
    if (Object.keys(wrong).length > 0) throw new Invalid(wrong);
    const held = await heldTicket(trx, order_id);
    if (await countOrNull(trx, order_id)) throw new Conflict('conflict.make_ready');
    await trx('piece_counts').insert({ order_id, ordered, counted, note, staff_id, counted_at: now() });
    await event.append(trx, order_id, 'job.counted', event.byStaff(staff_id), {
      ordered,
      counted,
      note,
      proof_sha256: held.proof_sha256,
    });
    await ticket.advance(trx, order_id, 'ready', staff_id);
    const order = await findOrder(trx, order_id);
    if (order.specification?.choice.delivery === 'delivery') return;
    await message.enqueue(trx, 'order-ready', order, `order-ready:${order_id}`);
  });
}

/** Everything known of the print itself. Photographs stand beside the pages of `proof_id`, the signed proof. */
export interface Printed {
  proof_id: string | null;
  photos: photo.Photo[];
  count: Count | null;
  handover: handover.Handover | null;
  /** The photograph of the parcel, when there is one. */
  delivery_photo: photo.Photo | null;
}

/** The printed half of an order as evidence shows it; empty before its job is released. */
export async function printed(db: Db, order_id: string): Promise<Printed> {
  const received = await handover.findOrNull(db, order_id);
  return {
    proof_id: (await ticket.findOrNull(db, order_id))?.proof_id ?? null,
    photos: await photo.ofOrder(db, order_id, 'quality'),
    count: await countOrNull(db, order_id),
    handover: received,
    delivery_photo: received?.photo_id ? await photo.findPhoto(db, order_id, received.photo_id) : null,
  };
}
