import { randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Conflict, NotFound } from '../errors';
import * as customer from './customer';
import { type Db, isUniqueViolation, now, type Trx, within } from './database';
import * as event from './event';
import * as message from './message';
import { move, type OrderState } from './order-state';
import * as payment from './payment';
import { type Quote, quote } from './price';
import {
  type Choice,
  type Description,
  describe,
  type Product,
  specificationFor,
  statementsFor,
  turnaroundDays,
} from './product';
import type { Shop } from './setting';
import * as task from './task';
import { randomCode, randomDigits, sha256 } from './token';

export type Language = 'en' | 'fr';

/** What was ordered, frozen: what the customer signs for is this and nothing that the catalogue says later. */
export interface Specification {
  product_version: number;
  choice: Choice;
  print: ReturnType<typeof specificationFor>;
  words: Record<Language, Description>;
  statements: Array<{ key: string; text: Record<Language, string> }>;
  turnaround_days: number;
  included_rounds: number;
  extra_round_cents: number;
}

export interface Order {
  /** When its customer's personal data were erased. */
  erased_at: string | null;
  id: string;
  ref: string;
  state: OrderState;
  link_token_sha256: string;
  channel: 'web' | 'counter';
  language: Language;
  customer_id: string | null;
  contact_name: string | null;
  contact_email: string | null;
  contact_phone: string | null;
  delivery_address: string | null;
  note: string | null;
  product_key: string | null;
  specification: Specification | null;
  specification_sha256: string | null;
  quote: Quote | null;
  price_version: number;
  total_cents: number | null;
  currency: string | null;
  payment_method: 'card' | 'counter' | null;
  ready_on: string | null;
  proof_promised_at: string | null;
  current_artwork_id: string | null;
  current_proof_id: string | null;
  live_approval_id: string | null;
  staff_id: string | null;
  created_at: string;
  placed_at: string | null;
  state_since: string;
}

/** An order that has been placed: everything a draft may still lack is there. */
export type PlacedOrder = Order & {
  specification: Specification;
  specification_sha256: string;
  quote: Quote;
  total_cents: number;
  currency: string;
  contact_name: string;
  payment_method: 'card' | 'counter';
};

const REF_TRIES = 8;

export const newId = () => randomUUID();

function parse(row: Record<string, unknown>): Order {
  const json = (text: unknown) => (text === null ? null : JSON.parse(text as string));
  return { ...row, specification: json(row.specification), quote: json(row.quote) } as unknown as Order;
}

/** "K7F-204": short enough to say on the telephone. */
const newRef = () => `${randomCode(3)}-${randomDigits(3)}`;

/**
 * Opens a draft and returns it. `link_token_sha256` is the hash of the private link's token, which the caller
 * derives from `id`; the token itself is never stored.
 */
export async function start(
  db: Db,
  draft: {
    id: string;
    link_token_sha256: string;
    channel: 'web' | 'counter';
    language: Language;
    staff_id?: string | null;
    actor: event.Actor;
  },
): Promise<Order> {
  const { actor, staff_id = null, ...given } = draft;
  for (let tries = 1; ; tries += 1) {
    const at = now();
    const row = {
      ...given,
      staff_id,
      ref: newRef(),
      state: 'draft',
      price_version: 0,
      created_at: at,
      state_since: at,
    };
    try {
      return await within(db, async (trx) => {
        await trx('orders').insert(row);
        await event.append(trx, draft.id, 'order.started', actor, { ref: row.ref, channel: draft.channel });
        return findOrder(trx, draft.id);
      });
    } catch (error) {
      if (!isUniqueViolation(error) || tries === REF_TRIES) throw error;
    }
  }
}

export async function findOrder(db: Db, id: string): Promise<Order> {
  const row = await db('orders').where({ id }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

/** The order that was signed last and whose signature stands. */
export async function latestSignedOrNull(db: Db): Promise<Order | null> {
  const row = await db('orders')
    .join('approvals', 'approvals.id', 'orders.live_approval_id')
    .orderBy('approvals.signed_at', 'desc')
    .first('orders.*');
  return row ? parse(row) : null;
}

export async function findByRef(db: Db, ref: string): Promise<Order> {
  const row = await db('orders').where({ ref: ref.trim().toUpperCase() }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

/** The order behind a private link. Any other token, however close, is not found. */
export async function findByLink(db: Db, token: string): Promise<Order> {
  const row = await db('orders')
    .where({ link_token_sha256: sha256(token) })
    .first();
  if (!row) throw new NotFound('link_not_found');
  return parse(row);
}

export function placed(order: Order): PlacedOrder {
  if (order.placed_at === null) throw new NotFound();
  return order as PlacedOrder;
}

export function draft(order: Order): Order {
  if (order.state !== 'draft') throw new Conflict('conflict.placed_already');
  return order;
}

async function updateDraft(trx: Db, order_id: string, set: Record<string, unknown>): Promise<void> {
  const changed = await trx('orders').where({ id: order_id, state: 'draft' }).update(set);
  if (changed === 0) throw new Conflict('conflict.placed_already');
}

/** The fingerprint of a specification: SHA-256 of its canonical JSON (RFC 8785). */
export const specificationSha256 = (specification: Specification) =>
  sha256(canonicalize(specification) as string);

export function specify(product: Product, choice: Choice): Specification {
  return {
    product_version: product.version,
    choice,
    print: specificationFor(product, choice),
    words: { en: describe(product, choice, 'en'), fr: describe(product, choice, 'fr') },
    statements: statementsFor(product, choice).map(({ key, text }) => ({ key, text })),
    turnaround_days: turnaroundDays(product, choice),
    included_rounds: product.included_rounds,
    extra_round_cents: product.extra_round_cents,
  };
}

/** The columns of an order that say what is ordered. */
export function specified(product: Product, choice: Choice) {
  const specification = specify(product, choice);
  return {
    product_key: product.key,
    product_version: product.version,
    choice: JSON.stringify(choice),
    specification: JSON.stringify(specification),
    specification_sha256: specificationSha256(specification),
  };
}

/** Sets product, options and quantity of a draft, and with them the price of today. */
export async function choose(
  db: Db,
  order_id: string,
  product: Product,
  choice: Choice,
  shop: Shop,
): Promise<void> {
  const price = quote(product, choice, shop);
  await updateDraft(db, order_id, {
    ...specified(product, choice),
    quote: JSON.stringify(price),
    price_version: 1,
    total_cents: price.total_cents,
    currency: price.currency,
  });
}

export interface Details {
  contact_name: string;
  contact_email: string | null;
  contact_phone: string | null;
  delivery_address: string | null;
  note: string | null;
  language: Language;
}

export async function giveDetails(db: Db, order_id: string, details: Details): Promise<void> {
  await updateDraft(db, order_id, { ...details });
}

/** What a draft still lacks before it can be placed, as steps of the order form. */
export function missingSteps(order: Order): Array<'product' | 'details'> {
  const steps: Array<'product' | 'details'> = [];
  if (!order.specification) steps.push('product');
  if (!order.contact_name || (order.channel === 'web' && !order.contact_email)) steps.push('details');
  return steps;
}

/**
 * Places a draft: from here on the shop works. With artwork the proof is made, without it the shop waits for it.
 * `proof_promised_at` is what the customer is told. Conflict when the draft was changed since `price_version`
 * and `total_cents` were shown, or placed already.
 */
export async function place(
  db: Db,
  order_id: string,
  terms: {
    total_cents: number;
    specification_sha256: string;
    payment_method: 'card' | 'counter';
    ready_on: string;
    proof_promised_at: string;
    device_sha256: string | null;
    actor: event.Actor;
  },
): Promise<PlacedOrder> {
  const { device_sha256, actor, total_cents, specification_sha256, ...promise } = terms;
  return within(db, async (trx) => {
    const before = await findOrder(trx, order_id);
    const verb = before.current_artwork_id ? 'place' : 'place_without_artwork';
    await move(trx, order_id, verb, {
      where: { total_cents, specification_sha256, current_artwork_id: before.current_artwork_id },
      set: { ...promise, placed_at: now() },
      key: 'conflict.draft_changed',
    });
    const order = placed(await findOrder(trx, order_id));
    const customer_id = await customer.recognise(trx, {
      name: order.contact_name,
      email: order.contact_email,
      phone: order.contact_phone,
      language: order.language,
    });
    await trx('orders').where({ id: order_id }).update({ customer_id });
    if (device_sha256) {
      await trx('known_devices')
        .insert({ order_id, device_sha256, known_because: 'ordered_here', known_since: now() })
        .onConflict(['order_id', 'device_sha256'])
        .ignore();
    }
    await event.append(
      trx,
      order_id,
      'order.placed',
      actor,
      {
        ref: order.ref,
        language: order.language,
        specification_sha256: order.specification_sha256,
        total_cents: order.total_cents,
        currency: order.currency,
        payment_method: order.payment_method,
        ready_on: promise.ready_on,
      },
      { name: order.contact_name, email: order.contact_email, phone: order.contact_phone },
    );
    if (verb === 'place') await orderProof(trx, order);
    await message.enqueue(trx, 'order-received', order, `order-received:${order_id}`);
    return order;
  });
}

/**
 * Asks the worker for the proof of the current artwork and specification; asking twice for the same is asking once,
 * until that proof was drawn. `variant` names another way of drawing the same.
 */
export async function orderProof(trx: Trx, order: Order, variant = ''): Promise<void> {
  const { id: order_id, current_artwork_id: artwork_id, specification_sha256 } = order;
  const key = `proof:${artwork_id}:${specification_sha256}${variant && `:${variant}`}`;
  await task.enqueue(trx, 'render_proof', { order_id, artwork_id }, { key, order_id, again: true });
}

/** Ends an order that is not yet paid for: waiting work is dropped and a card reservation is given back. */
export async function cancel(db: Db, order_id: string, actor: event.Actor, reason: string): Promise<void> {
  await within(db, async (trx) => {
    await move(trx, order_id, 'cancel', { set: { live_approval_id: null } });
    const order = await findOrder(trx, order_id);
    const approval = await trx('approvals')
      .leftJoin('approval_withdrawals as w', 'w.approval_id', 'approvals.id')
      .where({ 'approvals.order_id': order_id })
      .whereNull('w.approval_id')
      .first('approvals.id');
    if (approval) {
      if (!(await payment.voidCapture(trx, order_id, 'order cancelled')))
        throw new Conflict('conflict.being_charged');
      await trx('approval_withdrawals').insert({
        approval_id: approval.id,
        order_id,
        withdrawn_by: actor.kind === 'staff' ? 'staff' : 'customer',
        reason,
        withdrawn_at: now(),
      });
    }
    await payment.releaseHolds(trx, order_id);
    await event.append(trx, order_id, 'order.cancelled', actor, { reason });
    if (order.placed_at) await message.enqueue(trx, 'order-cancelled', order, `order-cancelled:${order_id}`);
  });
}

/**
 * Changes how an order will be paid, before it is signed: the signature says which. A card reservation is given
 * back when the customer will pay at the counter.
 */
export async function payBy(db: Db, order_id: string, payment_method: 'card' | 'counter'): Promise<void> {
  await within(db, async (trx) => {
    const changed = await trx('orders')
      .where({ id: order_id })
      .whereNotNull('placed_at')
      .whereIn('state', ['awaiting_artwork', 'preparing', 'proofed', 'changes_requested'])
      .update({ payment_method });
    if (changed === 0) throw new Conflict('conflict.signed_already');
    if (payment_method === 'counter') await payment.releaseHolds(trx, order_id);
  });
}

export interface Row {
  id: string;
  ref: string;
  state: OrderState;
  channel: 'web' | 'counter';
  contact_name: string;
  product: Record<Language, Description>;
  quantity: number;
  ready_on: string | null;
  rush: boolean;
  state_since: string;
  payment_method: 'card' | 'counter';
}

function row(raw: Record<string, unknown>): Row {
  const order = parse(raw) as PlacedOrder;
  const { choice, words } = order.specification;
  return {
    id: order.id,
    ref: order.ref,
    state: order.state,
    channel: order.channel,
    contact_name: order.contact_name,
    product: words,
    quantity: choice.quantity,
    ready_on: order.ready_on,
    rush: choice.rush,
    state_since: order.state_since,
    payment_method: order.payment_method,
  };
}

/** Orders in these states by promised date, never by value; `after` is the last row of the page before. */
export async function inStates(
  db: Db,
  states: OrderState[],
  limit = 200,
  after: Pick<Row, 'ready_on' | 'id'> | null = null,
): Promise<Row[]> {
  const query = db('orders')
    .whereIn('state', states)
    .whereNotNull('placed_at')
    .orderBy([{ column: 'ready_on' }, { column: 'id' }])
    .limit(limit);
  if (after) {
    query.andWhere((either) =>
      either
        .where('ready_on', '>', after.ready_on)
        .orWhere((same) => same.where('ready_on', after.ready_on).andWhere('id', '>', after.id)),
    );
  }
  return (await query).map(row);
}

/** Orders that came to one of these states last, newest first. */
export async function latestIn(db: Db, states: OrderState[], limit: number): Promise<Row[]> {
  const rows = await db('orders')
    .whereIn('state', states)
    .whereNotNull('placed_at')
    .orderBy([{ column: 'state_since', order: 'desc' }, { column: 'id' }])
    .limit(limit);
  return rows.map(row);
}

const SEARCH_LIMIT = 50;

/** Orders whose reference, name, e-mail or telephone holds the words; newest first. */
export async function search(db: Db, words: string): Promise<Row[]> {
  const like = `%${words
    .trim()
    .replace(/[\\%_]/g, (sign) => `\\${sign}`)
    .toLowerCase()}%`;
  const digits = words.replace(/\D/g, '');
  const rows = await db('orders')
    .whereNotNull('placed_at')
    .andWhere((any) => {
      for (const column of ['ref', 'contact_name', 'contact_email']) {
        any.orWhereRaw(`lower(${column}) LIKE ? ESCAPE '\\'`, [like]);
      }
      if (digits.length >= 4) {
        any.orWhereRaw("replace(replace(contact_phone, ' ', ''), '.', '') LIKE ?", [`%${digits}%`]);
      }
    })
    .orderBy('placed_at', 'desc')
    .limit(SEARCH_LIMIT);
  return rows.map(row);
}
