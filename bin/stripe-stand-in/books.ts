import fs from 'node:fs';
import type { ChargeRow } from './charges';
import type { SessionRow } from './checkout-sessions';
import type { CustomerRow } from './customers';
import type { DisputeRow } from './disputes';
import type { DeliveryRow, EventRow } from './events';
import type { FileRow } from './files';
import type { FraudWarningRow } from './fraud-warnings';
import type { AnswerRow } from './idempotency';
import type { IntentRow } from './payment-intents';
import type { PaymentMethodRow } from './payment-methods';
import type { RefundRow } from './refunds';
import type { EndpointRow } from './webhook-endpoints';

/** Everything the stand-in remembers: plain JSON, oldest row first in every table. */
export interface Books {
  /** How far the stand-in's clock runs ahead of the wall clock. */
  ahead_s: number;
  charges: Record<string, ChargeRow>;
  checkout_sessions: Record<string, SessionRow>;
  customers: Record<string, CustomerRow>;
  disputes: Record<string, DisputeRow>;
  files: Record<string, FileRow>;
  fraud_warnings: Record<string, FraudWarningRow>;
  payment_intents: Record<string, IntentRow>;
  payment_methods: Record<string, PaymentMethodRow>;
  refunds: Record<string, RefundRow>;
  webhook_endpoints: Record<string, EndpointRow>;
  events: Record<string, EventRow>;
  deliveries: Record<string, DeliveryRow>;
  answers: Record<string, AnswerRow>;
}

export function openBooks(state_file?: string): Books {
  const empty: Books = {
    ahead_s: 0,
    charges: {},
    checkout_sessions: {},
    customers: {},
    disputes: {},
    files: {},
    fraud_warnings: {},
    payment_intents: {},
    payment_methods: {},
    refunds: {},
    webhook_endpoints: {},
    events: {},
    deliveries: {},
    answers: {},
  };
  if (!state_file || !fs.existsSync(state_file)) return empty;
  return { ...empty, ...JSON.parse(fs.readFileSync(state_file, 'utf8')) };
}

export function saveBooks(books: Books, state_file: string) {
  const draft = `${state_file}.new`;
  fs.writeFileSync(draft, JSON.stringify(books));
  fs.renameSync(draft, state_file);
}

/** The stand-in's time, in whole seconds as in Stripe's objects. */
export function now(books: Books): number {
  return Math.floor(Date.now() / 1000) + books.ahead_s;
}

/** A row by its id, or undefined; safe for an id such as `__proto__`. */
export function row<T>(table: Record<string, T>, id: string): T | undefined {
  return Object.hasOwn(table, id) ? table[id] : undefined;
}
