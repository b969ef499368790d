import type { Knex } from 'knex';

/** Every call of a model takes one first: the database, or the transaction it must stay inside. */
export type Db = Knex | Knex.Transaction;
export type Trx = Knex.Transaction;

/** ISO-8601 UTC with milliseconds, the one form in which times are kept. */
export function now(): string {
  return new Date().toISOString();
}

export function later(iso: string, milliseconds: number): string {
  return new Date(Date.parse(iso) + milliseconds).toISOString();
}

/**
 * Takes an order's row on both databases, as the first statement of whatever touches several tables of one order:
 * everybody who locks begins here, so that nobody waits in a circle.
 */
export async function lockOrder(trx: Trx, order_id: string): Promise<void> {
  await trx('orders').where({ id: order_id }).update({ id: order_id });
}

/** Runs inside the transaction it was given, or in one of its own. */
export function within<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db as Trx) : db.transaction(work);
}

export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

/** True when one of the database's own safeguards said no. */
export function isRefused(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === '23000' || code === 'SQLITE_CONSTRAINT_TRIGGER';
}
