// A pack's container. Everything is stored as it is and every field of the zip follows from the files and one day, so
// that the container can be made again and compared byte for byte: no change to it can hide.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type ZipFile as OpenZip, openPromise } from 'yauzl';
import { ZipFile } from 'yazl';

export const MAX_ENTRIES = 5_000;
/** Larger ones hold large artwork; a zip says itself how long it is, and nothing in it is compressed. */
export const MAX_PACK_BYTES = 16 * 1024 ** 3;
const MODE = 0o100644;
const METHOD_STORED = 0;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const NAME_LENGTH = 200;

export interface PackFile {
  /** Path in the pack: letters, digits, `.`, `_`, `-` and `/`. */
  name: string;
  bytes: number;
  open(): Promise<Readable>;
}

export const fileOf = (name: string, content: string | Uint8Array): PackFile => {
  const bytes = Buffer.from(content as Uint8Array);
  return { name, bytes: bytes.length, open: async () => Readable.from([bytes]) };
};

export const isPackName = (name: string): boolean => name.length <= NAME_LENGTH && NAME.test(name);

/** The zip of these files in this order, as a stream. `day` is `YYYY-MM-DD`, the day written on every file. */
export function zipOf(files: PackFile[], day: string): Readable {
  const zip = new ZipFile();
  const [year, month, date] = day.split('-').map(Number);
  // A zip's clock has no zone. At noon no summer time can move the day.
  const mtime = new Date(year, month - 1, date, 12);
  const out = zip.outputStream as Readable;
  zip.on('error', (error) => out.destroy(error));
  for (const file of files) {
    if (!isPackName(file.name)) throw new Error(`No name for a file in a pack: ${file.name}`);
    const options = { mtime, mode: MODE, compress: false, forceDosTimestamp: true, size: file.bytes };
    zip.addReadStreamLazy(file.name, options, (done) => {
      file.open().then(
        (stream) => {
          stream.once('error', (error) => out.destroy(error));
          done(null, stream);
        },
        (error) => done(error, Readable.from([])),
      );
    });
  }
  zip.end();
  return out;
}

/** Why a zip is not opened at all. */
export class PackRefused extends Error {}

export interface OpenPack {
  files: PackFile[];
  /** Whether the container is exactly the one that `zipOf` makes of these files on that day. */
  isAsMade(day: string): Promise<boolean>;
  close(): void;
}

/** Opens a zip of a stranger. Refuses doubled names, names that lead elsewhere, and anything compressed or encrypted. */
export async function openPack(path: string): Promise<OpenPack> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true }).catch(
    (error: Error) => {
      throw new PackRefused(error.message);
    },
  );
  try {
    const files = await entriesOf(zip);
    return {
      files,
      isAsMade: async (day) => (await digest(zipOf(files, day))) === (await digest(createReadStream(path))),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error instanceof PackRefused ? error : new PackRefused((error as Error).message);
  }
}

async function entriesOf(zip: OpenZip): Promise<PackFile[]> {
  if (zip.entryCount > MAX_ENTRIES) throw new PackRefused('it holds too many files');
  if (zip.fileSize > MAX_PACK_BYTES) throw new PackRefused('it is too large');
  const files: PackFile[] = [];
  const names = new Set<string>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    if (!isPackName(name))
      throw new PackRefused(`it holds a name that a pack never has: ${JSON.stringify(name)}`);
    const folded = name.toLowerCase();
    if (names.has(folded)) throw new PackRefused(`it holds ${name} twice`);
    names.add(folded);
    const isPlain =
      entry.compressionMethod === METHOD_STORED &&
      !entry.isEncrypted() &&
      entry.compressedSize === entry.uncompressedSize;
    if (!isPlain) throw new PackRefused(`${name} is compressed or encrypted, which a pack's files never are`);
    total += entry.uncompressedSize;
    if (total > zip.fileSize) throw new PackRefused('its files are said to be larger than it is');
    files.push({ name, bytes: entry.uncompressedSize, open: () => zip.openReadStreamPromise(entry) });
  }
  return files;
}

async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
