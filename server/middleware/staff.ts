import type { NextFunction, Request, Response } from 'express';
import { Forbidden } from '../errors';
import * as session from '../models/session';
import type { Role } from '../models/staff';
import { portal } from '../portal';
import { staffToken } from './cookies';
import { speak } from './page';

/** Lets colleagues in; everybody else is shown the door, and is back where they were after signing in. */
export async function staffOnly(req: Request, res: Response, next: NextFunction): Promise<void> {
  const person = await session.staffOrNull(portal(req).db, staffToken(req));
  res.set('Cache-Control', 'no-store');
  if (!person) {
    const back = req.method === 'GET' ? `?back=${encodeURIComponent(req.originalUrl)}` : '';
    res.redirect(303, `/staff/login${back}`);
    return;
  }
  req.staff = person;
  res.locals.page_kind = 'staff';
  speak(req, res);
  next();
}

export const roleOnly =
  (role: Role) =>
  (req: Request, _res: Response, next: NextFunction): void => {
    if (req.staff?.role !== role) throw new Forbidden('owner_only');
    next();
  };
