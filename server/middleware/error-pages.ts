import type { NextFunction, Request, Response } from 'express';
import { MulterError } from 'multer';
import { NotFound, PortalError } from '../errors';
import { portal } from '../portal';
import { wordsFor } from '../words';
import { languageOf } from './page';

export function notFound(_req: Request, _res: Response): never {
  throw new NotFound();
}

interface Shown {
  status: number;
  key: string;
  vars: Record<string, string | number>;
}

/** PostgreSQL's answer to an address that holds a character which no text of it can hold. */
const NO_SUCH_CHARACTER = '22021';

function shownAs(error: unknown): Shown {
  if (error instanceof PortalError) return { status: error.status, key: error.key, vars: error.vars };
  if (error instanceof MulterError) {
    return { status: error.code === 'LIMIT_FILE_SIZE' ? 413 : 400, key: 'upload_refused', vars: {} };
  }
  const { status, type, code } = error as { status?: number; type?: string; code?: string };
  if (code === NO_SUCH_CHARACTER) return { status: 400, key: 'bad_request', vars: {} };
  if (type === 'entity.too.large') return { status: 413, key: 'too_large', vars: {} };
  if (status === 429) return { status, key: 'too_many', vars: {} };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, key: 'bad_request', vars: {} };
  return { status: 500, key: 'fault', vars: {} };
}

/** Every error ends on a page that says what happened and what to do, never on a bare number. */
export function errorPages(error: unknown, req: Request, res: Response, next: NextFunction): void {
  if (res.headersSent) {
    next(error);
    return;
  }
  const { status, key, vars } = shownAs(error);
  if (status >= 500) portal(req).config.environment === 'test' ? console.error(error) : logFault(req, error);
  const t = wordsFor(languageOf(req));
  const words = { title: t(`errors:${key}.title`, vars), text: t(`errors:${key}.text`, vars) };
  res.status(status).set('Cache-Control', 'no-store');
  if (req.accepts(['html', 'json']) === 'json' || !res.locals.t) {
    res.json({ error: `${words.title} ${words.text}`.trim() });
    return;
  }
  res.render('errors/show', { ...words, status, room: req.room ?? null });
}

// Addresses hold private tokens; the log names the route, not the link.
function logFault(req: Request, error: unknown): void {
  console.error(
    JSON.stringify({ at: new Date().toISOString(), route: req.route?.path, method: req.method }),
    error,
  );
}
