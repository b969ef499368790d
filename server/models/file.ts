import { type Db, now } from './database';

export interface StoredFile {
  sha256: string;
  bytes: number;
  media_type: string;
}

/** What stands in `shown_sha256` of a photograph that cannot be opened. */
export const CANNOT_BE_SHOWN = '';

/** Notes the copy of a photograph that pages show, or that there can be none. */
export async function noteCopy(db: Db, sha256: string, copy: StoredFile | null): Promise<void> {
  if (copy) await note(db, copy);
  await db('files')
    .where({ sha256 })
    .update({ shown_sha256: copy?.sha256 ?? CANNOT_BE_SHOWN });
}

/** Notes a file that storage holds. The same bytes twice are one file. */
export async function note(trx: Db, file: StoredFile): Promise<void> {
  await trx('files')
    .insert({ ...file, created_at: now() })
    .onConflict('sha256')
    .ignore();
}
