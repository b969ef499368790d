// Opens SQLite or PostgreSQL. The only file that knows which.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import knex, { type Knex } from 'knex';
import pg from 'pg';

/** How long a query waits for a connection. A model that forgets to pass `trx` on fails after this, in words. */
const ACQUIRE_TIMEOUT_MS = 5_000;
const SQLITE_BUSY_TIMEOUT_MS = 5_000;
const GATE_LOOK_MS = 50;
const POSTGRES_POOL = { min: 0, max: 10 };

const ClientBetterSqlite3 = require('knex/lib/dialects/better-sqlite3');
const TransactionSqlite: new (
  ...args: unknown[]
) => {
  query(connection: unknown, sql: string): Promise<unknown>;
} = require('knex/lib/dialects/sqlite3/execution/sqlite-transaction');

// knex begins a deferred transaction on SQLite; two processes that read and then write then fail with
// SQLITE_BUSY at once, whatever the busy timeout. Taking the write lock first removes that.
class ImmediateTransaction extends TransactionSqlite {
  begin(connection: unknown): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;');
  }
}

class ImmediateSqlite extends ClientBetterSqlite3 {
  transaction(container: unknown, config: unknown, outerTransaction: unknown): unknown {
    return new ImmediateTransaction(this, container, config, outerTransaction);
  }
}

// PostgreSQL answers count() and sum() as text because they may exceed a double; ours never do.
pg.types.setTypeParser(20, Number);
pg.types.setTypeParser(1700, Number);

export type Dialect = 'sqlite' | 'postgres';

export function dialectOf(db: Knex): Dialect {
  return db.client.config.client === 'pg' ? 'postgres' : 'sqlite';
}

/** PostgreSQL names the values of a refused row; the log, and what it ends in, must not. */
function discreet(db: Knex): Knex {
  return db.on('query-error', (error: { detail?: string; where?: string }) => {
    delete error.detail;
    delete error.where;
  });
}

export function openDatabase(url: string): Knex {
  if (/^postgres(ql)?:/.test(url)) {
    return discreet(
      knex({
        client: 'pg',
        connection: url,
        pool: POSTGRES_POOL,
        acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
        compileSqlOnError: false,
      }),
    );
  }
  const filename = url.replace(/^sqlite:/, '');
  mkdirSync(dirname(filename), { recursive: true, mode: 0o700 });
  return knex({
    compileSqlOnError: false,
    client: ImmediateSqlite as unknown as typeof Knex.Client,
    connection: { filename },
    useNullAsDefault: true,
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: { pragma(text: string): void }, done: (error: Error | null) => void) {
        connection.pragma(`busy_timeout = ${SQLITE_BUSY_TIMEOUT_MS}`);
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = FULL');
        connection.pragma('foreign_keys = ON');
        connection.pragma('recursive_triggers = ON');
        done(null);
      },
    },
  });
}

const MIGRATIONS = {
  directory: join(__dirname, '..', 'migrations'),
  loadExtensions: ['.js'],
  tableName: 'schema_migrations',
};

/** Any number will do, as long as every process of every version takes the same one. */
const OPENING_LOCK = 4_860_039;

/**
 * Lets one process at a time prepare a database: two that start together on an empty one would trip over each other.
 * The lock ends with the process that holds it, whatever becomes of it.
 */
export async function alone<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  if (dialectOf(db) === 'sqlite') return aloneWithFile(db, work);
  const connection = await db.client.acquireConnection();
  try {
    await connection.query('SELECT pg_advisory_lock($1)', [OPENING_LOCK]);
    return await work();
  } finally {
    await connection.query('SELECT pg_advisory_unlock($1)', [OPENING_LOCK]);
    await db.client.releaseConnection(connection);
  }
}

// The write lock of a small file beside the database: SQLite has no other lock that outlives a transaction.
async function aloneWithFile<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  const gate = openDatabase(`sqlite:${db.client.config.connection.filename}-opening`);
  try {
    // SQLite's own waiting would stop this whole process, and with it perhaps the one who holds the lock.
    await gate.raw('PRAGMA busy_timeout = 0');
    for (;;) {
      let isInside = false;
      try {
        return await gate.transaction(async (trx) => {
          // knex calls this even when the lock was refused; the refusal itself comes afterwards.
          if (trx.isCompleted()) return undefined as T;
          isInside = true;
          return work();
        });
      } catch (error) {
        if (isInside || (error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      }
      await new Promise((done) => setTimeout(done, GATE_LOOK_MS));
    }
  } finally {
    await gate.destroy();
  }
}

export async function hasPendingMigrations(db: Knex): Promise<boolean> {
  const [, pending] = await db.migrate.list(MIGRATIONS);
  return pending.length > 0;
}

/** Brings the schema to the newest version. The safeguards are put back by the caller, see safeguards.ts. */
export async function migrate(db: Knex): Promise<string[]> {
  // Called by one process at a time: a lock that is still held was left by one that died.
  await db.migrate.forceFreeMigrationsLock(MIGRATIONS);
  const [, applied] = await db.migrate.latest(MIGRATIONS);
  return applied;
}
