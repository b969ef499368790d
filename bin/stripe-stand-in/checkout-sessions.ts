import type Stripe from 'stripe';
import type { Bank } from './bank';
import { type Books, row } from './books';
import type { Card } from './cards';
import { missing } from './errors';
import { record } from './events';
import * as lineItems from './line-items';
import * as life from './payment-intent-life';
import * as paymentIntents from './payment-intents';
import * as paymentMethods from './payment-methods';

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
