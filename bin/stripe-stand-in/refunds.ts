import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import { cardOfKey } from './cards';
import * as charges from './charges';
import * as disputes from './disputes';
import { missing, refused } from './errors';
import { record } from './events';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import { displayAmount } from './money';
import { integer, mergeMetadata, metadata, type NamesOf, oneOf, read, text } from './parameters';
import * as paymentIntents from './payment-intents';

export interface RefundRow {
  id: string;
  created: number;
  charge: string;
  payment_intent: string;
  amount: number;
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
  status: 'succeeded' | 'failed';
  metadata: Record<string, string>;
}

export function render(books: Books, refund: RefundRow): Stripe.Refund {
  const intent = books.payment_intents[refund.payment_intent]!;
  return {
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: null,
    charge: refund.charge,
    created: refund.created,
    currency: intent.currency,
    customer: intent.customer,
    customer_account: null,
    destination_details: {
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    ...(refund.status === 'failed' && { failure_reason: 'expired_or_canceled_card' }),
    metadata: refund.metadata,
    payment_intent: refund.payment_intent,
    payment_method: books.charges[refund.charge]!.payment_method,
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  };
}

/** Gives money back, or releases (part of) a hold: Stripe books both as a refund. */
export function add(
  books: Books,
  charge: charges.ChargeRow,
  amount: number,
  given: { reason?: RefundRow['reason']; metadata?: Record<string, string> } = {},
): RefundRow {
  const refund: RefundRow = {
    id: newId('re'),
    created: now(books),
    charge: charge.id,
    payment_intent: charge.payment_intent,
    amount,
    reason: given.reason ?? null,
    status: 'succeeded',
    metadata: mergeMetadata({}, given.metadata),
  };
  books.refunds[refund.id] = refund;
  return refund;
}

/** A refund that the card's bank sends back days later. */
export function fail(books: Books, refund: RefundRow) {
  refund.status = 'failed';
  record(books, 'refund.updated', render(books, refund));
  record(books, 'refund.failed', render(books, refund));
}

export function listOfCharge(books: Books, charge: string): Stripe.ApiList<Stripe.Refund> {
  const rows = Object.values(books.refunds).filter((refund) => refund.charge === charge);
  return page(rows, (refund) => render(books, refund), {}, `/v1/charges/${charge}/refunds`);
}

const createShape = {
  amount: integer,
  charge: text,
  metadata,
  payment_intent: text,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
} satisfies NamesOf<Stripe.RefundCreateParams>;

const create: Verb = ({ books, form }) => {
  const given = read(form, createShape);
  const charge = chargeToRefund(books, given);
  const intent = books.payment_intents[charge.payment_intent]!;
  if (disputes.holdsMoneyOf(books, charge.id)) {
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  const left = charge.amount - charges.amountRefunded(books, charge);
  if (left === 0) {
    throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  const amount = given.amount ?? left;
  if (amount < 1) throw refused('Invalid positive integer', { param: 'amount' });
  if (amount > left) {
    const [asked, rest] = [amount, left].map((one) => displayAmount(one, intent.currency, 'en'));
    throw refused(`Refund amount (${asked}) is greater than unrefunded amount on charge (${rest})`, {
      param: 'amount',
    });
  }
  const refund = add(books, charge, amount, given);
  record(books, 'refund.created', render(books, refund));
  record(books, 'charge.refunded', charges.render(books, charge));
  const answer = render(books, refund);
  if (cardOfKey(charge.card).refundsFailLater) fail(books, refund);
  return answer;
};

function chargeToRefund(books: Books, given: { charge?: string; payment_intent?: string }) {
  if (!given.charge && !given.payment_intent) {
    throw refused(
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  }
  const id = given.charge ?? paymentIntents.find(books, given.payment_intent!, 400).latest_charge;
  const charge = id ? charges.find(books, id, 'charge', 400) : undefined;
  if (!charge?.isCaptured || charge.failure) {
    const owner = given.payment_intent ? `PaymentIntent (${given.payment_intent})` : `Charge (${id})`;
    throw refused(`This ${owner} does not have a successful charge to refund.`);
  }
  return charge;
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  const refund = row(books.refunds, id);
  if (!refund) throw missing('refund', id, 'refund');
  return render(books, refund);
};

const update: Verb = ({ books, form, id }) => {
  const given = read(form, { metadata });
  const refund = row(books.refunds, id);
  if (!refund) throw missing('refund', id, 'refund');
  refund.metadata = mergeMetadata(refund.metadata, given.metadata);
  record(books, 'refund.updated', render(books, refund));
  return render(books, refund);
};

const listShape = {
  ...pageShape,
  charge: text,
  created,
  payment_intent: text,
} satisfies NamesOf<Stripe.RefundListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.refunds).filter((refund) => {
    if (asked.charge && refund.charge !== asked.charge) return false;
    if (asked.payment_intent && refund.payment_intent !== asked.payment_intent) return false;
    return asked.created?.(refund.created) ?? true;
  });
  return page(rows, (refund) => render(books, refund), asked, '/v1/refunds');
};

export const routes = [
  ['post', '/v1/refunds', create],
  ['get', '/v1/refunds', index],
  ['get', '/v1/refunds/:id', show],
  ['post', '/v1/refunds/:id', update],
] as const;
