// Writes are accepted from our own pages only. The browser says where a request comes from; no token is needed.
import type { NextFunction, Request, Response } from 'express';
import { Forbidden } from '../errors';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSameOrigin(req: Request): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = req.headers.origin;
  if (!origin || origin === 'null') return false;
  try {
    return new URL(origin).host === req.headers.host;
  } catch {
    return false;
  }
}

export function sameOrigin(req: Request, _res: Response, next: NextFunction): void {
  if (!READS.has(req.method) && !isSameOrigin(req)) throw new Forbidden('cross_site');
  next();
}
