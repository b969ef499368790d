// Evidence packs that were made of signed orders: which, when, from which history, and by whom.
import { randomUUID } from 'node:crypto';
import { Conflict, NotFound } from '../errors';
import { type Db, lockOrder, now, within } from './database';
import * as event from './event';
import * as file from './file';
import type { Order } from './order';
import * as task from './task';

export const KINDS = ['bank', 'court'] as const;
export type Kind = (typeof KINDS)[number];
export const isKind = (text: unknown): text is Kind => KINDS.includes(text as Kind);

export interface Pack {
  id: string;
  order_id: string;
  kind: Kind;
  /** Last line of the order's history that the pack holds. */
  head_sha256: string;
  sha256: string;
  bytes: number;
  /** Pages of a bank pack; null for a court pack. */
  pages: number | null;
  /** Null when it was made on the command line. */
  made_by: string | null;
  made_at: string;
}

const keyOf = (order_id: string, kind: Kind) => `pack:${order_id}:${kind}`;

/** Has a pack made by the worker; one at a time of each kind. Conflict for an order without a live signature. */
export async function ask(
  db: Db,
  order: Pick<Order, 'id' | 'live_approval_id'>,
  kind: Kind,
  staff_id: string,
): Promise<void> {
  if (!order.live_approval_id) throw new Conflict('conflict.nothing_signed');
  await within(db, (trx) =>
    task.enqueue(
      trx,
      'make_pack',
      { order_id: order.id, kind, staff_id },
      { key: keyOf(order.id, kind), order_id: order.id, again: true },
    ),
  );
}

/** Kinds that are being made now, and those whose making a person must look at. */
export async function underWay(db: Db, order_id: string): Promise<{ making: Kind[]; parked: Kind[] }> {
  const rows: Array<{ key: string; state: string }> = await db('tasks')
    .whereIn(
      'key',
      KINDS.map((kind) => keyOf(order_id, kind)),
    )
    .select('key', 'state');
  const of = (...states: string[]) =>
    KINDS.filter((kind) =>
      rows.some(({ key, state }) => key === keyOf(order_id, kind) && states.includes(state)),
    );
  return { making: of('ready', 'leased'), parked: of('parked') };
}

/** Notes a pack that storage holds. */
export async function keep(db: Db, made: Omit<Pack, 'id'>): Promise<Pack> {
  const id = randomUUID();
  await within(db, async (trx) => {
    await lockOrder(trx, made.order_id);
    await file.note(trx, { sha256: made.sha256, bytes: made.bytes, media_type: 'application/zip' });
    await trx('evidence_packs').insert({ ...made, id });
    await event.append(
      trx,
      made.order_id,
      'pack.made',
      made.made_by ? event.byStaff(made.made_by) : event.SYSTEM,
      { pack: id, kind: made.kind, sha256: made.sha256, head_sha256: made.head_sha256, made_at: now() },
    );
  });
  return findPack(db, made.order_id, id);
}

const parse = (row: Record<string, unknown>): Pack =>
  ({ ...row, bytes: Number(row.bytes) }) as unknown as Pack;

/** An order's packs, newest first. */
export async function ofOrder(db: Db, order_id: string): Promise<Pack[]> {
  return (await db('evidence_packs').where({ order_id }).orderBy('made_at', 'desc')).map(parse);
}

export async function findPack(db: Db, order_id: string, id: string): Promise<Pack> {
  const row = await db('evidence_packs').where({ id, order_id }).first();
  if (!row) throw new NotFound();
  return parse(row);
}
