// Files by their SHA-256: saved from a stream, opened as a stream, never held whole in memory.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
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
  /** Throws when files cannot be written now. */
  check(): Promise<void>;
}

const SHA256 = /^[0-9a-f]{64}$/;
const READ_ONLY = 0o444;

/** Keeps files in a folder, as `ab/cdef…`. */
export async function openFolder(folder: string): Promise<Storage> {
  const incoming = join(folder, 'incoming');
  // Half-received files of a process that died; nothing refers to them.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });

  const pathOf = (sha256: string) => {
    if (!SHA256.test(sha256)) throw new NotFound();
    return join(folder, sha256.slice(0, 2), sha256.slice(2));
  };

  const sizeOf = async (path: string) => {
    try {
      return (await stat(path)).size;
    } catch {
      throw new NotFound();
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
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        const directory = await open(dirname(path));
        await directory.sync().finally(() => directory.close());
        return { sha256, bytes };
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async open(sha256) {
      const path = pathOf(sha256);
      const bytes = await sizeOf(path);
      return { stream: createReadStream(path), bytes };
    },
    async lend(sha256, use) {
      const path = pathOf(sha256);
      await sizeOf(path);
      return use(path);
    },
    check: () => access(incoming, constants.W_OK),
  };
}
