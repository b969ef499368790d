// A file that is only looked at: hashed and searched as it arrives, kept nowhere.
import { createHash } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { portal } from '../portal';

/** Longest file that the public page checks. */
export const CHECK_LIMIT_BYTES = 250 * 1024 ** 2;
const MAX_FIELDS = 5;

export interface Measured {
  sha256: string;
  bytes: number;
  /** Carries one of the marks, whatever became of the rest. */
  isMarked: boolean;
}

/** Reads a stream to its end. `marks` are lowercase hexadecimal and are found in either case. */
export async function measure(stream: AsyncIterable<Buffer>, marks: string[]): Promise<Measured> {
  const hash = createHash('sha256');
  const overlap = Math.max(1, ...marks.map((mark) => mark.length)) - 1;
  let bytes = 0;
  let isMarked = false;
  let tail = '';
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
    if (isMarked) continue;
    const text = tail + chunk.toString('latin1').toLowerCase();
    isMarked = marks.some((mark) => text.includes(mark));
    tail = overlap > 0 ? text.slice(-overlap) : '';
  }
  return { sha256: hash.digest('hex'), bytes, isMarked };
}

const engine: StorageEngine = {
  _handleFile(req, file, done) {
    file.stream.once('limit', () => {
      file.stream.destroy(new MulterError('LIMIT_FILE_SIZE', file.fieldname));
    });
    measure(file.stream as AsyncIterable<Buffer>, portal(req).sealer.marks).then(
      (measured) => done(null, measured as Partial<Express.Multer.File>),
      done,
    );
  },
  _removeFile(_req, _file, done) {
    done(null);
  },
};

const reader = (field: string, limit: number) =>
  multer({
    storage: engine,
    limits: { files: 1, fileSize: limit, fields: MAX_FIELDS, fieldSize: 1024, fieldNameSize: 100 },
  }).single(field);

/** Measures the one file of a form; the answer is in `measuredOrNull`. Too long a file is `tooLong`. */
export function measureUpload(field: string, limit: number = CHECK_LIMIT_BYTES) {
  const read = reader(field, limit);
  return (req: Request, res: Response, next: NextFunction): void => {
    read(req, res, (error: unknown) => {
      res.locals.is_too_long = error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE';
      next(res.locals.is_too_long ? undefined : error);
    });
  };
}

export const measuredOrNull = (req: Request): Measured | null => {
  const measured = req.file as unknown as Measured | undefined;
  return measured && measured.bytes > 0 ? measured : null;
};
