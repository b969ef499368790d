// What the database refuses when the application is wrong: plain SQL, on both databases.
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { dialectOf, migrate, openDatabase } from '../server/db';
import * as approval from '../server/models/approval';
import { CUSTOMER } from '../server/models/event';
import * as order from '../server/models/order';
import * as payment from '../server/models/payment';
import { openShopDatabase } from '../server/open';
import { keepSafeguards, missingSafeguards } from '../server/safeguards';
import { capturedFacts, issueProof, placedOrder, reserve, sign, signable } from './fixtures/world';
import { freshDatabaseUrl } from './support/database';
import { startShop, type TestShop } from './support/portal';

let shop: TestShop;
let db: Knex;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  db = shop.db;
});
afterAll(() => shop.close());

const REFUSED =
  /written once|live approval|without a|needs a|is paid when|job ticket|follows the last|begins unpaid|are kept|stands|names the current proof|SHA-256 of its body/;

// The driver's errors come from outside Jest's realm, so their words are compared.
async function refused(statement: PromiseLike<unknown>, because: RegExp = REFUSED): Promise<void> {
  const answer = await Promise.resolve(statement).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  expect(answer).toMatch(because);
}

const payment_row = (order_id: string, more: object) => ({
  id: randomUUID(),
  order_id,
  tender: 'cash',
  state: 'captured',
  price_version: 1,
  amount_cents: 4200,
  authorized_cents: 4200,
  captured_cents: 4200,
  currency: 'EUR',
  created_at: 'now',
  updated_at: 'now',
  ...more,
});

test('a capture without an approval is refused', async () => {
  const { id } = await placedOrder(shop);
  await issueProof(shop, id);
  await refused(db('payments').insert(payment_row(id, {})));
  const hold = await reserve(shop, await order.findOrder(db, id));
  await refused(db('payments').where({ id: hold.id }).update({ state: 'captured', captured_cents: 4200 }));
});

test('a capture with the approval of another order, of a withdrawn one, or of more than was signed is refused', async () => {
  const mine = await signable(shop, { payment_method: 'counter' });
  const signed = await sign(shop, mine);
  const other = await placedOrder(shop);
  await issueProof(shop, other.id);
  await refused(db('payments').insert(payment_row(other.id, { approval_id: signed.id })));
  await refused(
    db('payments').insert(
      payment_row(mine.placed.id, { approval_id: signed.id, captured_cents: mine.placed.total_cents + 1 }),
    ),
  );
  await db('approval_withdrawals').insert({
    approval_id: signed.id,
    order_id: mine.placed.id,
    withdrawn_by: 'customer',
    reason: 'test',
    withdrawn_at: 'now',
  });
  await refused(
    db('payments').insert(
      payment_row(mine.placed.id, { approval_id: signed.id, captured_cents: mine.placed.total_cents }),
    ),
  );
});

test('a job ticket without a signature, or without its payment, is refused', async () => {
  const { id } = await placedOrder(shop);
  const proof = await issueProof(shop, id);
  const hold = await reserve(shop, await order.findOrder(db, id));
  const ticket = {
    order_id: id,
    scan_code: randomUUID(),
    approval_id: randomUUID(),
    proof_id: proof.id,
    proof_sha256: proof.sha256,
    payment_id: hold.id,
    released_at: 'now',
  };
  await refused(db('tickets').insert(ticket));
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  const held = (await payment.usableHoldOrNull(db, ready.placed.id)) as payment.Payment;
  await refused(
    db('tickets').insert({
      ...ticket,
      order_id: ready.placed.id,
      approval_id: signed.id,
      proof_id: ready.current.id,
      proof_sha256: ready.current.sha256,
      payment_id: held.id,
    }),
  );
});

test.each(['paid', 'released', 'printing', 'finishing', 'ready', 'handed_over'])(
  'an order cannot be set to %s by hand',
  async (state) => {
    const { placed } = await signable(shop);
    await refused(db('orders').where({ id: placed.id }).update({ state }));
  },
);

test('a second live approval, and one that names other bytes, are refused', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  const row = await db('approvals').where({ id: signed.id }).first();
  const copy = { ...row, id: randomUUID(), idempotency_key: randomUUID(), event_hash: randomUUID() };
  await refused(db('approvals').insert(copy));
  const fresh = await signable(shop);
  await refused(db('approvals').insert({ ...copy, order_id: fresh.placed.id, proof_id: fresh.current.id }));
});

const EVIDENCE = [
  'artworks',
  'proofs',
  'page_views',
  'approvals',
  'approval_withdrawals',
  'tickets',
  'events',
  'statements',
] as const;

describe('evidence is never edited', () => {
  beforeAll(async () => {
    const ready = await signable(shop);
    await sign(shop, ready);
    const held = (await payment.usableHoldOrNull(db, ready.placed.id)) as payment.Payment;
    await payment.reduce(db, held.id, capturedFacts(held));
    const stopped = await signable(shop);
    const taken_back = await sign(shop, stopped);
    await approval.withdraw(db, stopped.placed.id, taken_back.id, 'customer', 'test', CUSTOMER);
  });

  test.each(EVIDENCE)('%s: no update, no delete, no replacing', async (table) => {
    const row = await db(table).first();
    expect(row).toBeDefined();
    const [column] = Object.keys(row);
    await refused(
      db(table)
        .where(row)
        .update({ [column]: row[column] }),
    );
    await refused(db(table).where(row).delete());
    await refused(db(table).insert(row), /written once|unique|live approval|follows the last|stands/i);
    if (dialectOf(db) === 'sqlite') {
      const columns = Object.keys(row).join(', ');
      const places = Object.keys(row)
        .map(() => '?')
        .join(', ');
      await refused(
        db.raw(
          `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${places})`,
          Object.values(row) as string[],
        ),
      );
    } else {
      await refused(db.raw(`TRUNCATE ${table} CASCADE`), /is kept/);
    }
    expect(await db(table).where(row)).toHaveLength(1);
  });

  test('payments are never deleted', async () => {
    await refused(db('payments').delete(), /kept/);
  });

  test('an event that does not follow the last one is refused', async () => {
    const last = await db('events').orderBy('seq', 'desc').first();
    const next = { ...last, seq: last.seq + 1, hash: randomUUID() };
    await refused(db('events').insert({ ...next, prev_hash: '0'.repeat(64) }));
    await refused(db('events').insert({ ...next, seq: last.seq + 2, prev_hash: last.hash }));
    if (dialectOf(db) === 'postgres') {
      await refused(db('events').insert({ ...next, prev_hash: last.hash }));
    }
  });
});

describe('a safeguard that goes missing', () => {
  test('stops the next start with a sentence that names it', async () => {
    const { url, drop } = await freshDatabaseUrl();
    const first = await openShopDatabase(url);
    expect(await missingSafeguards(first)).toEqual([]);
    const table = dialectOf(first) === 'postgres' ? ' ON approvals' : '';
    await first.raw(`DROP TRIGGER approvals_never_updated${table}`);
    await first.destroy();
    await expect(openShopDatabase(url)).rejects.toThrow(/lost a safeguard \(approvals_never_updated\)/);
    await drop();
  });

  const TAKEN: Array<[string, 'sqlite' | 'postgres' | 'both', (changed: Knex) => Promise<unknown>]> = [
    [
      'a table that was rebuilt, and its triggers with it',
      'sqlite',
      async (changed) => {
        await changed.schema.alterTable('papers', (table) => table.text('more').nullable());
        await changed.schema.alterTable('papers', (table) => table.dropColumn('more'));
      },
    ],
    [
      'a trigger whose words were changed',
      'sqlite',
      async (changed) => {
        await changed.raw('DROP TRIGGER approvals_never_updated');
        await changed.raw(
          "CREATE TRIGGER approvals_never_updated BEFORE UPDATE ON approvals WHEN 1 = 0 BEGIN SELECT RAISE(ABORT, 'no'); END",
        );
      },
    ],
    [
      'a function that was emptied under its trigger',
      'postgres',
      (changed) =>
        changed.raw(
          'CREATE OR REPLACE FUNCTION approvals_never_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
        ),
    ],
    [
      'a trigger that is switched off',
      'postgres',
      (changed) => changed.raw('ALTER TABLE approvals DISABLE TRIGGER approvals_never_updated'),
    ],
    [
      'a trigger that is on for replicas only',
      'postgres',
      (changed) => changed.raw('ALTER TABLE approvals ENABLE REPLICA TRIGGER approvals_never_updated'),
    ],
    [
      'a trigger that now has a condition',
      'postgres',
      async (changed) => {
        await changed.raw('DROP TRIGGER approvals_never_updated ON approvals');
        await changed.raw(
          'CREATE TRIGGER approvals_never_updated BEFORE UPDATE ON approvals FOR EACH ROW WHEN (1 = 0) EXECUTE FUNCTION approvals_never_updated()',
        );
      },
    ],
  ];

  test.each(TAKEN)('is noticed at the next start: %s', async (_what, dialect, take) => {
    const { url, drop } = await freshDatabaseUrl();
    const first = await openShopDatabase(url);
    if (dialect !== dialectOf(first)) {
      await first.destroy();
      return drop();
    }
    await take(first);
    await first.destroy();
    await expect(openShopDatabase(url)).rejects.toThrow(/lost a safeguard \((approvals|papers)_never_/);
    await drop();
  });

  test('is noticed even by a version that would put it back: an upgrade is no cover', async () => {
    const { url, drop } = await freshDatabaseUrl();
    const first = await openShopDatabase(url);
    await first.raw(
      `DROP TRIGGER events_never_deleted${dialectOf(first) === 'postgres' ? ' ON events' : ''}`,
    );
    // As if the last migration had yet to come.
    const { id } = await first('schema_migrations').orderBy('id', 'desc').first('id');
    await first('schema_migrations').where({ id }).delete();
    await first.destroy();
    await expect(openShopDatabase(url)).rejects.toThrow(/lost a safeguard \(events_never_deleted\)/);
    await drop();
  });

  test('cannot be forgotten by taking away the note of it as well', async () => {
    const { url, drop } = await freshDatabaseUrl();
    const first = await openShopDatabase(url);
    await order.start(first, {
      id: 'o-1',
      link_token_sha256: 'x',
      channel: 'web',
      language: 'en',
      actor: CUSTOMER,
    });
    await first('settings').where({ key: 'safeguards' }).delete();
    await first.destroy();
    await expect(openShopDatabase(url)).rejects.toThrow('no longer knows which safeguards it had');
    await drop();
  });

  test('a trigger that swallows new lines is noticed: it is none of ours', async () => {
    const { url, drop } = await freshDatabaseUrl();
    const first = await openShopDatabase(url);
    if (dialectOf(first) === 'sqlite') {
      await first.raw('CREATE TRIGGER quiet BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END');
    } else {
      await first.raw('CREATE RULE quiet AS ON INSERT TO events DO INSTEAD NOTHING');
    }
    await first.destroy();
    await expect(openShopDatabase(url)).rejects.toThrow(/not ours \(quiet\)/);
    await drop();
  });

  test('comes back after a migration that rebuilt its table', async () => {
    const { url, drop } = await freshDatabaseUrl();
    const first = openDatabase(url);
    await migrate(first);
    await keepSafeguards(first, true);
    await first.schema.alterTable('papers', (table) => table.text('note').nullable());
    await first.schema.alterTable('papers', (table) => table.dropColumn('note'));
    await keepSafeguards(first, true);
    expect(await missingSafeguards(first)).toEqual([]);
    await first.destroy();
    await drop();
  });
});

describe('a history that was changed outside the portal stops the next start and names the line', () => {
  const FORGERIES: Array<[string, string, (db: Knex) => Promise<unknown>, RegExp]> = [
    [
      'a changed word',
      'events_never_updated',
      (changed) => changed('events').update({ body: changed.raw("replace(body, 'web', 'wed')") }),
      /history of order o-1 does not hold at line 1 \(hash\)/,
    ],
    [
      'a history that is gone altogether',
      'events_never_deleted',
      (changed) => changed('events').delete(),
      /history of order o-1 does not hold at line 1 \(missing\)/,
    ],
  ];

  test.each(FORGERIES)('%s', async (_what, guard, forge, says) => {
    const { url, drop } = await freshDatabaseUrl();
    const first = await openShopDatabase(url);
    const isSqlite = dialectOf(first) === 'sqlite';
    await order.start(first, {
      id: 'o-1',
      link_token_sha256: 'x',
      channel: 'web',
      language: 'en',
      actor: CUSTOMER,
    });
    const written = isSqlite ? (await first('sqlite_master').where({ name: guard }).first('sql')).sql : '';
    await first.raw(isSqlite ? `DROP TRIGGER ${guard}` : `ALTER TABLE events DISABLE TRIGGER ${guard}`);
    await forge(first);
    await first.raw(isSqlite ? written : `ALTER TABLE events ENABLE TRIGGER ${guard}`);
    await first.destroy();
    await expect(openShopDatabase(url)).rejects.toThrow(says);
    await drop();
  });
});
