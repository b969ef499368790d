// Once a day, the last hash of every order's history in one text file, chained to the day before. Kept elsewhere, it
// shows what no chain can show of itself: that its end is missing, or that an order is gone altogether.
import { type Db, now } from './database';
import { FIRST_PREV_HASH } from './event';
import * as task from './task';
import { sha256 } from './token';

const TITLE = 'bon-a-tirer anchor 1';
const HEADER_LINES = 5;
const LINE = /^(\S+) (\S+) (\d+) ([0-9a-f]{64})$/;
const ORDERS_A_READ = 200;

export interface Anchor {
  day: string;
  sha256: string;
  prev_sha256: string;
  orders: number;
  made_at: string;
}

export interface Head {
  ref: string;
  order_id: string;
  seq: number;
  hash: string;
}

export interface Read {
  day: string;
  made_at: string;
  previous: string;
  heads: Head[];
}

/** What an anchor names and the database does not have: an order, the end of a history, or another line there. */
export interface Loss {
  ref: string;
  what: 'order' | 'end' | 'line';
  seq: number;
}

export const dayOf = (at: string) => at.slice(0, 10);

/** The anchor file of a day, as text. `previous` is the SHA-256 of the file before it, or null for the first. */
export async function compose(db: Db, day: string, previous: string | null): Promise<string> {
  const last = db('events').select('order_id').max('seq as seq').groupBy('order_id').as('last');
  const heads: Head[] = await db('events as e')
    .join(last, (on) => on.on('last.order_id', 'e.order_id').andOn('last.seq', 'e.seq'))
    .join('orders as o', 'o.id', 'e.order_id')
    .orderBy('e.order_id')
    .select('o.ref', 'e.order_id', 'e.seq', 'e.hash');
  return [
    TITLE,
    `day ${day}`,
    `made ${now()}`,
    `previous ${previous ?? FIRST_PREV_HASH}`,
    `orders ${heads.length}`,
    ...heads.map(({ ref, order_id, seq, hash }) => `${ref} ${order_id} ${seq} ${hash}`),
    '',
  ].join('\n');
}

/** Reads an anchor file; null when it is not one, or not whole. */
export function readOrNull(text: string): Read | null {
  const lines = text.split('\n');
  const word = (index: number, name: string) =>
    lines[index]?.startsWith(`${name} `) ? lines[index].slice(name.length + 1) : null;
  const [day, made_at, previous, orders] = ['day', 'made', 'previous', 'orders'].map((name, index) =>
    word(index + 1, name),
  );
  const heads = lines.slice(HEADER_LINES, -1).map((line) => LINE.exec(line));
  const isWhole =
    lines[0] === TITLE && lines.at(-1) === '' && String(heads.length) === orders && heads.every(Boolean);
  if (!isWhole || !day || !made_at || !previous) return null;
  return {
    day,
    made_at,
    previous,
    heads: heads.map((head) => {
      const [, ref, order_id, seq, hash] = head as RegExpExecArray;
      return { ref, order_id, seq: Number(seq), hash };
    }),
  };
}

export async function ofDayOrNull(db: Db, day: string): Promise<Anchor | null> {
  return (await db('anchors').where({ day }).first()) ?? null;
}

export async function newestOrNull(db: Db): Promise<Anchor | null> {
  return (await db('anchors').orderBy('day', 'desc').first()) ?? null;
}

/** Keeps a day's anchor, whose file is written, and has it stamped and sent. The first one of a day stays. */
export async function keep(db: Db, text: string): Promise<void> {
  const read = readOrNull(text);
  if (!read) throw new Error('This is no whole anchor.');
  const { day, made_at, previous, heads } = read;
  await db.transaction(async (trx) => {
    if (await ofDayOrNull(trx, day)) return;
    await trx('anchors').insert({
      day,
      sha256: sha256(text),
      prev_sha256: previous,
      orders: heads.length,
      made_at,
    });
    await task.enqueue(trx, 'stamp_anchor', { day }, { key: `stamp_anchor:${day}` });
    await task.enqueue(trx, 'send_anchor', { day }, { key: `send_anchor:${day}` });
  });
}

/** Holds an anchor against the database: everything that it names and that is no longer there, or is another. */
export async function losses(db: Db, heads: Head[]): Promise<Loss[]> {
  const found: Loss[] = [];
  for (let from = 0; from < heads.length; from += ORDERS_A_READ) {
    const batch = heads.slice(from, from + ORDERS_A_READ);
    const rows: Array<{ order_id: string; seq: number; hash: string }> = await db('events')
      .whereIn(
        'order_id',
        batch.map(({ order_id }) => order_id),
      )
      .select('order_id', 'seq', 'hash');
    const hashes = new Map(rows.map(({ order_id, seq, hash }) => [`${order_id} ${seq}`, hash]));
    const known = new Set(rows.map(({ order_id }) => order_id));
    for (const { ref, order_id, seq, hash } of batch) {
      const there = hashes.get(`${order_id} ${seq}`);
      if (there === hash) continue;
      found.push({ ref, seq, what: !known.has(order_id) ? 'order' : there ? 'line' : 'end' });
    }
  }
  return found;
}

/** The folder of anchor files, as far as a look at them needs. */
export interface Files {
  days(): Promise<string[]>;
  readOrNull(day: string): Promise<string | null>;
}

export interface Standing {
  /** Day of the newest anchor in the folder; null when there is none yet. */
  day: string | null;
  losses: Loss[];
  /**
   * The database has never heard of that anchor, which is newer than all of its own: a backup was put back. What is
   * missing then is what came after that backup.
   */
  is_restored: boolean;
}

/** Holds the newest anchor against the database. */
export async function standing(db: Db, files: Files): Promise<Standing> {
  const day = (await files.days()).at(-1) ?? null;
  const read = day ? readOrNull((await files.readOrNull(day)) ?? '') : null;
  if (!day || !read) return { day: null, losses: [], is_restored: false };
  const lost = await losses(db, read.heads);
  const newest = await newestOrNull(db);
  return { day, losses: lost, is_restored: lost.length > 0 && (newest === null || newest.day < day) };
}
