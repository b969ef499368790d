// What a stranger may learn from a file or a code: whether it is ours, and nothing of whose or what.
import type { Db } from './database';

/** Whether these exact bytes are a proof or a paper that this shop issued. */
export async function isIssued(db: Db, sha256: string): Promise<boolean> {
  for (const table of ['proofs', 'papers']) {
    if (await db(table).where({ sha256 }).first('id')) return true;
  }
  return false;
}

/** Approvals whose id begins with these hexadecimal digits: one, by all likelihood. */
export async function approvalsBeginning(
  db: Db,
  id_prefix: string,
): Promise<Array<{ id: string; signed_at: string }>> {
  // Any digit sorts before "g", in every collation: this finds by the primary key.
  return db('approvals')
    .where('id', '>=', id_prefix)
    .where('id', '<', `${id_prefix}g`)
    .select('id', 'signed_at');
}
