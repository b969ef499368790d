import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import * as customers from './customers';
import { invalid, missing, refused } from './errors';
import { record } from './events';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import { checkAmount, checkCurrency } from './money';
import {
  boolean,
  clearable,
  email,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  type NamesOf,
  oneOf,
  read,
  text,
  url,
} from './parameters';
import * as life from './payment-intent-life';
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

const describing = {
  description: clearable,
  metadata,
  receipt_email: email,
  setup_future_usage: oneOf('off_session', 'on_session'),
  statement_descriptor: text,
  statement_descriptor_suffix: text,
};

const confirming = {
  off_session: boolean,
  payment_method: text,
  return_url: url,
};

const captureMethod = oneOf('automatic', 'automatic_async', 'manual');

const createShape = {
  ...describing,
  ...confirming,
  allowed_payment_method_types: listOf(oneOf('card')),
  amount: integer,
  automatic_payment_methods: hash({ allow_redirects: oneOf('always', 'never'), enabled: boolean }),
  capture_method: captureMethod,
  confirm: boolean,
  currency: text,
  customer: text,
} satisfies NamesOf<Stripe.PaymentIntentCreateParams>;

const create: Verb = ({ bank, books, form }) => {
  const given = read(form, createShape, ['amount', 'currency']);
  if (!given.confirm) {
    for (const name of ['off_session', 'return_url'] as const) {
      if (given[name] !== undefined) {
        throw invalid(`You cannot provide ${name} when confirm is not true.`, name);
      }
    }
  }
  const currency = checkCurrency(given.currency);
  const amount = checkAmount(given.amount, currency);
  const customer = customers.known(books, given.customer);
  const method = given.payment_method ? paymentMethods.findOrMake(books, given.payment_method) : undefined;
  if (given.confirm && !method) throw noMethod();
  const intent = add(books, {
    ...given,
    amount,
    currency,
    customer,
    metadata: mergeMetadata({}, given.metadata),
  });
  if (method) {
    intent.payment_method = method.id;
    intent.status = 'requires_confirmation';
  }
  if (given.confirm && method) life.confirm(bank, intent, method, given);
  return render(books, intent);
};

function noMethod() {
  return refused(
    'You cannot confirm this PaymentIntent because it is missing a payment method. Update the PaymentIntent ' +
      'with a payment method and then confirm it again.',
    { code: 'payment_intent_unexpected_state' },
  );
}

const show: Verb = ({ books, form, id }) => {
  read(form, { client_secret: text });
  return render(books, find(books, id));
};

const updateShape = {
  ...describing,
  amount: integer,
  capture_method: captureMethod,
  currency: text,
  customer: text,
  payment_method: text,
} satisfies NamesOf<Stripe.PaymentIntentUpdateParams>;

const update: Verb = ({ books, form, id }) => {
  const { metadata: givenMetadata, customer, payment_method, ...given } = read(form, updateShape);
  const intent = find(books, id);
  if (!life.isWaitingForPayment(intent)) {
    const fixed = ['amount', 'capture_method', 'currency'].find((name) => name in given);
    if (fixed || payment_method) {
      throw life.unexpectedState(
        books,
        intent,
        `This PaymentIntent's ${fixed ?? 'payment_method'} could not be updated because it has a status of ` +
          `${intent.status}.`,
      );
    }
  }
  if (given.currency !== undefined) given.currency = checkCurrency(given.currency);
  if (given.amount !== undefined) checkAmount(given.amount, given.currency ?? intent.currency);
  if (customer) intent.customer = customers.known(books, customer);
  Object.assign(intent, given, { metadata: mergeMetadata(intent.metadata, givenMetadata) });
  if (payment_method) {
    intent.payment_method = paymentMethods.findOrMake(books, payment_method).id;
    intent.status = 'requires_confirmation';
  }
  return render(books, intent);
};

const confirmShape = {
  ...confirming,
  capture_method: captureMethod,
  receipt_email: email,
} satisfies NamesOf<Stripe.PaymentIntentConfirmParams>;

const confirm: Verb = ({ bank, books, form, id }) => {
  const given = read(form, confirmShape);
  const intent = find(books, id);
  if (!life.isWaitingForPayment(intent)) {
    throw life.unexpectedState(
      books,
      intent,
      intent.status === 'succeeded'
        ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
        : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
    );
  }
  const named = given.payment_method ?? intent.payment_method;
  if (!named) throw noMethod();
  if (given.capture_method) intent.capture_method = given.capture_method;
  if (given.receipt_email) intent.receipt_email = given.receipt_email;
  life.confirm(bank, intent, paymentMethods.findOrMake(books, named), given);
  return render(books, intent);
};

const captureShape = {
  amount_to_capture: integer,
  final_capture: boolean,
  metadata,
  statement_descriptor_suffix: text,
} satisfies NamesOf<Stripe.PaymentIntentCaptureParams>;

const capture: Verb = ({ books, form, id }) => {
  const given = read(form, captureShape);
  const intent = find(books, id);
  if (given.final_capture === false) {
    throw refused('This account may not capture a payment more than once.', { param: 'final_capture' });
  }
  life.capture(books, intent, given.amount_to_capture ?? intent.amount, () => {
    intent.metadata = mergeMetadata(intent.metadata, given.metadata);
    if (given.statement_descriptor_suffix) {
      intent.statement_descriptor_suffix = given.statement_descriptor_suffix;
    }
  });
  return render(books, intent);
};

const cancelShape = {
  cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'),
} satisfies NamesOf<Stripe.PaymentIntentCancelParams>;

const cancel: Verb = ({ books, form, id }) => {
  const given = read(form, cancelShape);
  const intent = find(books, id);
  life.cancel(books, intent, given.cancellation_reason ?? null);
  return render(books, intent);
};

const listShape = {
  ...pageShape,
  created,
  customer: text,
} satisfies NamesOf<Stripe.PaymentIntentListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.payment_intents).filter((intent) => {
    if (asked.customer && intent.customer !== asked.customer) return false;
    return asked.created?.(intent.created) ?? true;
  });
  return page(rows, (intent) => render(books, intent), asked, '/v1/payment_intents');
};

export const routes = [
  ['post', '/v1/payment_intents', create],
  ['get', '/v1/payment_intents', index],
  ['get', '/v1/payment_intents/:id', show],
  ['post', '/v1/payment_intents/:id', update],
  ['post', '/v1/payment_intents/:id/confirm', confirm],
  ['post', '/v1/payment_intents/:id/capture', capture],
  ['post', '/v1/payment_intents/:id/cancel', cancel],
] as const;
