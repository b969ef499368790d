// What a payment or a refund means for the books: its line in the journal, and the credit note it calls for.
import type { Trx } from './database';
import * as invoice from './invoice';
import * as journal from './journal';
import type { Payment } from './payment';

async function refOf(trx: Trx, order_id: string): Promise<string> {
  return (await trx('orders').where({ id: order_id }).first('ref')).ref;
}

/** Every amount that came in stands in the till's journal, whatever it is for. */
export async function received(trx: Trx, payment: Payment): Promise<void> {
  await journal.record(trx, {
    kind: 'payment',
    tender: payment.tender,
    amount_cents: payment.captured_cents + (payment.rounding_cents ?? 0),
    currency: payment.currency,
    order_ref: await refOf(trx, payment.order_id),
    staff_id: payment.staff_id,
    subject: `payment:${payment.id}`,
    receipt_ref: payment.receipt_ref,
    tendered_cents: payment.tendered_cents,
    change_cents: payment.change_cents,
    rounding_cents: payment.rounding_cents,
  });
}

export interface Return {
  subject: string;
  tender: Payment['tender'];
  amount_cents: number;
  reason: string;
  staff_id: string | null;
  receipt_ref: string | null;
  at: string;
}

/**
 * Money given back: a line in the journal, and a credit note for as much as credit notes do not yet cover. A refund
 * that replaces one which did not arrive has its credit note already; money that no signature covered was never
 * invoiced.
 */
export async function returned(trx: Trx, payment: Payment, back: Return): Promise<void> {
  const { order_id, currency } = payment;
  const { subject, tender, amount_cents, staff_id, receipt_ref, reason } = back;
  await journal.record(trx, {
    kind: 'refund',
    tender,
    amount_cents: -amount_cents,
    currency,
    order_ref: await refOf(trx, order_id),
    staff_id,
    subject,
    receipt_ref,
    note: reason,
  });
  const original = await invoice.ofOrderOrNull(trx, order_id);
  if (!original || payment.state === 'captured_unapproved') return;
  const credited = await invoice.creditedCents(trx, order_id);
  const owed = Math.min(
    (await returnedCents(trx, order_id)) - credited,
    original.body.total_cents - credited,
  );
  if (owed <= 0) return;
  await invoice.credit(trx, order_id, {
    subject,
    amount_cents: owed,
    reason,
    settlement: {
      tender,
      paid_at: back.at,
      due_on: null,
      card_last4: tender === 'card' ? payment.card_last4 : null,
      receipt_ref,
    },
  });
}

/** A refund that did not arrive is in the till again. Nothing when it had never left. */
export async function cameBack(
  trx: Trx,
  back: Pick<Return, 'subject' | 'tender' | 'amount_cents'> & { order_id: string; currency: string },
): Promise<void> {
  const { subject, tender, amount_cents, order_id, currency } = back;
  if (!(await trx('journal_lines').where({ subject }).first('seq'))) return;
  await journal.record(trx, {
    kind: 'refund',
    tender,
    amount_cents,
    currency,
    order_ref: await refOf(trx, order_id),
    staff_id: null,
    subject: `${subject}:back`,
  });
}

async function returnedCents(trx: Trx, order_id: string): Promise<number> {
  const row = await trx('refunds')
    .join('payments', 'payments.id', 'refunds.payment_id')
    .where('refunds.order_id', order_id)
    .whereNot('payments.state', 'captured_unapproved')
    .whereIn('refunds.state', ['pending', 'succeeded'])
    .sum({ cents: 'refunds.amount_cents' })
    .first();
  const elsewhere = await trx('events')
    .where({ order_id, type: 'payment.refunded_elsewhere' })
    .select('body');
  return elsewhere.reduce(
    (sum, { body }) => sum + JSON.parse(body).data.amount_cents,
    Number(row?.cents ?? 0),
  );
}
