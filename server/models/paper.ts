// The PDFs that the shop hands out: the signed record and the receipt. Made once, kept by hash.
import { randomUUID } from 'node:crypto';
import { type Db, lockOrder, now } from './database';
import * as event from './event';
import * as file from './file';

export interface Paper {
  id: string;
  order_id: string;
  kind: 'record' | 'receipt';
  /** The approval or payment it speaks of. */
  subject_id: string;
  sha256: string;
  made_at: string;
}

export async function findOrNull(db: Db, kind: Paper['kind'], subject_id: string): Promise<Paper | null> {
  return (await db('papers').where({ kind, subject_id }).first()) ?? null;
}

/** Keeps a paper; the first one made for a subject is the one that stays. */
export async function keep(
  db: Db,
  paper: Pick<Paper, 'order_id' | 'kind' | 'subject_id' | 'sha256'>,
  bytes: number,
): Promise<Paper> {
  await db.transaction(async (trx) => {
    await lockOrder(trx, paper.order_id);
    if (await findOrNull(trx, paper.kind, paper.subject_id)) return;
    await file.note(trx, { sha256: paper.sha256, bytes, media_type: 'application/pdf' });
    await trx('papers').insert({ ...paper, id: randomUUID(), made_at: now() });
    await event.append(trx, paper.order_id, 'record.made', event.SYSTEM, {
      kind: paper.kind,
      subject: paper.subject_id,
      sha256: paper.sha256,
    });
  });
  return (await findOrNull(db, paper.kind, paper.subject_id)) as Paper;
}
