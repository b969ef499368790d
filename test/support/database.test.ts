import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { databaseName, freshDatabaseUrl } from './database';

afterEach(() => {
  delete (globalThis as { __DATABASE__?: string }).__DATABASE__;
});

test('a test that is listed as doing without a database cannot quietly use one', () => {
  expect(databaseName).toThrow('jest.config.cjs');
});

test('a SQLite shop is a file in a folder of its own, gone once dropped', async () => {
  Object.assign(globalThis, { __DATABASE__: 'sqlite' });
  const [first, second] = [await freshDatabaseUrl(), await freshDatabaseUrl()];
  expect(first.url).toMatch(/^sqlite:\/.*\/shop\.db$/);
  expect(first.url).not.toBe(second.url);
  await first.drop();
  await second.drop();
  expect(existsSync(first.url.replace(/^sqlite:|\/shop\.db$/g, ''))).toBe(false);
});

test('a PostgreSQL shop is an empty UTF-8 database of its own, gone once dropped', async () => {
  Object.assign(globalThis, { __DATABASE__: 'postgres' });
  const { url, drop } = await freshDatabaseUrl();
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public') AS tables,
            lower('É') AS lower, current_setting('server_encoding') AS encoding`,
  );
  expect(rows).toEqual([{ tables: 0, lower: 'é', encoding: 'UTF8' }]);
  await client.end();
  await drop();
  await expect(new Client({ connectionString: url }).connect()).rejects.toThrow('does not exist');
});
