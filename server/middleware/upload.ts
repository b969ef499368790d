// Files go from the wire to storage as they arrive; nothing is held in memory and no name becomes a path.
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { Invalid } from '../errors';
import { MAX_PHOTO_BYTES, type PhotoUpload } from '../models/photo';
import { portal } from '../portal';

const MAX_FIELDS = 250;
const MAX_FIELD_BYTES = 512 * 1024;
const MAX_FIELD_NAME_BYTES = 200;
const MEGABYTE = 1024 * 1024;

export interface Upload {
  sha256: string;
  bytes: number;
  media_type: string;
  name: string;
}

const engine: StorageEngine = {
  _handleFile(req, file, done) {
    let isCut = false;
    file.stream.once('limit', () => {
      isCut = true;
      file.stream.destroy(new MulterError('LIMIT_FILE_SIZE', file.fieldname));
    });
    portal(req)
      .storage.save(file.stream)
      .then(
        (saved) => done(null, { filename: saved.sha256, size: saved.bytes }),
        (error) => done(isCut ? new MulterError('LIMIT_FILE_SIZE', file.fieldname) : error),
      );
  },
  _removeFile(_req, _file, done) {
    done(null);
  },
};

// multer reads file names as Latin-1, browsers send UTF-8.
const nameOf = (file: Express.Multer.File) => Buffer.from(file.originalname, 'latin1').toString('utf8');

const readers = new Map<string, RequestHandler>();

function reader(field: string, limit: number): RequestHandler {
  const key = `${field}:${limit}`;
  let found = readers.get(key);
  if (!found) {
    found = multer({
      storage: engine,
      limits: {
        files: 1,
        fileSize: limit,
        fields: MAX_FIELDS,
        fieldSize: MAX_FIELD_BYTES,
        fieldNameSize: MAX_FIELD_NAME_BYTES,
      },
    }).single(field);
    readers.set(key, found);
  }
  return found;
}

/** Reads a form with at most one file in `field`; the file is on `req.file`, saved under its hash. */
export function upload(field: string) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { upload_limit_bytes } = portal(req).config;
    reader(field, upload_limit_bytes)(req, res, (error: unknown) => {
      // Whoever went away while the file was arriving needs no answer.
      if (req.destroyed && !req.complete) return;
      if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') {
        next(
          new Invalid({ [field]: 'artwork.too_large' }, 'artwork_too_large', {
            mb: Math.floor(upload_limit_bytes / MEGABYTE),
          }),
        );
      } else next(error);
    });
  };
}

/** Reads a form with at most one photograph in `field`. */
export function uploadPhoto(field: string) {
  return (req: Request, res: Response, next: NextFunction): void => {
    reader(field, MAX_PHOTO_BYTES)(req, res, (error: unknown) => {
      if (req.destroyed && !req.complete) return;
      if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') {
        const vars = { mb: Math.floor(MAX_PHOTO_BYTES / MEGABYTE) };
        next(new Invalid({ [field]: 'photo.too_large' }, 'photo_too_large', vars));
      } else next(error);
    });
  };
}

const HEAD_BYTES = 12;

/** JPEG, PNG or WebP by its first bytes; what the browser calls it is not believed. */
export function photoKind(head: Buffer): string | null {
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (head.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return 'image/png';
  const isWebp = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP';
  return isWebp ? 'image/webp' : null;
}

/** The photograph that came with a form, or null when none was taken. Invalid when it is no photograph. */
export async function photoOrNull(req: Request): Promise<PhotoUpload | null> {
  const { file } = req;
  if (!file || (file.size === 0 && file.originalname === '')) return null;
  const { stream } = await portal(req).storage.open(file.filename);
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part as Buffer);
    if (Buffer.concat(parts).length >= HEAD_BYTES) break;
  }
  const media_type = photoKind(Buffer.concat(parts));
  if (!media_type) throw new Invalid({ [file.fieldname]: 'photo.kind' }, 'photo_kind');
  return { sha256: file.filename, bytes: file.size, media_type, name: nameOf(file) };
}

/** The file that came with a form, or null when none was chosen. An empty file is no file to print. */
export function uploadOrNull(req: Request): Upload | null {
  const { file } = req;
  if (!file || (file.size === 0 && file.originalname === '')) return null;
  if (file.size === 0) throw new Invalid({ [file.fieldname]: 'artwork.empty' }, 'artwork_empty');
  return { sha256: file.filename, bytes: file.size, media_type: file.mimetype, name: nameOf(file) };
}
