import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import { cardOfKey, HOLD_LASTS_S } from './cards';
import { missing } from './errors';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import { type NamesOf, read, text } from './parameters';
import type { IntentRow } from './payment-intents';
import { EXPIRY_MONTH, expiryYear, type PaymentMethodRow } from './payment-methods';

export interface ChargeRow {
  id: string;
  created: number;
  payment_intent: string;
  payment_method: string;
  card: string;
  amount: number;
  amount_captured: number;
  isCaptured: boolean;
  isDisputed: boolean;
  /** Set on a hold: the second at which it lapses. */
  capture_before: number | null;
  hasAuthenticated: boolean;
  /** The intent's metadata when the card was charged; later changes of the intent stay with the intent. */
  metadata: Record<string, string>;
  failure: { code: string; message: string; decline_code: string | null } | null;
}

export function add(
  books: Books,
  intent: IntentRow,
  method: PaymentMethodRow,
  outcome: { hasAuthenticated: boolean; failure: ChargeRow['failure'] },
): ChargeRow {
  const isHold = intent.capture_method === 'manual' && !outcome.failure;
  const isPaid = !isHold && !outcome.failure;
  const charge: ChargeRow = {
    id: newId('ch'),
    created: now(books),
    payment_intent: intent.id,
    payment_method: method.id,
    card: method.card,
    amount: intent.amount,
    amount_captured: isPaid ? intent.amount : 0,
    isCaptured: isPaid,
    isDisputed: false,
    capture_before: isHold ? now(books) + (cardOfKey(method.card).holdLasts_s ?? HOLD_LASTS_S) : null,
    metadata: { ...intent.metadata },
    ...outcome,
  };
  books.charges[charge.id] = charge;
  return charge;
}

/** What has gone back to the card, a hold's released part included: that is how Stripe counts it. */
export function amountRefunded(books: Books, charge: ChargeRow): number {
  return Object.values(books.refunds)
    .filter((refund) => refund.charge === charge.id && refund.status !== 'failed')
    .reduce((sum, refund) => sum + refund.amount, 0);
}

export function render(books: Books, charge: ChargeRow): Stripe.Charge {
  const intent = books.payment_intents[charge.payment_intent]!;
  const refunded = amountRefunded(books, charge);
  const { failure } = charge;
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: charge.amount_captured,
    amount_refunded: refunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: {
      address: null,
      email: books.payment_methods[charge.payment_method]?.email ?? null,
      name: null,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: intent.statement_descriptor_suffix,
    captured: charge.isCaptured,
    created: charge.created,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: charge.isDisputed,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: charge.metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: failure ? 'try_again_later' : null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: failure ? 'declined_by_network' : 'approved_by_network',
      reason: failure?.decline_code ?? null,
      risk_level: 'normal',
      seller_message: failure ? 'The bank did not return any further details.' : 'Payment complete.',
      type: failure ? 'issuer_declined' : 'authorized',
    },
    paid: !failure,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    payment_method_details: { card: renderCard(charge), type: 'card' },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: refunded >= charge.amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: failure ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function renderCard(charge: ChargeRow): Stripe.Charge.PaymentMethodDetails.Card {
  const card = cardOfKey(charge.card);
  return {
    amount_authorized: charge.failure ? null : charge.amount,
    authorization_code: null,
    brand: card.brand,
    ...(charge.capture_before !== null && { capture_before: charge.capture_before }),
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: EXPIRY_MONTH,
    exp_year: expiryYear(charge.created),
    extended_authorization: { status: 'disabled' },
    fingerprint: `fp_${card.key}`,
    funding: 'credit',
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.number.slice(-4),
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_transaction_id: null,
    overcapture: { maximum_amount_capturable: charge.amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: charge.hasAuthenticated
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          exemption_indicator_applied: false,
          result: 'authenticated',
          result_reason: null,
          transaction_id: null,
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  };
}

export function find(books: Books, id: string, param = 'id', status = 404): ChargeRow {
  const charge = row(books.charges, id);
  if (!charge) throw missing('charge', id, param, status);
  return charge;
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  return render(books, find(books, id));
};

const listShape = {
  ...pageShape,
  created,
  customer: text,
  payment_intent: text,
} satisfies NamesOf<Stripe.ChargeListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.charges).filter((charge) => {
    if (asked.payment_intent && charge.payment_intent !== asked.payment_intent) return false;
    if (asked.customer && books.payment_intents[charge.payment_intent]!.customer !== asked.customer) {
      return false;
    }
    return asked.created?.(charge.created) ?? true;
  });
  return page(rows, (charge) => render(books, charge), asked, '/v1/charges');
};

export const routes = [
  ['get', '/v1/charges', index],
  ['get', '/v1/charges/:id', show],
] as const;
