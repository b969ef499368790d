import type Stripe from 'stripe';
import type { Verb } from './api';
import { ApiVersion } from './api-version';
import { type Books, now, row } from './books';
import { missing } from './errors';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import { boolean, listOf, type NamesOf, read, text } from './parameters';

export type EventType =
  | 'charge.captured'
  | 'charge.dispute.closed'
  | 'charge.dispute.created'
  | 'charge.dispute.funds_reinstated'
  | 'charge.dispute.funds_withdrawn'
  | 'charge.dispute.updated'
  | 'charge.expired'
  | 'charge.failed'
  | 'charge.refunded'
  | 'charge.succeeded'
  | 'checkout.session.completed'
  | 'checkout.session.expired'
  | 'customer.created'
  | 'customer.deleted'
  | 'customer.updated'
  | 'payment_intent.amount_capturable_updated'
  | 'payment_intent.canceled'
  | 'payment_intent.created'
  | 'payment_intent.payment_failed'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded'
  | 'radar.early_fraud_warning.created'
  | 'refund.created'
  | 'refund.failed'
  | 'refund.updated';

export interface EventRow {
  id: string;
  type: EventType;
  created: number;
  /** The object as it was when the event happened. */
  object: object;
  request: { id: string | null; idempotency_key: string | null };
}

export interface DeliveryRow {
  id: string;
  event: string;
  endpoint: string;
  attempts: number;
  /** Wall clock, milliseconds. */
  due_ms: number;
  state: 'waiting' | 'delivered' | 'given_up';
  last_answer: string | null;
}

export const EVENTS_KEPT_S = 30 * 24 * 3600;

/** Which API request the present event belongs to; nobody's, when a page or the clock caused it. */
let request: EventRow['request'] = { id: null, idempotency_key: null };

// Every verb runs to its end without waiting, so one variable is enough to know who is asking.
export function during<T>(asked: EventRow['request'], work: () => T): T {
  request = asked;
  try {
    return work();
  } finally {
    request = { id: null, idempotency_key: null };
  }
}

/** Records that something happened and queues a delivery to every endpoint that wants to know. */
export function record(books: Books, type: EventType, object: object) {
  const event: EventRow = {
    id: newId('evt'),
    type,
    created: now(books),
    object: JSON.parse(JSON.stringify(object)),
    request,
  };
  books.events[event.id] = event;
  for (const endpoint of Object.values(books.webhook_endpoints)) {
    if (endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type)) {
      queueDelivery(books, event.id, endpoint.id);
    }
  }
}

export function queueDelivery(books: Books, event: string, endpoint: string) {
  const id = newId('delivery');
  books.deliveries[id] = {
    id,
    event,
    endpoint,
    attempts: 0,
    due_ms: Date.now(),
    state: 'waiting',
    last_answer: null,
  };
}

export function forgetOldEvents(books: Books) {
  for (const event of Object.values(books.events)) {
    if (event.created > now(books) - EVENTS_KEPT_S) return;
    delete books.events[event.id];
    for (const delivery of Object.values(books.deliveries)) {
      if (delivery.event === event.id) delete books.deliveries[delivery.id];
    }
  }
}

export function render(books: Books, event: EventRow): Stripe.Event {
  const waiting = Object.values(books.deliveries).filter(
    (delivery) => delivery.event === event.id && delivery.state === 'waiting',
  );
  return {
    id: event.id,
    object: 'event',
    api_version: ApiVersion,
    created: event.created,
    data: { object: event.object },
    livemode: false,
    pending_webhooks: waiting.length,
    request: event.request,
    type: event.type,
  } as Stripe.Event;
}

const listShape = {
  ...pageShape,
  created,
  delivery_success: boolean,
  type: text,
  types: listOf(text),
} satisfies NamesOf<Stripe.EventListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.events).filter((event) => {
    if (asked.type && event.type !== asked.type) return false;
    if (asked.types && !asked.types.includes(event.type)) return false;
    return asked.created?.(event.created) ?? true;
  });
  return page(rows, (event) => render(books, event), asked, '/v1/events');
};

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  const event = row(books.events, id);
  if (!event) throw missing('event', id, 'id');
  return render(books, event);
};

export const routes = [
  ['get', '/v1/events', index],
  ['get', '/v1/events/:id', show],
] as const;
