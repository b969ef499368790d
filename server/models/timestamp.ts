// What an outside authority said of the time. It comes after the fact, as a line of its own; the signature that it
// speaks of is never touched and never waits for it.
import { type Db, lockOrder, now, type Trx } from './database';
import * as event from './event';
import * as task from './task';

export interface Timestamp {
  kind: 'approval' | 'anchor';
  /** The approval's id, or the anchor's day. */
  subject_id: string;
  order_id: string | null;
  /** The hash that was stamped: the approval's `event_hash`, or the anchor's own. */
  imprint_sha256: string;
  /** The authority's whole answer (TimeStampResp, DER) in base64: what `openssl ts -verify -in` takes. */
  token: string;
  /** The authority's time, ISO-8601 UTC. */
  gen_time: string;
  serial: string;
  tsa: string;
  /** When the answer came, by the shop's clock. */
  received_at: string;
}

/** `pending`: it is asked for and has not come yet. `none`: nobody is asked, so none will come. */
export type StampState = { state: 'stamped'; stamp: Timestamp } | { state: 'pending' | 'none'; stamp: null };

/** An answer as the authority's client hands it over, checked. */
export interface Answer {
  tsr: Buffer;
  gen_time: string;
  serial: string;
  tsa: string;
}

const taskKey = (approval_id: string) => `stamp:${approval_id}`;

/** Asks for an approval's time stamp, in the transaction that signs it. The task ends at once where nobody stamps. */
export async function ask(trx: Trx, approval: { id: string; order_id: string }): Promise<void> {
  const { id, order_id } = approval;
  await task.enqueue(trx, 'stamp_approval', { approval_id: id }, { key: taskKey(id), order_id });
}

export async function findOrNull(
  db: Db,
  kind: Timestamp['kind'],
  subject_id: string,
): Promise<Timestamp | null> {
  return (await db('timestamps').where({ kind, subject_id }).first()) ?? null;
}

/** Signatures whose stamp is asked for and has not come. */
export async function waiting(db: Db): Promise<number> {
  const [{ n }] = await db('tasks')
    .where({ kind: 'stamp_approval' })
    .whereIn('state', ['ready', 'leased', 'parked'])
    .count({ n: '*' });
  return Number(n);
}

const row = (answer: Answer) => ({
  token: answer.tsr.toString('base64'),
  gen_time: answer.gen_time,
  serial: answer.serial,
  tsa: answer.tsa,
  received_at: now(),
});

/** Keeps an approval's stamp and writes the line that carries it. The first one stays. */
export async function keepForApproval(
  db: Db,
  approval: { id: string; order_id: string; event_hash: string },
  answer: Answer,
): Promise<void> {
  const { id, order_id, event_hash } = approval;
  await db.transaction(async (trx) => {
    await lockOrder(trx, order_id);
    if (await findOrNull(trx, 'approval', id)) return;
    const stamp = row(answer);
    await trx('timestamps').insert({
      kind: 'approval',
      subject_id: id,
      order_id,
      imprint_sha256: event_hash,
      ...stamp,
    });
    await event.append(trx, order_id, 'approval.timestamped', event.SYSTEM, {
      approval: id,
      event_hash,
      gen_time: stamp.gen_time,
      serial: stamp.serial,
      tsa: stamp.tsa,
      token: stamp.token,
    });
  });
}

/** Keeps an anchor's stamp, which belongs to no order. The first one stays; the authority's answer is returned. */
export async function keepForAnchor(
  db: Db,
  anchor: { day: string; sha256: string },
  answer: Answer,
): Promise<Buffer> {
  const { day, sha256 } = anchor;
  await db.transaction(async (trx) => {
    if (await findOrNull(trx, 'anchor', day)) return;
    await trx('timestamps').insert({
      kind: 'anchor',
      subject_id: day,
      order_id: null,
      imprint_sha256: sha256,
      ...row(answer),
    });
  });
  return answer.tsr;
}

/**
 * An approval's time stamp, or why there is none yet. `isOn`: whether this shop asks an authority now
 * (`portal.time_authority !== null`).
 */
export async function ofApproval(db: Db, approval_id: string, isOn: boolean): Promise<StampState> {
  const stamp = await findOrNull(db, 'approval', approval_id);
  if (stamp) return { state: 'stamped', stamp };
  const asked = isOn && (await task.isExpected(db, taskKey(approval_id)));
  return { state: asked ? 'pending' : 'none', stamp: null };
}
