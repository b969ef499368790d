// An amount put on account is a payment of its own tender and state. SQLite cannot widen a check in place: the table is
// written anew, which takes place outside a transaction because references are only left alone there.
import type { Knex } from 'knex';

export const config = { transaction: false };

const BEFORE = ['card', 'cash', 'terminal'];
const AFTER = [...BEFORE, 'transfer', 'account'];

const isSqlite = (db: Knex) => db.client.driverName === 'better-sqlite3';
const quoted = (tenders: string[]) => tenders.map((tender) => `'${tender}'`).join(',');

async function rewrite(db: Knex, from: string[], to: string[]): Promise<void> {
  const table = await db('sqlite_master').where({ type: 'table', name: 'payments' }).first('sql');
  const rest = await db('sqlite_master')
    .where({ tbl_name: 'payments' })
    .whereIn('type', ['index'])
    .whereNotNull('sql')
    .select('sql');
  const create = String(table.sql)
    .replace(quoted(from), quoted(to))
    .replace(/^CREATE TABLE [`"]?payments[`"]?/, 'CREATE TABLE `payments_anew`');
  if (!create.includes(quoted(to))) throw new Error('payments: the list of tenders is not as expected');
  await db.raw('PRAGMA foreign_keys = OFF');
  // Safeguards of other tables name this one, which for a moment is not there.
  await db.raw('PRAGMA legacy_alter_table = ON');
  try {
    await db.transaction(async (trx) => {
      await trx.raw(create);
      await trx.raw('INSERT INTO payments_anew SELECT * FROM payments');
      await trx.raw('DROP TABLE payments');
      await trx.raw('ALTER TABLE payments_anew RENAME TO payments');
      for (const { sql } of rest) await trx.raw(sql);
    });
  } finally {
    await db.raw('PRAGMA legacy_alter_table = OFF');
    await db.raw('PRAGMA foreign_keys = ON');
  }
}

async function recheck(db: Knex, tenders: string[]): Promise<void> {
  const { rows } = await db.raw(
    `SELECT conname FROM pg_constraint WHERE conrelid = 'payments'::regclass AND contype = 'c'
       AND pg_get_constraintdef(oid) LIKE '%tender%'`,
  );
  for (const { conname } of rows) await db.raw('ALTER TABLE payments DROP CONSTRAINT ??', [conname]);
  await db.raw(`ALTER TABLE payments ADD CONSTRAINT payments_tender CHECK (tender IN (${quoted(tenders)}))`);
}

const widen = (db: Knex, from: string[], to: string[]) =>
  isSqlite(db) ? rewrite(db, from, to) : recheck(db, to);

export const up = (db: Knex) => widen(db, BEFORE, AFTER);
export const down = (db: Knex) => widen(db, AFTER, BEFORE);
