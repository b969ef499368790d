// Files by their SHA-256: saved from a stream, opened as a stream, never held whole in memory.
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NotFound } from './errors';

export interface Saved {
  sha256: string;
  bytes: number;
}

export interface Storage {
  /** Saves a stream and returns its hash. The same bytes twice are one file. */
  save(stream: Readable): Promise<Saved>;
  open(sha256: string): Promise<{ stream: Readable; bytes: number }>;
  /** Lends the file as a path on this machine while `use` runs: the engine reads from paths only. */
  lend<T>(sha256: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Takes the file away for good; nothing when it is gone already. */
  remove(sha256: string): Promise<void>;
  /** Throws when files cannot be written now. */
  check(): Promise<void>;
}

const SHA256 = /^[0-9a-f]{64}$/;
const READ_ONLY = 0o444;
/** A file that has been arriving for longer than this belongs to a process that died. */
export const ARRIVING_MS = 24 * 60 * 60_000;

// Younger files may be arriving at another process of this shop at this moment.
async function sweepIncoming(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - ARRIVING_MS) await rm(path, { force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}

/** Keeps files in a folder, as `ab/cdef…`. */
export async function openFolder(folder: string): Promise<Storage> {
  const incoming = join(folder, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await sweepIncoming(incoming);

  const pathOf = (sha256: string) => {
    if (!SHA256.test(sha256)) throw new NotFound();
    return join(folder, sha256.slice(0, 2), sha256.slice(2));
  };

  const openKept = async (path: string) => {
    try {
      return await open(path);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new NotFound() : error;
    }
  };

  return {
    async save(stream) {
      const temporary = join(incoming, randomUUID());
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        await pipeline(
          stream,
          async function* measured(chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              hash.update(chunk);
              bytes += chunk.length;
              yield chunk;
            }
          },
          createWriteStream(temporary, { mode: READ_ONLY, flush: true }),
        );
        const sha256 = hash.digest('hex');
        const path = pathOf(sha256);
        const isNewFolder = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        await syncFolder(dirname(path));
        if (isNewFolder) await syncFolder(folder);
        return { sha256, bytes };
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async open(sha256) {
      const file = await openKept(pathOf(sha256));
      const { size } = await file.stat();
      return { stream: file.createReadStream(), bytes: size };
    },
    async lend(sha256, use) {
      const path = pathOf(sha256);
      await (await openKept(path)).close();
      return use(path);
    },
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    check: () => access(incoming, constants.W_OK),
  };
}
