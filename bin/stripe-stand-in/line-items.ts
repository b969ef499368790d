import type Stripe from 'stripe';
import { invalid } from './errors';
import { newId } from './ids';
import { checkCurrency } from './money';
import { hash, integer, metadata, type NamesOf, text } from './parameters';

export interface LineItemRow {
  id: string;
  name: string;
  description: string | null;
  currency: string;
  unit_amount: number;
  quantity: number;
}

const productShape = {
  description: text,
  metadata,
  name: text,
} satisfies NamesOf<Stripe.Checkout.SessionCreateParams.LineItem.PriceData.ProductData>;

const priceShape = {
  currency: text,
  product_data: hash(productShape, ['name']),
  unit_amount: integer,
} satisfies NamesOf<Stripe.Checkout.SessionCreateParams.LineItem.PriceData>;

export const shape = {
  price_data: hash(priceShape, ['currency', 'product_data', 'unit_amount']),
  quantity: integer,
} satisfies NamesOf<Stripe.Checkout.SessionCreateParams.LineItem>;

interface Given {
  price_data: {
    currency: string;
    unit_amount: number;
    product_data: { name: string; description?: string };
  };
  quantity?: number;
}

export function rows(given: Given[]): LineItemRow[] {
  const made = given.map(({ price_data, quantity = 1 }, i) => {
    const name = `line_items[${i}]`;
    if (price_data.unit_amount < 0) {
      throw invalid('Invalid non-negative integer', `${name}[price_data][unit_amount]`);
    }
    if (quantity < 1) throw invalid('Invalid positive integer', `${name}[quantity]`);
    return {
      id: newId('li'),
      name: price_data.product_data.name,
      description: price_data.product_data.description ?? null,
      currency: checkCurrency(price_data.currency, `${name}[price_data][currency]`),
      unit_amount: price_data.unit_amount,
      quantity,
    };
  });
  if (made.length === 0) throw invalid('Missing required param: line_items.', 'line_items');
  if (made.some((item) => item.currency !== made[0]!.currency)) {
    throw invalid('You cannot combine currencies on a single Checkout Session.', 'line_items');
  }
  return made;
}

export function render(item: LineItemRow, session: { created: number }): Stripe.LineItem {
  const total = item.unit_amount * item.quantity;
  return {
    id: item.id,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: total,
    amount_tax: 0,
    amount_total: total,
    currency: item.currency,
    description: item.name,
    metadata: {},
    price: {
      id: item.id.replace('li', 'price'),
      object: 'price',
      active: false,
      billing_scheme: 'per_unit',
      created: session.created,
      currency: item.currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: item.id.replace('li', 'prod'),
      recurring: null,
      tax_behavior: 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'one_time',
      unit_amount: item.unit_amount,
      // A decimal travels as text; the SDK turns it into its own number.
      unit_amount_decimal: String(item.unit_amount) as unknown as Stripe.Decimal,
    },
    quantity: item.quantity,
  };
}
