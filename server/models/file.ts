import { type Db, now } from './database';

export interface StoredFile {
  sha256: string;
  bytes: number;
  media_type: string;
}

/** Notes a file that storage holds. The same bytes twice are one file. */
export async function note(trx: Db, file: StoredFile): Promise<void> {
  await trx('files')
    .insert({ ...file, created_at: now() })
    .onConflict('sha256')
    .ignore();
}
