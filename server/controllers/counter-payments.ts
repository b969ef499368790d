import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import * as payment from '../models/payment';
import { portal, shop, staff } from '../portal';
import { centsOrNull, text, textOrNull } from './form';
import { act, orderOf } from './staff-orders';

const TENDERS = ['cash', 'terminal', 'account'] as const;
const SETTLED_BY = ['transfer', 'cash', 'terminal'] as const;
const MAX_RECEIPT_LENGTH = 40;

/** Cash, the shop's own card terminal, or the customer's account, for a signed order. Always the whole amount. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const tender = TENDERS.find((known) => known === text(req, 'tender'));
  const tendered = text(req, 'tendered', 12);
  const receipt_ref = textOrNull(req, 'receipt_ref', MAX_RECEIPT_LENGTH);
  await act(
    req,
    res,
    found,
    'paid',
    async () => {
      if (!tender) throw new Invalid({ tender: 'payment.tender_needed' });
      const amount_cents = Number(text(req, 'amount_cents', 12));
      const staff_id = staff(req).id;
      if (tender === 'account') {
        await payment.putOnAccount(portal(req).db, found.id, { amount_cents, staff_id });
        return;
      }
      const isElsewhere = tender === 'terminal' || shop(req).till.cash === 'external_till';
      if (isElsewhere && !receipt_ref) throw new Invalid({ receipt_ref: 'payment.receipt_needed' });
      const tendered_cents = tendered ? centsOrNull(tendered, found.currency) : null;
      if (tendered && tendered_cents === null) throw new Invalid({ tendered: 'payment.tendered_unreadable' });
      await payment.recordAtCounter(portal(req).db, found.id, {
        tender,
        amount_cents,
        receipt_ref,
        tendered_cents,
        staff_id,
      });
    },
    { given: { tender: tender ?? '', receipt_ref: receipt_ref ?? '', tendered } },
  );
}

/** What was put on account is paid. */
export async function settle(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const tender = SETTLED_BY.find((known) => known === text(req, 'settled_by'));
  await act(req, res, found, 'paid', async () => {
    if (!tender) throw new Invalid({ settled_by: 'payment.tender_needed' });
    await payment.settleAccount(portal(req).db, found.id, {
      tender,
      receipt_ref: textOrNull(req, 'receipt_ref', MAX_RECEIPT_LENGTH),
      staff_id: staff(req).id,
    });
  });
}
