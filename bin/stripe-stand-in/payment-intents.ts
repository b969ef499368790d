import type Stripe from 'stripe';
import { type Books, now, row } from './books';
import { missing } from './errors';
import { record } from './events';
import { newId } from './ids';
import * as paymentMethods from './payment-methods';

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'requires_capture'
  | 'succeeded'
  | 'canceled';

export interface IntentRow {
  id: string;
  created: number;
  amount: number;
  currency: string;
  capture_method: 'automatic' | 'automatic_async' | 'manual';
  status: IntentStatus;
  client_secret: string;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  receipt_email: string | null;
  statement_descriptor: string | null;
  statement_descriptor_suffix: string | null;
  setup_future_usage: 'off_session' | 'on_session' | null;
  payment_method: string | null;
  latest_charge: string | null;
  last_payment_error: PaymentError | null;
  canceled_at: number | null;
  cancellation_reason: Stripe.PaymentIntent.CancellationReason | null;
  /** Where the browser goes after 3-D Secure, for an intent made without Checkout. */
  return_url: string | null;
  /** Where the cardholder authenticates, while that is asked for. */
  authentication_url: string | null;
}

export interface PaymentError {
  code: string;
  decline_code?: string;
  message: string;
  charge?: string;
  payment_method: string;
}

export type NewIntent = Pick<IntentRow, 'amount' | 'currency'> &
  Partial<
    Pick<
      IntentRow,
      | 'capture_method'
      | 'customer'
      | 'description'
      | 'metadata'
      | 'receipt_email'
      | 'setup_future_usage'
      | 'statement_descriptor'
      | 'statement_descriptor_suffix'
    >
  >;

export function add(books: Books, given: NewIntent): IntentRow {
  const id = newId('pi');
  const intent: IntentRow = {
    id,
    created: now(books),
    amount: given.amount,
    currency: given.currency,
    capture_method: given.capture_method ?? 'automatic_async',
    status: 'requires_payment_method',
    client_secret: newId(`${id}_secret`, 25),
    customer: given.customer ?? null,
    description: given.description ?? null,
    metadata: given.metadata ?? {},
    receipt_email: given.receipt_email ?? null,
    statement_descriptor: given.statement_descriptor ?? null,
    statement_descriptor_suffix: given.statement_descriptor_suffix ?? null,
    setup_future_usage: given.setup_future_usage ?? null,
    payment_method: null,
    latest_charge: null,
    last_payment_error: null,
    canceled_at: null,
    cancellation_reason: null,
    return_url: null,
    authentication_url: null,
  };
  books.payment_intents[id] = intent;
  record(books, 'payment_intent.created', render(books, intent));
  return intent;
}

export function render(books: Books, intent: IntentRow): Stripe.PaymentIntent {
  const charge = intent.latest_charge ? books.charges[intent.latest_charge] : undefined;
  return {
    id: intent.id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: intent.amount,
    amount_capturable: intent.status === 'requires_capture' ? intent.amount : 0,
    amount_details: { tip: {} },
    amount_received: intent.status === 'succeeded' ? (charge?.amount_captured ?? 0) : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: intent.canceled_at,
    cancellation_reason: intent.cancellation_reason,
    capture_method: intent.capture_method,
    client_secret: intent.client_secret,
    confirmation_method: 'automatic',
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    last_payment_error: renderError(books, intent.last_payment_error),
    latest_charge: intent.latest_charge,
    livemode: false,
    managed_payments: null,
    metadata: intent.metadata,
    next_action: renderNextAction(intent),
    on_behalf_of: null,
    payment_method: intent.payment_method,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic',
      },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: intent.receipt_email,
    review: null,
    setup_future_usage: intent.setup_future_usage,
    shipping: null,
    source: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: intent.status,
    transfer_data: null,
    transfer_group: null,
  };
}

function renderError(books: Books, error: PaymentError | null): Stripe.PaymentIntent.LastPaymentError | null {
  if (!error) return null;
  const method = books.payment_methods[error.payment_method]!;
  return {
    ...error,
    doc_url: `https://docs.stripe.com/error-codes/${error.code.replaceAll('_', '-')}`,
    payment_method: paymentMethods.render(books, method),
    type: error.code === 'payment_intent_authentication_failure' ? 'invalid_request_error' : 'card_error',
  };
}

function renderNextAction(intent: IntentRow): Stripe.PaymentIntent.NextAction | null {
  if (intent.status !== 'requires_action') return null;
  if (!intent.return_url) return { type: 'use_stripe_sdk', use_stripe_sdk: {} };
  return {
    type: 'redirect_to_url',
    redirect_to_url: { return_url: intent.return_url, url: intent.authentication_url },
  };
}

export function find(books: Books, id: string, status = 404): IntentRow {
  const intent = row(books.payment_intents, id);
  if (!intent) throw missing('payment_intent', id, status === 404 ? 'intent' : 'payment_intent', status);
  return intent;
}
