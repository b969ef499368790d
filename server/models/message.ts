// Letters to the customer. The transaction that has news writes a task; the worker composes and sends.
import { NotFound } from '../errors';
import { type Db, now, type Trx } from './database';
import * as event from './event';
import * as task from './task';

export const TEMPLATES = [
  'order-received',
  'proof-ready',
  'changes-received',
  'approved',
  'in-production',
  'sign-code',
  'order-link',
  'artwork-needed',
  'payment-needed',
  'order-cancelled',
  'order-changed',
  'approval-recorded',
  'approval-withdrawn',
  'order-ready',
  'order-sent',
  'refunded',
  'refund-failed',
  'dispute-opened',
  'dispute-closed',
  'fraud-warning',
] as const;
export type Template = (typeof TEMPLATES)[number];

export interface Attachment {
  filename: string;
  sha256: string;
  media_type: string;
}

export interface Message {
  id: string;
  order_id: string | null;
  template: Template;
  language: 'en' | 'fr';
  to_address: string;
  subject: string;
  html: string;
  text: string;
  attachments: Attachment[];
  state: 'queued' | 'sent' | 'kept' | 'refused';
  message_id: string;
  reply: string | null;
  created_at: string;
  sent_at: string | null;
}

const parse = (row: Record<string, unknown>): Message =>
  ({ ...row, attachments: JSON.parse(row.attachments as string) }) as unknown as Message;

/** Has a letter sent, once for each `key`. A customer who gave no e-mail address gets none. */
export async function enqueue(
  trx: Trx,
  template: Template,
  order: { id: string; contact_email: string | null },
  key: string,
  payload: Record<string, unknown> = {},
): Promise<void> {
  if (!order.contact_email) return;
  await task.enqueue(
    trx,
    'send_message',
    { ...payload, template, order_id: order.id },
    { key: `message:${key}`, order_id: order.id },
  );
}

/** Has a letter sent to the shop's own address, about an order, once for each `key`. */
export async function enqueueToShop(
  trx: Trx,
  template: Template,
  order_id: string,
  key: string,
  payload: Record<string, unknown> = {},
): Promise<void> {
  await task.enqueue(
    trx,
    'send_message',
    { ...payload, template, order_id, to: 'shop' },
    { key: `message:${key}`, order_id },
  );
}

/** Keeps the composed letter before it is sent, so that a second try sends the same words under the same id. */
export async function compose(
  db: Db,
  letter: Omit<Message, 'state' | 'reply' | 'created_at' | 'sent_at'>,
): Promise<Message> {
  await db('messages')
    .insert({
      ...letter,
      attachments: JSON.stringify(letter.attachments),
      state: 'queued',
      created_at: now(),
    })
    .onConflict('id')
    .ignore();
  return findMessage(db, letter.id);
}

/** Notes how sending ended: `sent` by SMTP, `kept` in the data folder, or `refused` by the receiving server. */
export async function settle(
  db: Db,
  letter: Message,
  state: 'sent' | 'kept' | 'refused',
  reply: string,
): Promise<void> {
  await db.transaction(async (trx) => {
    const changed = await trx('messages')
      .where({ id: letter.id, state: 'queued' })
      .update({ state, reply, sent_at: now() });
    if (changed === 0 || !letter.order_id) return;
    await event.append(
      trx,
      letter.order_id,
      state === 'refused' ? 'message.refused' : 'message.sent',
      event.SYSTEM,
      { template: letter.template, message_id: letter.message_id, how: state },
      { to: letter.to_address },
    );
  });
}

export async function findMessage(db: Db, id: string): Promise<Message> {
  const row = await db('messages').where({ id }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

export async function ofOrder(db: Db, order_id: string): Promise<Message[]> {
  return (await db('messages').where({ order_id }).orderBy('created_at')).map(parse);
}

export type Listed = Pick<
  Message,
  'id' | 'template' | 'to_address' | 'subject' | 'state' | 'reply' | 'created_at'
> & {
  order_ref: string | null;
};

/** Letters for a list, newest first, each with the reference of its order. */
export async function list(db: Db, state: Message['state'] | null, limit = 100): Promise<Listed[]> {
  const query = db('messages')
    .leftJoin('orders', 'orders.id', 'messages.order_id')
    .orderBy('messages.created_at', 'desc')
    .limit(limit)
    .select(
      ...['id', 'template', 'to_address', 'subject', 'state', 'reply', 'created_at'].map(
        (column) => `messages.${column}`,
      ),
      'orders.ref as order_ref',
    );
  return state ? query.where('messages.state', state) : query;
}

export async function newest(db: Db, limit = 100): Promise<Message[]> {
  return (await db('messages').orderBy('created_at', 'desc').limit(limit)).map(parse);
}
