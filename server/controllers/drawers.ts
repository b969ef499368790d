// The cash drawer at closing time: what should be in it, what was counted, what stays for tomorrow.
import type { Request, Response } from 'express';
import * as drawer from '../models/drawer';
import { list } from '../models/staff';
import { portal, shop, staff } from '../portal';
import { centsOrNull, refusalOf, type Shown, text, textOrNull, whole } from './form';

const LAST_COUNTS = 10;
const MAX_NOTE_LENGTH = 200;

interface Answer {
  status: number;
  errors: Shown[];
  given: Record<string, string>;
}

async function render(req: Request, res: Response, { status, errors, given }: Answer): Promise<void> {
  const { db } = portal(req);
  const names = new Map((await list(db)).map((person) => [person.id, person.name]));
  const counts = await drawer.lastCounts(db, LAST_COUNTS);
  res.status(status).render('drawers/show', {
    drawer: await drawer.current(db),
    counts: counts.map((each) => ({ ...each, staff_name: names.get(each.staff_id ?? '') ?? '–' })),
    currency: shop(req).currency,
    till: shop(req).till,
    done: ['counted', 'moved'].find((known) => known === req.query.done) ?? null,
    errors,
    given,
  });
}

export const show = (req: Request, res: Response) => render(req, res, { status: 200, errors: [], given: {} });

/** Amounts up to `MOST_DRAWER_CENTS`; null for anything else. */
function amountOf(req: Request, name: string): number | null {
  const cents = centsOrNull(text(req, name), shop(req).currency);
  return cents !== null && cents <= drawer.MOST_DRAWER_CENTS ? cents : null;
}

function wrong(res: Response, fields: Record<string, number | string | null>): Shown[] {
  return Object.entries(fields)
    .filter(([, value]) => value === null)
    .map(([field]) => ({ field, message: res.locals.t(`errors:drawer.${field}`) }));
}

export async function count(req: Request, res: Response): Promise<void> {
  const counted_cents = amountOf(req, 'counted');
  const left_cents = amountOf(req, 'left');
  const note = textOrNull(req, 'note', MAX_NOTE_LENGTH);
  const given = { counted: text(req, 'counted'), left: text(req, 'left'), note: note ?? '' };
  const errors = wrong(res, { counted: counted_cents, left: left_cents });
  if (counted_cents === null || left_cents === null) return render(req, res, { status: 422, errors, given });
  if (left_cents > counted_cents) {
    const message = res.locals.t('errors:drawer.left_too_much');
    return render(req, res, { status: 422, errors: [{ field: 'left', message }], given });
  }
  try {
    await drawer.count(portal(req).db, {
      since_seq: whole(req, 'since_seq'),
      expected_cents: Number(text(req, 'expected_cents')),
      counted_cents,
      left_cents,
      note,
      currency: shop(req).currency,
      staff_id: staff(req).id,
    });
  } catch (error) {
    return render(req, res, { ...refusalOf(res, error, 'counted'), given });
  }
  res.redirect(303, '/staff/drawer?done=counted');
}

export async function move(req: Request, res: Response): Promise<void> {
  const amount_cents = amountOf(req, 'amount') || null;
  const note = textOrNull(req, 'why', MAX_NOTE_LENGTH);
  const kind = text(req, 'kind') === 'cash_in' ? 'cash_in' : 'cash_out';
  const given = { amount: text(req, 'amount'), why: note ?? '', kind };
  const errors = wrong(res, { amount: amount_cents, why: note });
  if (amount_cents === null || note === null) return render(req, res, { status: 422, errors, given });
  await drawer.move(portal(req).db, {
    kind,
    amount_cents,
    note,
    currency: shop(req).currency,
    staff_id: staff(req).id,
  });
  res.redirect(303, '/staff/drawer?done=moved');
}
