// A colleague's own password.
import type { Request, Response } from 'express';
import { setStaffToken } from '../middleware/cookies';
import * as session from '../models/session';
import { changePassword, MIN_PASSWORD_LENGTH } from '../models/staff';
import { hashPassword, isPassword } from '../password';
import { portal, staff } from '../portal';
import type { Shown } from './form';
import { plainPassword } from './sessions';

function render(res: Response, status: number, errors: Shown[], is_changed = false): void {
  res.status(status).render('staff/password', { errors, is_changed, shortest: MIN_PASSWORD_LENGTH });
}

export function form(req: Request, res: Response): void {
  render(res, 200, [], req.query.changed !== undefined);
}

export async function update(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { t } = res.locals;
  const person = staff(req);
  const next = plainPassword(req, 'new_password');
  const errors: Shown[] = [];
  if (!(await isPassword(person.password_hash, plainPassword(req, 'password')))) {
    errors.push({ field: 'password', message: t('staff:password.wrong') });
  }
  if (next.length < MIN_PASSWORD_LENGTH) {
    errors.push({ field: 'new_password', message: t('staff:password.short', { n: MIN_PASSWORD_LENGTH }) });
  }
  if (errors.length > 0) {
    render(res, 422, errors);
    return;
  }
  // Every session ends, this one too: whoever knew the old password is out.
  await changePassword(db, person.id, await hashPassword(next));
  setStaffToken(req, res, await session.open(db, person, req.get('user-agent') ?? ''), session.SESSION_MS);
  res.redirect(303, '/staff/password?changed=1');
}
