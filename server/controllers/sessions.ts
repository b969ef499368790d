// Signing in and out. Who does not exist gets the answer of a wrong password, after the same time.
import type { Request, Response } from 'express';
import { clearStaffToken, setStaffToken, staffToken } from '../middleware/cookies';
import * as session from '../models/session';
import { findByEmailOrNull } from '../models/staff';
import { isPassword } from '../password';
import { portal } from '../portal';
import { localPath } from './back';
import { text } from './form';

export const MAX_PASSWORD_LENGTH = 200;
const TODAY = '/staff';

function render(res: Response, status: number, email: string, back: string): void {
  const { t } = res.locals;
  res.status(status).render('staff/login', {
    email,
    back,
    errors: status === 200 ? [] : [{ field: 'email', message: t('staff:login.wrong') }],
  });
}

export async function form(req: Request, res: Response): Promise<void> {
  const back = localPath(req.query.back, TODAY);
  if (await session.staffOrNull(portal(req).db, staffToken(req))) res.redirect(303, back);
  else render(res, 200, '', back);
}

export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const email = text(req, 'email', 254);
  const back = localPath(req.body?.back, TODAY);
  const person = await findByEmailOrNull(db, email);
  const isRight = await isPassword(person?.password_hash ?? null, plainPassword(req, 'password'));
  if (!person || !isRight) {
    render(res, 422, email, back);
    return;
  }
  await session.close(db, staffToken(req));
  setStaffToken(req, res, await session.open(db, person, req.get('user-agent') ?? ''), session.SESSION_MS);
  res.redirect(303, back);
}

/** A password as it was typed: spaces at its ends belong to it. */
export function plainPassword(req: Request, name: string): string {
  const value: unknown = req.body?.[name];
  return typeof value === 'string' ? value.normalize('NFC').slice(0, MAX_PASSWORD_LENGTH) : '';
}

export async function destroy(req: Request, res: Response): Promise<void> {
  await session.close(portal(req).db, staffToken(req));
  clearStaffToken(req, res);
  res.redirect(303, '/staff/login');
}
