// Whether the database still has everything that its anchors name. Done at every start with the newest anchor, and
// with all of them by `npm run -s verify-anchors`.
import type { X509Certificate } from 'node:crypto';
import type { Knex } from 'knex';
import type { AnchorFolder } from './anchor-folder';
import * as anchor from './models/anchor';
import { FIRST_PREV_HASH } from './models/event';
import * as timestamp from './models/timestamp';
import { sha256 } from './models/token';
import { checkToken } from './timestamp-token';

const WHAT = {
  order: (ref: string) => `order ${ref} is gone`,
  end: (ref: string, seq: number) => `the history of order ${ref} ends before line ${seq}`,
  line: (ref: string, seq: number) => `line ${seq} of order ${ref} is another one`,
};
export const inWords = ({ what, ref, seq }: anchor.Loss): string => WHAT[what](ref, seq);

const NAMED_AT_MOST = 5;
export function listed(losses: anchor.Loss[]): string {
  const more = losses.length - NAMED_AT_MOST;
  const named = losses.slice(0, NAMED_AT_MOST).map(inWords).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}

/** Refuses a database from which something was removed; one that was restored from a backup may open. */
export async function assertAnchored(db: Knex, folder: AnchorFolder): Promise<void> {
  const { day, losses, is_restored } = await anchor.standing(db, folder);
  if (losses.length === 0 || is_restored) return;
  throw new Error(
    `The database no longer has what its anchor of ${day} names: ${listed(losses)}. It was changed outside the portal: restore a backup before you serve orders from it.`,
  );
}

/** Every anchor in the folder: one line each, and what is wrong with it. */
export async function verifyAll(
  db: Knex,
  folder: AnchorFolder,
  roots: X509Certificate[] | null,
): Promise<Array<{ day: string; faults: string[] }>> {
  const results: Array<{ day: string; faults: string[] }> = [];
  const rows: anchor.Anchor[] = await db('anchors').orderBy('day');
  const days = new Set([...(await folder.days()), ...rows.map(({ day }) => day)]);
  let previous: string | null = null;
  for (const day of [...days].sort()) {
    const faults: string[] = [];
    results.push({ day, faults });
    const row = rows.find((each) => each.day === day);
    const text = await folder.readOrNull(day);
    if (text === null) {
      faults.push('its file is not in the folder');
      previous = row?.sha256 ?? null;
      continue;
    }
    const hash = sha256(text);
    const read = anchor.readOrNull(text);
    if (!read) faults.push('its file is not whole');
    if (row && row.sha256 !== hash) faults.push('its file is not the one that the database names');
    if (!row) faults.push('the database does not know it: a backup was put back, or it was removed');
    if (read && read.previous !== (previous ?? FIRST_PREV_HASH) && previous !== null)
      faults.push('it does not follow the anchor before it');
    faults.push(...(read ? (await anchor.losses(db, read.heads)).map(inWords) : []));
    const stamp = await timestamp.findOrNull(db, 'anchor', day);
    if (stamp && roots) {
      try {
        checkToken(Buffer.from(stamp.token, 'base64'), { sha256: hash, roots });
      } catch (error) {
        faults.push((error as Error).message);
      }
    }
    previous = hash;
  }
  return results;
}
