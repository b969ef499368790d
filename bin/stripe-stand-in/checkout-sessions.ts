import type Stripe from 'stripe';
import type { Verb } from './api';
import type { Bank } from './bank';
import { type Books, now, row } from './books';
import type { Card } from './cards';
import * as customers from './customers';
import { invalid, missing, refused } from './errors';
import { record } from './events';
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
import * as life from './payment-intent-life';
import * as paymentIntents from './payment-intents';
import * as paymentMethods from './payment-methods';

const MINUTE_S = 60;
export const SHORTEST_S = 30 * MINUTE_S;
export const LONGEST_S = 24 * 60 * MINUTE_S;

export interface SessionRow {
  id: string;
  created: number;
  status: 'open' | 'complete' | 'expired';
  /** As the caller asked, on the caller's clock. */
  expires_at: number;
  /** The same moment on the stand-in's clock. */
  lapses_at: number;
  url: string;
  line_items: lineItems.LineItemRow[];
  amount_total: number;
  currency: string;
  customer: string | null;
  customer_email: string | null;
  client_reference_id: string | null;
  locale: Stripe.Checkout.Session.Locale | null;
  submit_type: 'auto' | 'book' | 'donate' | 'pay' | null;
  shop_name: string | null;
  /** The shop's own words under the button. */
  submit_message: string | null;
  metadata: Record<string, string>;
  success_url: string;
  cancel_url: string | null;
  intent_data: Partial<paymentIntents.NewIntent>;
  /** Made when the customer first presses the button, not before: so does Stripe. */
  payment_intent: string | null;
  paid_by_email: string | null;
}

export function render(books: Books, session: SessionRow): Stripe.Checkout.Session {
  const intent = session.payment_intent ? books.payment_intents[session.payment_intent] : undefined;
  const isOpen = session.status === 'open';
  return {
    id: session.id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: session.amount_total,
    amount_total: session.amount_total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: session.cancel_url,
    client_reference_id: session.client_reference_id,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: session.created,
    currency: session.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: session.submit_message ? { message: session.submit_message } : null,
      terms_of_service_acceptance: null,
    },
    customer: session.customer,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: renderCustomerDetails(session),
    customer_email: session.customer_email,
    discounts: [],
    expires_at: session.expires_at,
    integration_identifier: null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: session.locale,
    managed_payments: null,
    metadata: session.metadata,
    mode: 'payment',
    origin_context: null,
    payment_intent: session.payment_intent,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: intent?.status === 'succeeded' ? 'paid' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: session.status,
    submit_type: session.submit_type,
    subscription: null,
    success_url: session.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: isOpen ? session.url : null,
    wallet_options: null,
  };
}

function renderCustomerDetails(session: SessionRow): Stripe.Checkout.Session.CustomerDetails | null {
  const address = session.paid_by_email ?? session.customer_email;
  if (!address) return null;
  return {
    address: null,
    business_name: null,
    email: address,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: null,
  };
}

export function lineItemsOf(session: SessionRow): Stripe.ApiList<Stripe.LineItem> {
  // Line items keep the order they were given in, unlike every other list.
  const data = session.line_items.map((item) => lineItems.render(item, session));
  const address = `/v1/checkout/sessions/${session.id}/line_items`;
  return { object: 'list', data, has_more: false, url: address };
}

export function find(books: Books, id: string): SessionRow {
  const session = row(books.checkout_sessions, id);
  if (!session) throw missing('checkout.session', id, 'session');
  return session;
}

/** The page of this session closes unpaid. */
export function expire(books: Books, session: SessionRow) {
  session.status = 'expired';
  const intent = session.payment_intent ? books.payment_intents[session.payment_intent] : undefined;
  record(books, 'checkout.session.expired', render(books, session));
  if (intent && life.isWaitingForPayment(intent)) life.end(books, intent, 'expired');
}

/** The customer presses the button on the hosted page. */
export function pay(bank: Bank, session: SessionRow, card: Card, paid_by_email: string | null) {
  const { books } = bank;
  session.paid_by_email = paid_by_email ?? session.customer_email;
  const intent = session.payment_intent
    ? books.payment_intents[session.payment_intent]!
    : paymentIntents.add(books, {
        ...session.intent_data,
        amount: session.amount_total,
        currency: session.currency,
        customer: session.customer,
      });
  session.payment_intent = intent.id;
  const method = paymentMethods.add(books, card, session.paid_by_email);
  life.attempt(books, intent, method, 'present');
  completeIfPaid(books, session, intent);
  return intent;
}

export function completeIfPaid(books: Books, session: SessionRow, intent: paymentIntents.IntentRow) {
  if (life.isWaitingForPayment(intent) || session.status !== 'open') return;
  session.status = 'complete';
  record(books, 'checkout.session.completed', render(books, session));
}

export function successAddress(session: SessionRow): string {
  return session.success_url.replace(/(\{|%7B)CHECKOUT_SESSION_ID(\}|%7D)/gi, session.id);
}

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
