// What the owner decides about money, and what needs an eye.
import type { Request, Response } from 'express';
import * as dispute from '../models/dispute';
import { moneySettings, saveMoneySettings } from '../models/money-setting';
import { stuckPayments } from '../models/stuck-payment';
import * as sweep from '../models/sweep';
import * as task from '../models/task';
import { portal, shop } from '../portal';
import { amountText, centsOrNull, type Shown, text } from './form';

interface Form {
  status?: number;
  errors?: Shown[];
  staff_refund?: string;
}

async function render(req: Request, res: Response, { status = 200, errors = [], staff_refund }: Form = {}) {
  const { db, cards } = portal(req);
  const { currency } = shop(req);
  const settings = await moneySettings(db);
  res.status(status).render('owner/payments', {
    currency,
    staff_refund: staff_refund ?? amountText(settings.staff_refund_cents, currency),
    errors,
    is_saved: req.query.saved !== undefined,
    is_sweeping: req.query.sweeping !== undefined,
    has_cards: cards !== null,
    sweeps: await sweep.latest(db),
    disputes_waiting: (await dispute.waiting(db)).length,
    stuck_count: (await stuckPayments(db)).length,
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

/** Compares with the processor now, its own lists included. */
export async function sweepNow(req: Request, res: Response): Promise<void> {
  await task.enqueue(portal(req).db, 'sweep_payments', { long: true });
  portal(req).wake();
  res.redirect(303, '/owner/payments?sweeping=1#sweep');
}
