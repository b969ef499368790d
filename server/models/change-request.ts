// A no is a change request: what should be different, point by point, and what became of each point.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid, NotFound } from '../errors';
import * as artwork from './artwork';
import { type Db, now, within } from './database';
import * as event from './event';
import * as message from './message';
import { findOrder, type Order, orderProof } from './order';
import { move } from './order-state';
import type { Proof } from './proof';

export const REASONS = ['text', 'picture', 'colour', 'cut', 'other'] as const;
export type Reason = (typeof REASONS)[number];
export const MAX_POINTS = 20;
export const MAX_POINT_LENGTH = 1_000;
export const MAX_NOTE_LENGTH = 4_000;

export interface Answer {
  answer: 'done' | 'question' | 'not_done';
  text: string | null;
  answered_at: string;
}

export interface Point {
  id: string;
  number: number;
  page: number;
  /** 0–1 of the page image; null when no place was given. */
  x: number | null;
  y: number | null;
  reason: Reason;
  text: string;
  answer: Answer | null;
}

export interface ChangeRequest {
  id: string;
  order_id: string;
  proof_id: string;
  round: number;
  note: string | null;
  artwork_id: string | null;
  requested_at: string;
  points: Point[];
}

/**
 * Asks for changes to the current proof, which can then no longer be approved. A new file alone, with nothing to
 * answer, is proofed at once. Invalid without any point, note or file; Conflict when the proof is not current.
 */
export async function request(
  db: Db,
  order: Order,
  proof: Proof,
  wish: {
    points: Array<Pick<Point, 'page' | 'x' | 'y' | 'reason' | 'text'>>;
    note: string | null;
    upload: { sha256: string; bytes: number; media_type: string; name: string } | null;
  },
): Promise<void> {
  if (wish.points.length === 0 && !wish.note && !wish.upload)
    throw new Invalid({ points: 'changes.nothing' });
  if (wish.points.length > MAX_POINTS) throw new Invalid({ points: 'changes.points_limit' });
  await within(db, async (trx) => {
    await move(trx, order.id, 'request_changes', { where: { current_proof_id: proof.id } });
    const file = wish.upload
      ? await artwork.attach(trx, order.id, wish.upload, 'customer', event.CUSTOMER)
      : null;
    const id = randomUUID();
    const round =
      Number((await trx('change_requests').where({ order_id: order.id }).count('* as n').first())?.n) + 1;
    await trx('change_requests').insert({
      id,
      order_id: order.id,
      proof_id: proof.id,
      round,
      note: wish.note,
      artwork_id: file?.id ?? null,
      requested_at: now(),
    });
    for (const [index, point] of wish.points.entries()) {
      await trx('change_points').insert({
        ...point,
        id: randomUUID(),
        change_request_id: id,
        number: index + 1,
      });
    }
    await event.append(trx, order.id, 'changes.requested', event.CUSTOMER, {
      proof: proof.id,
      version: proof.version,
      round,
      points: wish.points.map(({ page, reason, text }) => ({ page, reason, text })),
      note: wish.note,
      artwork: file?.id ?? null,
    });
    await message.enqueue(trx, 'changes-received', order, `changes-received:${id}`, {
      change_request_id: id,
    });
    if (file && wish.points.length === 0 && !wish.note) await remake(trx, order.id, file.id);
  });
}

async function remake(trx: Db, order_id: string, artwork_id: string): Promise<void> {
  await within(trx, async (inner) => {
    await move(inner, order_id, 'submit_artwork', {
      where: { state: 'changes_requested' },
      set: { current_artwork_id: artwork_id },
    });
    await orderProof(inner, await findOrder(inner, order_id));
  });
}

async function withPoints(db: Db, row: Omit<ChangeRequest, 'points'>): Promise<ChangeRequest> {
  const points = await db('change_points').where({ change_request_id: row.id }).orderBy('number');
  const answers: Array<Answer & { change_point_id: string }> = await db('change_answers')
    .whereIn(
      'change_point_id',
      points.map((point) => point.id),
    )
    .orderBy('answered_at');
  return {
    ...row,
    points: points.map((point) => ({
      ...point,
      answer: answers.findLast((answer) => answer.change_point_id === point.id) ?? null,
    })),
  };
}

export async function ofOrder(db: Db, order_id: string): Promise<ChangeRequest[]> {
  const rows = await db('change_requests').where({ order_id }).orderBy('round');
  return Promise.all(rows.map((row) => withPoints(db, row)));
}

export async function findRequest(db: Db, id: string): Promise<ChangeRequest> {
  const row = await db('change_requests').where({ id }).first();
  if (!row) throw new NotFound();
  return withPoints(db, row);
}

export async function roundsUsed(db: Db, order_id: string): Promise<number> {
  return Number((await db('change_requests').where({ order_id }).count('* as n').first())?.n);
}

/** Points that were neither done nor answered with a reason: no new version is sent while there is one. */
export const openPoints = (requests: ChangeRequest[]): Point[] =>
  requests.flatMap((request) =>
    request.points.filter((point) => point.answer === null || point.answer.answer === 'question'),
  );

/** A colleague answers one point. Saying no, or asking back, needs words. */
export async function answer(
  db: Db,
  order: Order,
  point_id: string,
  given: { answer: Answer['answer']; text: string | null },
  staff_id: string,
): Promise<void> {
  if (given.answer !== 'done' && !given.text) throw new Invalid({ text: 'changes.reason_needed' });
  await within(db, async (trx) => {
    const point = await trx('change_points')
      .join('change_requests', 'change_requests.id', 'change_points.change_request_id')
      .where({ 'change_points.id': point_id, 'change_requests.order_id': order.id })
      .first('change_points.number', 'change_requests.round');
    if (!point) throw new NotFound();
    await trx('change_answers').insert({
      id: randomUUID(),
      change_point_id: point_id,
      ...given,
      staff_id,
      answered_at: now(),
    });
    await event.append(trx, order.id, 'changes.answered', event.byStaff(staff_id), {
      round: point.round,
      point: point.number,
      answer: given.answer,
      text: given.text,
    });
  });
}

/**
 * Makes the next version from the shop's file, or from the one that the customer sent with the request.
 * Conflict while a point is open.
 */
export async function revise(
  db: Db,
  order: Order,
  upload: { sha256: string; bytes: number; media_type: string; name: string } | null,
  staff_id: string,
): Promise<void> {
  const requests = await ofOrder(db, order.id);
  if (openPoints(requests).length > 0) throw new Conflict('conflict.open_points');
  const sent = requests.findLast((request) => request.artwork_id !== null);
  const newest = requests.at(-1);
  await within(db, async (trx) => {
    const file = upload
      ? await artwork.attach(trx, order.id, upload, 'staff', event.byStaff(staff_id))
      : null;
    const artwork_id = file?.id ?? (sent && sent.id === newest?.id ? sent.artwork_id : null);
    if (!artwork_id) throw new Invalid({ artwork: 'changes.file_needed' });
    await remake(trx, order.id, artwork_id);
  });
}
