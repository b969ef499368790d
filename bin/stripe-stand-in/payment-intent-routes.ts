import type Stripe from 'stripe';
import type { Verb } from './api';
import * as customers from './customers';
import { invalid, refused } from './errors';
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
import { add, find, render } from './payment-intents';
import * as paymentMethods from './payment-methods';

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
