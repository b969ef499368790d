import type Stripe from 'stripe';
import type { Verb } from './api';
import { ApiVersion } from './api-version';
import { type Books, now, row } from './books';
import { missing } from './errors';
import { newId } from './ids';
import { page, pageShape } from './lists';
import {
  clearable,
  listOf,
  mergeMetadata,
  metadata,
  type NamesOf,
  oneOf,
  read,
  text,
  url,
} from './parameters';

export interface EndpointRow {
  id: string;
  created: number;
  url: string;
  secret: string;
  enabled_events: string[];
  description: string | null;
  metadata: Record<string, string>;
}

function render(endpoint: EndpointRow): Stripe.WebhookEndpoint {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    api_version: ApiVersion,
    application: null,
    created: endpoint.created,
    description: endpoint.description,
    enabled_events: endpoint.enabled_events,
    livemode: false,
    metadata: endpoint.metadata,
    status: 'enabled',
    url: endpoint.url,
  };
}

/** Registers an address that hears of everything; the same address again only changes the secret. */
export function register(books: Books, address: string, secret: string) {
  const known = Object.values(books.webhook_endpoints).find((one) => one.url === address);
  if (known) known.secret = secret;
  else add(books, { url: address, enabled_events: ['*'], secret });
}

function add(
  books: Books,
  given: Pick<EndpointRow, 'url' | 'enabled_events'> & Partial<EndpointRow>,
): EndpointRow {
  const endpoint = {
    id: newId('we'),
    created: now(books),
    secret: newId('whsec', 32),
    description: null,
    metadata: {},
    ...given,
  };
  books.webhook_endpoints[endpoint.id] = endpoint;
  return endpoint;
}

const createShape = {
  api_version: oneOf(ApiVersion),
  description: clearable,
  enabled_events: listOf(text),
  metadata,
  url,
} satisfies NamesOf<Stripe.WebhookEndpointCreateParams>;

const create: Verb = ({ books, form }) => {
  const given = read(form, createShape, ['enabled_events', 'url']);
  const endpoint = add(books, {
    url: given.url,
    enabled_events: given.enabled_events,
    description: given.description ?? null,
    metadata: mergeMetadata({}, given.metadata),
  });
  // Stripe shows the secret in this one answer only.
  return { ...render(endpoint), secret: endpoint.secret };
};

function find(books: Books, id: string): EndpointRow {
  const endpoint = row(books.webhook_endpoints, id);
  if (!endpoint) throw missing('webhook endpoint', id, 'webhook_endpoint');
  return endpoint;
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  return render(find(books, id));
};

const destroy: Verb = ({ books, form, id }): Stripe.DeletedWebhookEndpoint => {
  read(form, {});
  find(books, id);
  delete books.webhook_endpoints[id];
  return { id, object: 'webhook_endpoint', deleted: true };
};

const index: Verb = ({ books, form }) =>
  page(Object.values(books.webhook_endpoints), render, read(form, pageShape), '/v1/webhook_endpoints');

export const routes = [
  ['post', '/v1/webhook_endpoints', create],
  ['get', '/v1/webhook_endpoints', index],
  ['get', '/v1/webhook_endpoints/:id', show],
  ['delete', '/v1/webhook_endpoints/:id', destroy],
] as const;
