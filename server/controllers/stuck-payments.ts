// Money that waits for a person, each with what to do next; and the way out when the bank keeps us waiting.
import type { Request, Response } from 'express';
import * as fraudWarning from '../models/fraud-warning';
import * as order from '../models/order';
import * as payment from '../models/payment';
import { type StuckPayment, stuckPayments } from '../models/stuck-payment';
import { portal, staff } from '../portal';
import { act, orderOf, orderPage } from './staff-orders';

const PARKED = '/staff/parked';

/** Where the next step is done. */
export function stepOf(found: order.Order, { kind, subject_id }: StuckPayment): string {
  if (kind === 'dispute') return `/owner/disputes/${subject_id}`;
  if (kind === 'parked') return PARKED;
  const places: Partial<Record<StuckPayment['kind'], string>> = {
    unsigned_money: '#refunds',
    refund_failed: '#refunds',
    refund_waits: '#refunds',
    fraud_warning: '#money-stuck',
  };
  return orderPage(found, places[kind] ?? '#next');
}

export async function index(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const all = await stuckPayments(db);
  res.render('stuck-payments/index', {
    stuck: await Promise.all(
      all.map(async (each) => {
        const found = await order.findOrder(db, each.order_id);
        return { ...each, ref: found.ref, name: found.contact_name, url: stepOf(found, each) };
      }),
    ),
  });
}

/** Gives up a charge that hangs: the reservation is cancelled first, and only then the counter may take the money. */
export async function stopCharge(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'charge_stopping', () =>
    payment.stopCharge(portal(req).db, found.id, staff(req).id),
  );
}

/** Somebody has looked into a bank's early warning. */
export async function answerWarning(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'warning_answered', () =>
    fraudWarning.answer(portal(req).db, found.id, String(req.params.warning), staff(req).id),
  );
}
