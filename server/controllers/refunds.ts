import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import * as refund from '../models/refund';
import { portal, staff } from '../portal';
import { centsOrNull, text, textOrNull } from './form';
import { act, orderOf } from './staff-orders';

const TENDERS = ['card', 'cash', 'terminal'] as const;
const MAX_RECEIPT_LENGTH = 40;

/** Gives (part of) a payment back: to the card by the worker, over the counter at once. */
export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const given = {
    refund_payment: text(req, 'payment_id'),
    refund_amount: text(req, 'amount'),
    refund_reason: text(req, 'reason', refund.MAX_REASON_LENGTH),
    refund_tender: text(req, 'tender'),
    refund_receipt: text(req, 'receipt_ref', MAX_RECEIPT_LENGTH),
  };
  const tender = TENDERS.find((known) => known === given.refund_tender);
  await act(
    req,
    res,
    found,
    tender === 'card' ? 'refund_asked' : 'refund_settled',
    async () => {
      const amount_cents = centsOrNull(given.refund_amount, found.currency);
      if (!amount_cents) throw new Invalid({ refund_amount: 'refund.amount_needed' });
      if (!given.refund_reason) throw new Invalid({ refund_reason: 'refund.reason_needed' });
      if (!tender) throw new Invalid({ refund_tender: 'refund.tender_needed' });
      if (tender === 'terminal' && !given.refund_receipt)
        throw new Invalid({ refund_receipt: 'payment.receipt_needed' });
      await refund.request(
        db,
        found.id,
        {
          payment_id: given.refund_payment,
          tender,
          amount_cents,
          reason: given.refund_reason,
          receipt_ref: textOrNull(req, 'receipt_ref', MAX_RECEIPT_LENGTH),
          idempotency_key: text(req, 'idempotency_key', 100) || `${staff(req).id}:${Date.now()}`,
        },
        staff(req),
      );
    },
    { given, conflict: 'refunds' },
  );
}

/** A refund that came back has been dealt with in another way. */
export async function resolve(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'refund_settled', () =>
    refund.resolve(portal(req).db, found.id, String(req.params.refund)),
  );
}
