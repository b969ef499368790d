import { type NextFunction, type Request, type Response, Router } from 'express';
import multer from 'multer';
import type Stripe from 'stripe';
import type { Bank } from './bank';
import { type Books, now, row } from './books';
import { ApiError, invalid, missing } from './errors';
import { newId } from './ids';

/** An uploaded file: the stand-in keeps its label, not its bytes. */
export interface FileRow {
  id: string;
  created: number;
  filename: string;
  purpose: string;
  size: number;
}

export const FILE_LIMIT_BYTES = 5 * 1024 * 1024;

/** Uploads come as multipart bodies, unlike everything else. */
export function router(bank: Bank): Router {
  const files = Router();
  const upload = multer({ limits: { fileSize: FILE_LIMIT_BYTES, files: 1 } }).single('file');
  files.post('/v1/files', upload, refuseUpload, (req: Request, res: Response) =>
    reply(res, () => {
      if (!req.file) throw invalid('Missing required param: file.', 'file', 'parameter_missing');
      const purpose: unknown = req.body.purpose;
      if (purpose !== 'dispute_evidence') throw invalid(`Invalid purpose: ${String(purpose)}`, 'purpose');
      const file = add(bank.books, req.file.originalname, purpose, req.file.size);
      bank.save();
      return render(file);
    }),
  );
  files.get('/v1/files/:id', (req, res) =>
    reply(res, () => {
      const file = row(bank.books.files, req.params.id);
      if (!file) throw missing('file', req.params.id, 'file');
      return render(file);
    }),
  );
  return files;
}

function refuseUpload(error: Error, _req: Request, res: Response, _next: NextFunction) {
  reply(res, () => {
    throw invalid(`The file could not be taken: ${error.message}.`, 'file');
  });
}

function reply(res: Response, verb: () => object) {
  try {
    res.json(verb());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    res.status(error.status).json({ error: error.body });
  }
}

function add(books: Books, filename: string, purpose: string, size: number): FileRow {
  const file = { id: newId('file'), created: now(books), filename, purpose, size };
  books.files[file.id] = file;
  return file;
}

function render(file: FileRow): Stripe.File {
  return {
    id: file.id,
    object: 'file',
    created: file.created,
    expires_at: null,
    filename: file.filename,
    purpose: 'dispute_evidence',
    size: file.size,
    title: null,
    type: file.filename.split('.').at(-1)!.toLowerCase(),
    url: null,
  };
}
