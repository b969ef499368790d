import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';

export type DatabaseName = 'sqlite' | 'postgres';

export interface FreshDatabase {
  /** `sqlite:/tmp/…/shop.db` or `postgres://…`; nothing has been migrated. */
  url: string;
  drop(): Promise<void>;
}

/** Which database this run of the suite is about. */
export function databaseName(): DatabaseName {
  const { __DATABASE__ } = globalThis as { __DATABASE__?: DatabaseName };
  if (!__DATABASE__) {
    throw new Error('This test uses a database, but jest.config.cjs lists it among those that do not.');
  }
  return __DATABASE__;
}

/** A new and empty database of the kind under test. Close your connections before you drop it. */
export function freshDatabaseUrl(): Promise<FreshDatabase> {
  return databaseName() === 'postgres' ? freshPostgres() : freshSqlite();
}

async function freshSqlite(): Promise<FreshDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shop-'));
  return {
    url: `sqlite:${path.join(folder, 'shop.db')}`,
    drop: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

async function freshPostgres(): Promise<FreshDatabase> {
  const name = `shop_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('No PostgreSQL for the tests: run them with "npm test", which starts one.');
  return url;
}
