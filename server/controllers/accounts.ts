// Customers who may pay by invoice, and what of theirs is open.
import type { Request, Response } from 'express';
import { DateTime } from 'luxon';
import { NotFound } from '../errors';
import * as account from '../models/account';
import { now } from '../models/database';
import { portal, shop, staff } from '../portal';
import { centsOrNull, refusalOf, type Shown, text, textOrNull, whole } from './form';

const MAX_NOTE_LENGTH = 200;
const FIELDS = ['email', 'limit', 'days', 'note'];

async function render(req: Request, res: Response, status: number, errors: Shown[]): Promise<void> {
  const { db } = portal(req);
  const today = DateTime.fromISO(now(), { zone: shop(req).time_zone }).toISODate() as string;
  const charges = await account.charges(db);
  res.status(status).render('accounts/index', {
    accounts: await account.list(db),
    charges: charges.map((each) => ({ ...each, is_overdue: each.due_on !== null && each.due_on < today })),
    currency: shop(req).currency,
    done: ['granted', 'ended'].find((known) => known === req.query.done) ?? null,
    given: Object.fromEntries(FIELDS.map((name) => [name, text(req, name)])),
    errors,
  });
}

export const index = (req: Request, res: Response) => render(req, res, 200, []);

export async function create(req: Request, res: Response): Promise<void> {
  const limit_cents = centsOrNull(text(req, 'limit'), shop(req).currency);
  const days = whole(req, 'days');
  const wrong: string[] = [];
  if (!limit_cents || limit_cents > account.MOST_LIMIT_CENTS) wrong.push('limit');
  if (days < 0 || days > account.MOST_DAYS) wrong.push('days');
  const shown = (fields: string[]) =>
    fields.map((field) => ({ field, message: res.locals.t(`errors:account.${field}`) }));
  if (wrong.length > 0 || !limit_cents) return render(req, res, 422, shown(wrong));
  try {
    await account.grant(portal(req).db, {
      email: text(req, 'email', 254),
      limit_cents,
      days,
      note: textOrNull(req, 'note', MAX_NOTE_LENGTH),
      granted_by: staff(req).id,
    });
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    return render(req, res, 422, shown(['email']));
  }
  res.redirect(303, '/owner/accounts?done=granted');
}

export async function destroy(req: Request, res: Response): Promise<void> {
  try {
    await account.revoke(portal(req).db, String(req.params.terms), staff(req).id);
  } catch (error) {
    const { status, errors } = refusalOf(res, error, 'main');
    return render(req, res, status, errors);
  }
  res.redirect(303, '/owner/accounts?done=ended');
}
