// Opens SQLite or PostgreSQL. The only file that knows which.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import knex, { type Knex } from 'knex';
import pg from 'pg';

/** How long a query waits for a connection. A model that forgets to pass `trx` on fails after this, in words. */
const ACQUIRE_TIMEOUT_MS = 5_000;
const SQLITE_BUSY_TIMEOUT_MS = 5_000;
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

export function openDatabase(url: string): Knex {
  if (/^postgres(ql)?:/.test(url)) {
    return knex({
      client: 'pg',
      connection: url,
      pool: POSTGRES_POOL,
      acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    });
  }
  const filename = url.replace(/^sqlite:/, '');
  mkdirSync(dirname(filename), { recursive: true, mode: 0o700 });
  return knex({
    client: ImmediateSqlite as unknown as typeof Knex.Client,
    connection: { filename },
    useNullAsDefault: true,
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: { pragma(text: string): void }, done: (error: Error | null) => void) {
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = FULL');
        connection.pragma('foreign_keys = ON');
        connection.pragma('recursive_triggers = ON');
        connection.pragma(`busy_timeout = ${SQLITE_BUSY_TIMEOUT_MS}`);
        done(null);
      },
    },
  });
}

/** Brings the schema to the newest version. The safeguards are put back by the caller, see safeguards.ts. */
export async function migrate(db: Knex): Promise<string[]> {
  const [, applied] = await db.migrate.latest({
    directory: join(__dirname, '..', 'migrations'),
    loadExtensions: ['.js'],
    tableName: 'schema_migrations',
  });
  return applied;
}
