import { randomUUID } from 'node:crypto';
import { Conflict, NotFound } from '../errors';
import { type Db, now, type Trx, within } from './database';
import * as event from './event';
import * as file from './file';
import * as message from './message';
import { findOrder, type Order, orderProof } from './order';
import { may, move } from './order-state';
import type { Fix } from './press-file';
import * as task from './task';

export interface Artwork {
  id: string;
  order_id: string;
  file_sha256: string;
  name: string;
  bytes: number;
  sent_by: 'customer' | 'staff';
  created_at: string;
}

/** The finding of a preflight as it is kept and shown; made by the proof engine. */
export interface Finding {
  code: string;
  severity: 'error' | 'warning' | 'info';
  page: number | null;
  place: { x_mm: number; y_mm: number; width_mm: number; height_mm: number } | null;
  text: Record<'en' | 'fr', string>;
  values: Record<string, string | number>;
  /** What the shop could do about it. */
  offers?: Fix[];
}

export interface Report {
  artwork: { kind: string; page_count: number };
  fit: { rule: string; scale_percent: number; rotated: boolean };
  pages: unknown[];
  colour_spaces: string[];
  fonts: Array<{ name: string; embedded: boolean }>;
  findings: Finding[];
}

export interface Refusal {
  code: string;
  text: Record<'en' | 'fr', string>;
}

export interface Preflight {
  is_accepted: boolean;
  report: Report | null;
  refusal: Refusal | null;
}

const NAME_LENGTH = 120;

/** The customer's name for a file, fit to be shown: no path, no control character, not longer than a line. */
export function shownName(name: string): string {
  const last = name.normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '').trim();
  return [...clean].slice(0, NAME_LENGTH).join('') || 'artwork';
}

/**
 * Receives a file for an order. In a draft it replaces the one before and is checked at once; a placed order that
 * waits for artwork goes on with it. The older files stay in the order's history.
 */
export async function submit(
  db: Db,
  order: Order,
  upload: { sha256: string; bytes: number; media_type: string; name: string },
  sent_by: 'customer' | 'staff',
  actor: event.Actor,
): Promise<Artwork> {
  return within(db, async (trx) => {
    const artwork = newArtwork(order.id, upload, sent_by);
    if (order.state === 'draft') {
      const taken = await trx('orders')
        .where({ id: order.id, state: 'draft' })
        .update({ current_artwork_id: artwork.id });
      if (taken === 0) throw new Conflict('conflict.placed_already');
    } else {
      await move(trx, order.id, 'submit_artwork', {
        where: { state: 'awaiting_artwork' },
        set: { current_artwork_id: artwork.id },
      });
    }
    await keep(trx, artwork, upload, actor);
    if (order.state === 'draft') await check(trx, artwork);
    else await orderProof(trx, await findOrder(trx, order.id));
    return artwork;
  });
}

/** Keeps a file that came with a change request; it becomes current when the shop makes the next version. */
export async function attach(
  trx: Trx,
  order_id: string,
  upload: { sha256: string; bytes: number; media_type: string; name: string },
  sent_by: 'customer' | 'staff',
  actor: event.Actor,
): Promise<Artwork> {
  const artwork = newArtwork(order_id, upload, sent_by);
  await keep(trx, artwork, upload, actor);
  return artwork;
}

const newArtwork = (
  order_id: string,
  upload: { sha256: string; bytes: number; name: string },
  sent_by: 'customer' | 'staff',
): Artwork => ({
  id: randomUUID(),
  order_id,
  file_sha256: upload.sha256,
  name: shownName(upload.name),
  bytes: upload.bytes,
  sent_by,
  created_at: now(),
});

async function keep(
  trx: Trx,
  artwork: Artwork,
  upload: { sha256: string; bytes: number; media_type: string },
  actor: event.Actor,
): Promise<void> {
  await file.note(trx, { sha256: upload.sha256, bytes: upload.bytes, media_type: upload.media_type });
  await trx('artworks').insert(artwork);
  await event.append(trx, artwork.order_id, 'artwork.received', actor, {
    artwork: artwork.id,
    sha256: artwork.file_sha256,
    bytes: artwork.bytes,
    name: artwork.name,
  });
}

/**
 * Has the file checked against the product chosen so far; a draft without a product waits for one. Who chose
 * another product and came back before the first check had begun has the file checked again.
 */
export async function check(trx: Db, artwork: Artwork): Promise<void> {
  const { id: artwork_id, order_id } = artwork;
  const { specification_sha256 } = await findOrder(trx, order_id);
  if (!specification_sha256 || (await preflightOrNull(trx, artwork_id, specification_sha256))) return;
  await task.enqueue(
    trx,
    'check_artwork',
    { artwork_id, order_id },
    { key: `check:${artwork_id}:${specification_sha256}`, order_id, again: true },
  );
}

/** Keeps what the engine found. The same artwork for the same specification has one preflight. */
export async function notePreflight(
  db: Db,
  artwork: Artwork,
  specification_sha256: string,
  preflight: Preflight,
): Promise<void> {
  await within(db, async (trx) => {
    const [row] = await trx('preflights')
      .insert({
        id: randomUUID(),
        artwork_id: artwork.id,
        specification_sha256,
        is_accepted: preflight.is_accepted ? 1 : 0,
        report: preflight.report && JSON.stringify(preflight.report),
        refusal: preflight.refusal && JSON.stringify(preflight.refusal),
        created_at: now(),
      })
      .onConflict(['artwork_id', 'specification_sha256'])
      .ignore()
      .returning('id');
    if (!row) return;
    const count = (severity: Finding['severity']) =>
      preflight.report?.findings.filter((finding) => finding.severity === severity).length ?? 0;
    await event.append(trx, artwork.order_id, 'artwork.checked', event.SYSTEM, {
      artwork: artwork.id,
      is_accepted: preflight.is_accepted,
      refused_because: preflight.refusal?.code ?? null,
      errors: count('error'),
      warnings: count('warning'),
    });
  });
}

export async function preflightOrNull(
  db: Db,
  artwork_id: string,
  specification_sha256: string,
): Promise<Preflight | null> {
  const row = await db('preflights').where({ artwork_id, specification_sha256 }).first();
  if (!row) return null;
  return {
    is_accepted: row.is_accepted === 1,
    report: row.report && JSON.parse(row.report),
    refusal: row.refusal && JSON.parse(row.refusal),
  };
}

/** The engine could make no proof of the current artwork: the order waits for another file. */
export async function refuse(db: Db, order: Order, artwork: Artwork, refusal: Refusal): Promise<void> {
  await within(db, async (trx) => {
    await move(trx, order.id, 'refuse_artwork', { where: { current_artwork_id: artwork.id } });
    await event.append(trx, order.id, 'artwork.refused', event.SYSTEM, {
      artwork: artwork.id,
      because: refusal.code,
    });
    await message.enqueue(trx, 'artwork-needed', order, `artwork-needed:${artwork.id}`, {
      reason: refusal.text[order.language],
    });
  });
}

export async function findArtwork(db: Db, order_id: string, id: string): Promise<Artwork> {
  const row = await db('artworks').where({ id, order_id }).first();
  if (!row) throw new NotFound();
  return row;
}

export async function currentOrNull(db: Db, order: Order): Promise<Artwork | null> {
  return order.current_artwork_id ? findArtwork(db, order.id, order.current_artwork_id) : null;
}

export async function ofOrder(db: Db, order_id: string): Promise<Artwork[]> {
  return db('artworks').where({ order_id }).orderBy('created_at');
}

export const mayBeSent = (order: Order): boolean =>
  order.state === 'draft' || may('submit_artwork', order.state);
