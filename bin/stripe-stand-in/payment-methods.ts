import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import { type Card, cardOfKey, cardOfReadyMade } from './cards';
import { missing } from './errors';
import { newId } from './ids';
import { read } from './parameters';

export interface PaymentMethodRow {
  id: string;
  created: number;
  card: string;
  email: string | null;
}

export const EXPIRY_MONTH = 12;

/** Cards of the stand-in are good until the end of the year after the next. */
export function expiryYear(created: number): number {
  return new Date(created * 1000).getUTCFullYear() + 2;
}

export function add(books: Books, card: Card, email: string | null): PaymentMethodRow {
  const method = { id: newId('pm'), created: now(books), card: card.key, email };
  books.payment_methods[method.id] = method;
  return method;
}

/** A stored payment method, or a fresh one from a ready-made name such as `pm_card_visa`. */
export function findOrMake(books: Books, id: string): PaymentMethodRow {
  const stored = row(books.payment_methods, id);
  if (stored) return stored;
  const card = cardOfReadyMade(id);
  if (!card) throw missing('PaymentMethod', id, 'payment_method', 400);
  return add(books, card, null);
}

export function render(_books: Books, method: PaymentMethodRow): Stripe.PaymentMethod {
  const card = cardOfKey(method.card);
  return {
    id: method.id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: method.email, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: EXPIRY_MONTH,
      exp_year: expiryYear(method.created),
      fingerprint: `fp_${card.key}`,
      funding: 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: method.created,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  const method = row(books.payment_methods, id);
  if (!method) throw missing('PaymentMethod', id, 'payment_method');
  return render(books, method);
};

export const routes = [['get', '/v1/payment_methods/:id', show]] as const;
