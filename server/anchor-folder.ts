// Where the daily anchors lie: one text file a day in the data folder, for whoever copies them away.
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

export interface AnchorFolder {
  path: string;
  /** Days that have a file, oldest first, as "2026-11-23". */
  days(): Promise<string[]>;
  readOrNull(day: string): Promise<string | null>;
  /** Writes a day's file; it is whole or not there. */
  write(day: string, text: string): Promise<void>;
  /** Puts the authority's answer beside a day's file. */
  writeStamp(day: string, tsr: Uint8Array): Promise<void>;
}

const NAME = /^(\d{4}-\d\d-\d\d)\.txt$/;

export function anchorFolder(path: string): AnchorFolder {
  const write = async (name: string, content: string | Uint8Array) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const temporary = join(path, `.${name}.arriving`);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(path, name));
  };
  const unlessGone = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
    work.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return otherwise;
    });
  return {
    path,
    days: async () =>
      (await unlessGone(readdir(path), [])).flatMap((name) => NAME.exec(name)?.[1] ?? []).sort(),
    readOrNull: (day) => unlessGone<string | null>(readFile(join(path, `${day}.txt`), 'utf8'), null),
    write: (day, text) => write(`${day}.txt`, text),
    writeStamp: (day, tsr) => write(`${day}.tsr`, tsr),
  };
}
