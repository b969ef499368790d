// Buying on account: terms that an owner granted to one customer, and what of them is used.
import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { Conflict, NotFound } from '../errors';
import { type Db, now, type Trx, within } from './database';
import * as setting from './setting';
import { foldEmail } from './staff';

export interface Terms {
  id: string;
  customer_id: string;
  limit_cents: number;
  currency: string;
  /** Days from the invoice to the day it is due. */
  days: number;
  note: string | null;
  granted_by: string;
  granted_at: string;
}

export interface Account extends Terms {
  name: string;
  email: string | null;
  open_cents: number;
  left_cents: number;
}

export interface Charge {
  order_ref: string;
  customer: string;
  amount_cents: number;
  currency: string;
  invoice: string | null;
  due_on: string | null;
}

export const MOST_DAYS = 120;
export const MOST_LIMIT_CENTS = 100_000_000;

const live = (db: Db) =>
  db('account_terms')
    .leftJoin('account_revocations as r', 'r.terms_id', 'account_terms.id')
    .whereNull('r.terms_id')
    .select('account_terms.*');

/** What a customer has put on account and not yet paid, in minor units. */
export async function openCents(db: Db, customer_id: string): Promise<number> {
  const row = await db('payments')
    .join('orders', 'orders.id', 'payments.order_id')
    .where({ 'orders.customer_id': customer_id, 'payments.state': 'on_account' })
    .sum({ cents: 'payments.amount_cents' })
    .first();
  return Number(row?.cents ?? 0);
}

/**
 * The terms under which an order may be put on account, and how much of them is left. Inside a transaction the
 * customer's row is taken first, so that two orders at once do not both use what is left.
 */
export async function forOrderOrNull(
  db: Db,
  order: { customer_id: string | null; currency: string },
): Promise<(Terms & { left_cents: number }) | null> {
  const { customer_id, currency } = order;
  if (!customer_id) return null;
  if (db.isTransaction) await db('customers').where({ id: customer_id }).update({ id: customer_id });
  const terms: Terms | undefined = await live(db).where({ customer_id, currency }).first();
  if (!terms) return null;
  return { ...terms, left_cents: terms.limit_cents - (await openCents(db, customer_id)) };
}

/**
 * Grants an account to the customer with this e-mail address; terms that stood before end. NotFound for an address
 * that never ordered: whoever is trusted with credit is known by then.
 */
export async function grant(
  db: Db,
  given: { email: string; limit_cents: number; days: number; note: string | null; granted_by: string },
): Promise<void> {
  const { email, ...terms } = given;
  await within(db, async (trx) => {
    const customer = await trx('customers')
      .where({ email: foldEmail(email) })
      .first('id');
    if (!customer) throw new NotFound('customer_not_found');
    await end(trx, customer.id, given.granted_by);
    const { currency } = await setting.shop(trx);
    await trx('account_terms').insert({
      ...terms,
      id: randomUUID(),
      customer_id: customer.id,
      currency,
      granted_at: now(),
    });
  });
}

async function end(trx: Trx, customer_id: string, revoked_by: string): Promise<number> {
  await trx('customers').where({ id: customer_id }).update({ id: customer_id });
  const standing: Terms[] = await live(trx).where({ customer_id });
  for (const { id } of standing) {
    await trx('account_revocations').insert({ terms_id: id, revoked_by, revoked_at: now() });
  }
  return standing.length;
}

/** Ends a customer's account; what is on it stays to be paid. Conflict when it has ended already. */
export async function revoke(db: Db, terms_id: string, revoked_by: string): Promise<void> {
  await within(db, async (trx) => {
    const terms: Terms | undefined = await live(trx).where({ id: terms_id }).first();
    if (!terms || (await end(trx, terms.customer_id, revoked_by)) === 0)
      throw new Conflict('conflict.account_ended');
  });
}

export async function list(db: Db): Promise<Account[]> {
  const rows: Array<Terms & { name: string; email: string | null }> = await live(db)
    .join('customers', 'customers.id', 'account_terms.customer_id')
    .select('customers.name', 'customers.email')
    .orderBy('customers.name');
  return Promise.all(
    rows.map(async (row) => {
      const open_cents = await openCents(db, row.customer_id);
      return { ...row, open_cents, left_cents: row.limit_cents - open_cents };
    }),
  );
}

/** Everything that is on account and not paid, what is due first. */
export async function charges(db: Db): Promise<Charge[]> {
  const rows = await db('payments')
    .join('orders', 'orders.id', 'payments.order_id')
    .leftJoin('invoices', function ofOrder() {
      this.on('invoices.order_id', 'orders.id').andOnVal('invoices.kind', 'invoice');
    })
    .where('payments.state', 'on_account')
    .select(
      'orders.ref',
      'orders.contact_name',
      'payments.amount_cents',
      'payments.currency',
      'invoices.number',
      'invoices.body',
    );
  return rows
    .map((row) => ({
      order_ref: row.ref,
      customer: row.contact_name,
      amount_cents: row.amount_cents,
      currency: row.currency,
      invoice: row.number,
      due_on: row.body ? JSON.parse(row.body).settlement.due_on : null,
    }))
    .sort((a, b) => ((a.due_on ?? '') < (b.due_on ?? '') ? -1 : 1));
}

/** The day of the shop on which an order put on account at `at` is due. */
export async function dueOn(db: Db, terms: Terms, at: string): Promise<string> {
  const { time_zone } = await setting.shop(db);
  return DateTime.fromISO(at, { zone: time_zone }).plus({ days: terms.days }).toISODate() as string;
}
