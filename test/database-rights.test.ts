// PostgreSQL with two roles, and two processes at once; what a log says of a row that was refused.
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { Knex } from 'knex';
import { couldAlterHistory } from '../server/database-rights';
import { alone, dialectOf, openDatabase } from '../server/db';
import * as event from '../server/models/event';
import { openPortal, openShopDatabase } from '../server/open';
import { prepareDatabase } from '../server/prepare-database';
import { missingSafeguards } from '../server/safeguards';
import { sign, signable } from './fixtures/world';
import { databaseName, freshDatabaseUrl } from './support/database';
import { startShop, type TestShop } from './support/portal';

const onPostgres = databaseName() === 'postgres' ? describe : describe.skip;

onPostgres('the portal under a role of its own', () => {
  let owner_url: string;
  let url: string;
  let drop: () => Promise<void>;
  let role: string;
  let shop: TestShop;
  let owner: Knex;
  beforeAll(async () => {
    ({ url: owner_url, drop } = await freshDatabaseUrl());
    role = `runner_${randomBytes(6).toString('hex')}`;
    const lesser = new URL(owner_url);
    lesser.username = role;
    lesser.password = "it's a ? password";
    url = lesser.href;
    expect(await prepareDatabase(owner_url, url)).toBe(true);
    shop = await startShop({ worker: false, env: { DATABASE_URL: url } });
    owner = openDatabase(owner_url);
  });
  afterAll(async () => {
    await shop.close();
    await owner.raw('DROP OWNED BY ??', [role]);
    await owner.raw('DROP ROLE ??', [role]);
    await owner.destroy();
    await drop();
  });

  const denied = async (statement: PromiseLike<unknown>) => {
    const said = await Promise.resolve(statement).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
    expect(said).toMatch(/permission denied|must be owner/);
  };

  test('does all of an order up to the signature, and the history holds', async () => {
    const signed = await sign(shop, await signable(shop));
    expect(event.firstFault(await event.lines(shop.db, signed.order_id))).toBeNull();
  });

  test('may not alter history: no update, no delete, no truncate, no trigger, no function, no right to any', async () => {
    const { db } = shop;
    for (const table of ['events', 'approvals', 'proofs', 'timestamps', 'statements']) {
      const [column] = Object.keys(await db(table).columnInfo());
      await denied(db(table).update({ [column]: 'x' }));
      await denied(db(table).delete());
      await denied(db.raw('TRUNCATE ?? CASCADE', [table]));
      await denied(db.raw('DROP TRIGGER ?? ON ??', [`${table}_never_updated`, table]));
      await denied(db.raw('ALTER TABLE ?? DISABLE TRIGGER ALL', [table]));
      await denied(db.raw('DROP TABLE ?? CASCADE', [table]));
    }
    await denied(db('payments').delete());
    await denied(db.raw("SET session_replication_role = 'replica'"));
    await denied(
      db.raw(
        'CREATE OR REPLACE FUNCTION events_never_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
      ),
    );
    await denied(db.raw('SET ROLE ??', [new URL(owner_url).username]));
    await denied(db('event_personal_data').update({ order_id: 'x' }));
    expect(await couldAlterHistory(db)).toBe(false);
  });

  test('the owner could, and the difference is told', async () => {
    expect(await couldAlterHistory(owner)).toBe(true);
    await owner.raw('GRANT UPDATE (body) ON events TO ??', [role]);
    expect(await couldAlterHistory(shop.db)).toBe(true);
    await prepareDatabase(owner_url, url);
    expect(await couldAlterHistory(shop.db)).toBe(false);
  });

  test('a start that would need more rights says which command to run, and changes nothing', async () => {
    await owner('schema_migrations').where('name', 'like', '039%').update({ name: '039_elsewhere.js' });
    await expect(openShopDatabase(url)).rejects.toThrow();
    await owner('schema_migrations').where('name', 'like', '039%').update({ name: '039_timestamps.js' });
    await owner('settings').where({ key: 'safeguards' }).update({ value: '{"kept":{}}' });
    await expect(openShopDatabase(url)).rejects.toThrow('npm run -s prepare-database');
    await prepareDatabase(owner_url, url);
    const again = await openShopDatabase(url);
    expect(await missingSafeguards(again)).toEqual([]);
    await again.destroy();
  });

  test('the owner and the portal cannot be the same role', async () => {
    await expect(prepareDatabase(owner_url, owner_url)).rejects.toThrow('the same role');
  });
});

test('two processes that start together on an empty database both open', async () => {
  const { url, drop } = await freshDatabaseUrl();
  const shop = await startShop({ worker: false });
  const config = { ...shop.config, database_url: url };
  const opened = await Promise.all([openPortal(config), openPortal(config), openPortal(config)]);
  const [{ db }] = opened;
  expect(await db('statements').where({ version: 1, language: 'en' }).countDistinct('key as n')).toEqual(
    await db('statements').where({ version: 1, language: 'fr' }).countDistinct('key as n'),
  );
  await Promise.all(opened.map((each) => each.close()));
  await shop.close();
  await drop();
});

test('what is prepared is prepared by one at a time', async () => {
  const { url, drop } = await freshDatabaseUrl();
  const handles = [openDatabase(url), openDatabase(url)];
  let inside = 0;
  let most = 0;
  await Promise.all(
    handles.map((db) =>
      alone(db, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((done) => setTimeout(done, 50));
        inside -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  await Promise.all(handles.map((db) => db.destroy()));
  await drop();
});

test('an error of the database names no values: neither the message nor anything else that is logged', async () => {
  const shop = await startShop({ worker: false });
  const { db } = shop;
  const row = {
    id: 'c-1',
    name: 'Zoé Secret',
    email: 'zoe.secret@example.com',
    phone: '06 99 99 99 99',
    language: 'fr',
    created_at: 'now',
  };
  await db('customers').insert(row);
  const said = [];
  for (const statement of [
    db('customers').insert(row),
    db('customers').insert({ ...row, id: 'c-2', language: null }),
    db('orders').insert({ id: 'o-1', ref: 'X', contact_name: row.name, contact_email: row.email }),
    db('customers').where({ email: row.email }).select('no_such_column'),
  ]) {
    said.push(inspect(await Promise.resolve(statement).catch((error) => error), { depth: 9 }));
  }
  expect(said).toHaveLength(4);
  for (const words of said) expect(words).not.toMatch(/secret|99 99/i);
  expect(dialectOf(db)).toBe(databaseName());
  await shop.close();
});
