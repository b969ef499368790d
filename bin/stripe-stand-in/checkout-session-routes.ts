import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now } from './books';
import { expire, find, lineItemsOf, render, type SessionRow } from './checkout-sessions';
import * as customers from './customers';
import { invalid, refused } from './errors';
import { newId } from './ids';
import * as lineItems from './line-items';
import { created, page, pageShape } from './lists';
import { checkAmount } from './money';
import {
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

const MINUTE_S = 60;
export const SHORTEST_S = 30 * MINUTE_S;
export const LONGEST_S = 24 * 60 * MINUTE_S;

const LOCALES = (
  'auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl ' +
  'pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW'
).split(' ');

const intentDataShape = {
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  description: text,
  metadata,
  receipt_email: email,
  setup_future_usage: oneOf('off_session', 'on_session'),
  statement_descriptor: text,
  statement_descriptor_suffix: text,
} satisfies NamesOf<Stripe.Checkout.SessionCreateParams.PaymentIntentData>;

const createShape = {
  branding_settings: hash({ display_name: text }),
  cancel_url: url,
  client_reference_id: text,
  custom_text: hash({ submit: hash({ message: text }, ['message']) }),
  customer: text,
  customer_email: email,
  expires_at: integer,
  line_items: listOf(hash(lineItems.shape, ['price_data'])),
  locale: oneOf(...LOCALES),
  metadata,
  mode: oneOf('payment'),
  payment_intent_data: hash(intentDataShape),
  submit_type: oneOf('auto', 'book', 'donate', 'pay'),
  success_url: url,
  ui_mode: oneOf('hosted_page'),
} satisfies NamesOf<Stripe.Checkout.SessionCreateParams>;

const create: Verb = ({ bank, books, form }) => {
  const given = read(form, createShape, ['mode', 'line_items', 'success_url']);
  if (given.customer && given.customer_email) {
    throw invalid('You may only specify one of these parameters: customer, customer_email.', 'customer');
  }
  const customer = customers.known(books, given.customer);
  const rows = lineItems.rows(given.line_items);
  const { currency } = rows[0]!;
  const amount_total = rows.reduce((sum, item) => sum + item.unit_amount * item.quantity, 0);
  checkAmount(amount_total, currency, 'line_items');
  const id = newId('cs_test', 58);
  const session: SessionRow = {
    id,
    created: now(books),
    status: 'open',
    ...expiry(books, given.expires_at),
    url: `${bank.public_base}/c/pay/${id}`,
    line_items: rows,
    amount_total,
    currency,
    customer,
    customer_email: given.customer_email ?? (customer ? books.customers[customer]!.email : null),
    client_reference_id: given.client_reference_id ?? null,
    locale: given.locale ?? null,
    submit_type: given.submit_type ?? null,
    shop_name: given.branding_settings?.display_name ?? null,
    submit_message: given.custom_text?.submit?.message ?? null,
    metadata: mergeMetadata({}, given.metadata),
    success_url: given.success_url,
    cancel_url: given.cancel_url ?? null,
    intent_data: {
      ...given.payment_intent_data,
      metadata: mergeMetadata({}, given.payment_intent_data?.metadata),
    },
    payment_intent: null,
    paid_by_email: null,
  };
  books.checkout_sessions[id] = session;
  return render(books, session);
};

// A caller whose clock was not moved along with the stand-in's still means "in an hour": measure its
// wish on the wall clock too.
function expiry(books: Books, asked: number | undefined) {
  if (asked === undefined) return { expires_at: now(books) + LONGEST_S, lapses_at: now(books) + LONGEST_S };
  for (const ahead_s of [0, books.ahead_s]) {
    const lapses_at = asked + ahead_s;
    const lasts = lapses_at - now(books);
    if (lasts >= SHORTEST_S - MINUTE_S && lasts <= LONGEST_S + MINUTE_S)
      return { expires_at: asked, lapses_at };
  }
  throw invalid(
    'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
    'expires_at',
  );
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  return render(books, find(books, id));
};

const update: Verb = ({ books, form, id }) => {
  const given = read(form, { metadata });
  const session = find(books, id);
  session.metadata = mergeMetadata(session.metadata, given.metadata);
  return render(books, session);
};

const showLineItems: Verb = ({ books, form, id }) => {
  read(form, { limit: pageShape.limit });
  return lineItemsOf(find(books, id));
};

const expireNow: Verb = ({ books, form, id }) => {
  read(form, {});
  const session = find(books, id);
  if (session.status !== 'open') {
    throw refused(
      'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ' +
        `${session.status}.`,
    );
  }
  expire(books, session);
  return render(books, session);
};

const listShape = {
  ...pageShape,
  created,
  customer: text,
  payment_intent: text,
  status: oneOf('open', 'complete', 'expired'),
} satisfies NamesOf<Stripe.Checkout.SessionListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.checkout_sessions).filter((session) => {
    if (asked.customer && session.customer !== asked.customer) return false;
    if (asked.payment_intent && session.payment_intent !== asked.payment_intent) return false;
    if (asked.status && session.status !== asked.status) return false;
    return asked.created?.(session.created) ?? true;
  });
  return page(rows, (session) => render(books, session), asked, '/v1/checkout/sessions');
};

export const routes = [
  ['post', '/v1/checkout/sessions', create],
  ['get', '/v1/checkout/sessions', index],
  ['get', '/v1/checkout/sessions/:id', show],
  ['post', '/v1/checkout/sessions/:id', update],
  ['post', '/v1/checkout/sessions/:id/expire', expireNow],
  ['get', '/v1/checkout/sessions/:id/line_items', showLineItems],
] as const;
