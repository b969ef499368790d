import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import { missing } from './errors';
import { record } from './events';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import {
  clearable,
  hash,
  listOf,
  mergeMetadata,
  metadata,
  type NamesOf,
  type Rule,
  read,
  text,
} from './parameters';

export interface CustomerRow {
  id: string;
  created: number;
  name: string | null;
  email: string | null;
  phone: string | null;
  description: string | null;
  address: Stripe.Address | null;
  preferred_locales: string[];
  metadata: Record<string, string>;
  isDeleted: boolean;
}

const addressParts = {
  city: clearable,
  country: clearable,
  line1: clearable,
  line2: clearable,
  postal_code: clearable,
  state: clearable,
} satisfies NamesOf<Stripe.AddressParam>;

const address: Rule<Stripe.Address | null> = (value, name) => {
  if (value === '') return null;
  const given = hash(addressParts)(value, name);
  const blank = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return { ...blank, ...given };
};

const shape = {
  address,
  description: clearable,
  email: clearable,
  metadata,
  name: clearable,
  phone: clearable,
  preferred_locales: listOf(text),
} satisfies NamesOf<Stripe.CustomerCreateParams & Stripe.CustomerUpdateParams>;

export function render(_books: Books, customer: CustomerRow): Stripe.Customer {
  return {
    id: customer.id,
    object: 'customer',
    address: customer.address,
    balance: 0,
    created: customer.created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    invoice_prefix: customer.id.slice(-8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: customer.metadata,
    name: customer.name,
    next_invoice_sequence: 1,
    phone: customer.phone,
    preferred_locales: customer.preferred_locales,
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

/** The customer named in another object's parameter. */
export function known(books: Books, id: string | undefined): string | null {
  if (id === undefined) return null;
  const customer = row(books.customers, id);
  if (!customer || customer.isDeleted) throw missing('customer', id, 'customer', 400);
  return id;
}

function find(books: Books, id: string): CustomerRow {
  const customer = row(books.customers, id);
  if (!customer) throw missing('customer', id, 'id');
  return customer;
}

const create: Verb = ({ books, form }) => {
  const given = read(form, shape);
  const customer: CustomerRow = {
    id: newId('cus', 14),
    created: now(books),
    name: given.name ?? null,
    email: given.email ?? null,
    phone: given.phone ?? null,
    description: given.description ?? null,
    address: given.address ?? null,
    preferred_locales: given.preferred_locales ?? [],
    metadata: mergeMetadata({}, given.metadata),
    isDeleted: false,
  };
  books.customers[customer.id] = customer;
  record(books, 'customer.created', render(books, customer));
  return render(books, customer);
};

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  const customer = find(books, id);
  return customer.isDeleted ? deleted(id) : render(books, customer);
};

const update: Verb = ({ books, form, id }) => {
  const { metadata: given, ...rest } = read(form, shape);
  const customer = find(books, id);
  if (customer.isDeleted) throw missing('customer', id, 'id');
  Object.assign(customer, rest, { metadata: mergeMetadata(customer.metadata, given) });
  record(books, 'customer.updated', render(books, customer));
  return render(books, customer);
};

const destroy: Verb = ({ books, form, id }) => {
  read(form, {});
  const customer = find(books, id);
  customer.isDeleted = true;
  record(books, 'customer.deleted', render(books, customer));
  return deleted(id);
};

function deleted(id: string): Stripe.DeletedCustomer {
  return { id, object: 'customer', deleted: true };
}

const listShape = { ...pageShape, created, email: text } satisfies NamesOf<Stripe.CustomerListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.customers).filter((customer) => {
    if (customer.isDeleted || (asked.email && customer.email !== asked.email)) return false;
    return asked.created?.(customer.created) ?? true;
  });
  return page(rows, (customer) => render(books, customer), asked, '/v1/customers');
};

export const routes = [
  ['post', '/v1/customers', create],
  ['get', '/v1/customers', index],
  ['get', '/v1/customers/:id', show],
  ['post', '/v1/customers/:id', update],
  ['delete', '/v1/customers/:id', destroy],
] as const;
