import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import * as payment from '../models/payment';
import { portal, staff } from '../portal';
import { text, textOrNull } from './form';
import { act, orderOf } from './staff-orders';

const TENDERS = ['cash', 'terminal'] as const;
const MAX_RECEIPT_LENGTH = 40;

/** Cash, or the shop's own card terminal, for an order that is signed. Always the whole amount. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const tender = TENDERS.find((known) => known === text(req, 'tender'));
  const receipt_ref = textOrNull(req, 'receipt_ref', MAX_RECEIPT_LENGTH);
  await act(
    req,
    res,
    found,
    'paid',
    async () => {
      if (!tender) throw new Invalid({ tender: 'payment.tender_needed' });
      if (tender === 'terminal' && !receipt_ref) throw new Invalid({ receipt_ref: 'payment.receipt_needed' });
      await payment.recordAtCounter(portal(req).db, found.id, {
        tender,
        amount_cents: Number(text(req, 'amount_cents', 12)),
        receipt_ref,
        staff_id: staff(req).id,
      });
    },
    { given: { tender: tender ?? '', receipt_ref: receipt_ref ?? '' } },
  );
}
