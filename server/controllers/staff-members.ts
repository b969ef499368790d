// Colleagues: who may sign in. Nobody is ever deleted; the history keeps their names.
import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import * as staffModel from '../models/staff';
import { hashPassword } from '../password';
import { portal, staff } from '../portal';
import { isEmail, type Shown, sentences, text } from './form';
import { plainPassword } from './sessions';

const DONE = ['added', 'deactivated', 'activated', 'password'] as const;

async function render(
  req: Request,
  res: Response,
  errors: Shown[],
  values: Record<string, string>,
): Promise<void> {
  const people = await staffModel.list(portal(req).db);
  res.status(errors.length > 0 ? 422 : 200).render('owner/staff', {
    people: people.map(({ password_hash, ...person }) => ({ ...person, is_me: person.id === staff(req).id })),
    shortest: staffModel.MIN_PASSWORD_LENGTH,
    done: DONE.find((known) => known === req.query.done) ?? null,
    errors,
    values,
  });
}

export const index = (req: Request, res: Response) => render(req, res, [], {});

export async function create(req: Request, res: Response): Promise<void> {
  const { t } = res.locals;
  const values = { name: text(req, 'name', 80), email: text(req, 'email', 254), role: text(req, 'role') };
  const password = plainPassword(req, 'password');
  const errors: Shown[] = [];
  const wrong = (field: string, key: string) =>
    errors.push({ field, message: t(`staff:people.wrong.${key}`) });
  if (values.name.length < 2) wrong('name', 'name');
  if (!isEmail(values.email)) wrong('email', 'email');
  if (password.length < staffModel.MIN_PASSWORD_LENGTH) {
    errors.push({
      field: 'password',
      message: t('staff:password.short', { n: staffModel.MIN_PASSWORD_LENGTH }),
    });
  }
  if (errors.length > 0) return render(req, res, errors, values);
  const role = values.role === 'owner' ? 'owner' : 'staff';
  try {
    await staffModel.add(portal(req).db, { ...values, role, password_hash: await hashPassword(password) });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return render(req, res, sentences(res, error), values);
  }
  res.redirect(303, '/owner/staff?done=added');
}

/** An owner who could lock the only door behind them would be outside. */
export async function deactivate(req: Request, res: Response): Promise<void> {
  const id = String(req.params.person);
  if (id === staff(req).id) {
    return render(req, res, [{ field: 'people', message: res.locals.t('staff:people.wrong.self') }], {});
  }
  await staffModel.deactivate(portal(req).db, id);
  res.redirect(303, '/owner/staff?done=deactivated');
}

export async function activate(req: Request, res: Response): Promise<void> {
  await staffModel.activate(portal(req).db, String(req.params.person));
  res.redirect(303, '/owner/staff?done=activated');
}

/** A new password for a colleague who forgot theirs. */
export async function updatePassword(req: Request, res: Response): Promise<void> {
  const id = String(req.params.person);
  const password = plainPassword(req, 'password');
  if (password.length < staffModel.MIN_PASSWORD_LENGTH) {
    const message = res.locals.t('staff:password.short', { n: staffModel.MIN_PASSWORD_LENGTH });
    return render(req, res, [{ field: `password-${id}`, message }], {});
  }
  await staffModel.changePassword(portal(req).db, id, await hashPassword(password));
  res.redirect(303, '/owner/staff?done=password');
}
