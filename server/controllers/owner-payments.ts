// What the owner decides about money, and what needs an eye.
import type { Request, Response } from 'express';
import { moneySettings, saveMoneySettings } from '../models/money-setting';
import { portal, shop } from '../portal';
import { amountText, centsOrNull, type Shown, text } from './form';

interface Form {
  status?: number;
  errors?: Shown[];
  staff_refund?: string;
}

async function render(req: Request, res: Response, { status = 200, errors = [], staff_refund }: Form = {}) {
  const { db } = portal(req);
  const { currency } = shop(req);
  const settings = await moneySettings(db);
  res.status(status).render('owner/payments', {
    currency,
    staff_refund: staff_refund ?? amountText(settings.staff_refund_cents, currency),
    errors,
    is_saved: req.query.saved !== undefined,
  });
}

export const show = (req: Request, res: Response) => render(req, res);

export async function update(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const staff_refund = text(req, 'staff_refund', 20);
  const staff_refund_cents = centsOrNull(staff_refund, shop(req).currency);
  if (staff_refund_cents === null) {
    const message = res.locals.t('money:settings.wrong_amount');
    return render(req, res, { status: 422, errors: [{ field: 'staff_refund', message }], staff_refund });
  }
  await saveMoneySettings(db, { ...(await moneySettings(db)), staff_refund_cents });
  res.redirect(303, '/owner/payments?saved=1');
}
