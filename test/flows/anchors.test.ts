// The day's anchor: what it shows that no chain shows of itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { assertAnchored, verifyAll } from '../../server/anchor-check';
import { dialectOf } from '../../server/db';
import * as anchor from '../../server/models/anchor';
import { now } from '../../server/models/database';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as task from '../../server/models/task';
import * as timestamp from '../../server/models/timestamp';
import { openTimeAuthority } from '../../server/timestamp';
import { readRoots } from '../../server/timestamp-token';
import { perform } from '../../server/worker';
import { draftOrder, placedOrder } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';
import { type MailServer, startSmtp } from '../support/smtp';
import { ROOT } from '../support/sources';
import { startTimeAuthority, type TimeAuthorityServer } from '../support/time-authority';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const TODAY = anchor.dayOf(now());

let mail: MailServer;
let authority: TimeAuthorityServer;
let shop: TestShop;
let db: Knex;
beforeEach(async () => {
  mail = await startSmtp();
  authority = await startTimeAuthority();
  shop = await startShop({
    worker: false,
    env: { ANCHOR_MAIL: 'anchors@elsewhere.example', SMTP_URL: `smtp://127.0.0.1:${mail.port}` },
  });
  shop.portal.time_authority = openTimeAuthority(authority.url, authority.roots_pem);
  ({ db } = shop);
});
afterEach(async () => {
  await shop.close();
  await mail.stop();
  await authority.stop();
});

async function doAll(...kinds: task.TaskKind[]): Promise<void> {
  for (;;) {
    const leased = await task.lease(db, 'test', kinds);
    if (!leased) return;
    await perform(shop.portal, leased, 'test');
  }
}

async function anchorToday(): Promise<string> {
  await task.enqueue(db, 'keep_anchor', { day: TODAY }, { key: `anchor:${TODAY}` });
  await doAll('keep_anchor');
  return (await shop.portal.anchors.readOrNull(TODAY)) as string;
}

/** Takes an order away as somebody would who owns the database: safeguards off, rows gone, safeguards on. */
async function removeByForce(order_id: string): Promise<void> {
  const tables = ['event_personal_data', 'tasks', 'events', 'artworks', 'orders'];
  if (dialectOf(db) === 'postgres') {
    await db.transaction(async (trx) => {
      await trx.raw("SET LOCAL session_replication_role = 'replica'");
      for (const table of tables)
        await trx(table)
          .where(table === 'orders' ? { id: order_id } : { order_id })
          .delete();
    });
    return;
  }
  const triggers: Array<{ name: string; sql: string }> = await db('sqlite_master').where({ type: 'trigger' });
  for (const { name } of triggers) await db.raw(`DROP TRIGGER ${name}`);
  await db.raw('PRAGMA foreign_keys = OFF');
  for (const table of tables)
    await db(table)
      .where(table === 'orders' ? { id: order_id } : { order_id })
      .delete();
  await db.raw('PRAGMA foreign_keys = ON');
  for (const { sql } of triggers) await db.raw(sql);
}

test('every order is in it with the last hash of its history; it is stamped, mailed and kept', async () => {
  const [one, two] = [await placedOrder(shop), await draftOrder(shop)];
  const text = await anchorToday();
  const read = anchor.readOrNull(text)!;
  expect(read.heads.map(({ ref }) => ref).sort()).toEqual([one.ref, two.ref].sort());
  const head = read.heads.find(({ order_id }) => order_id === one.id);
  expect(head?.hash).toBe(await event.head(db, one.id));
  expect(read.previous).toBe('0'.repeat(64));
  await doAll('stamp_anchor', 'send_anchor');
  const row = await anchor.ofDayOrNull(db, TODAY);
  expect(row).toMatchObject({ sha256: sha256(text), orders: 2 });
  expect(await timestamp.findOrNull(db, 'anchor', TODAY)).toMatchObject({ imprint_sha256: sha256(text) });
  const path = join(shop.portal.anchors.path, `${TODAY}`);
  const verify = [
    'ts',
    '-verify',
    '-data',
    `${path}.txt`,
    '-in',
    `${path}.tsr`,
    '-CAfile',
    authority.roots_file,
  ];
  expect(spawnSync('openssl', verify, { encoding: 'utf8' }).stdout).toContain('Verification: OK');
  const letter = await mail.waitFor(({ to }) => to.includes('anchors@elsewhere.example'));
  expect(letter.attachments[0].content.toString()).toBe(text);
});

test('the next day’s anchor names the one before, also when a worker died between file and row', async () => {
  await placedOrder(shop);
  await shop.portal.anchors.write('2026-01-01', await anchor.compose(db, '2026-01-01', null));
  const first = (await shop.portal.anchors.readOrNull('2026-01-01')) as string;
  await anchor.keep(db, first);
  const left = await anchor.compose(db, TODAY, sha256(first));
  await shop.portal.anchors.write(TODAY, left);
  await draftOrder(shop);
  expect(await anchorToday()).toBe(left);
  expect(await anchor.ofDayOrNull(db, TODAY)).toMatchObject({
    sha256: sha256(left),
    prev_sha256: sha256(first),
  });
  const faults = await verifyAll(db, shop.portal.anchors, readRoots(authority.roots_pem));
  expect(faults.map(({ faults: found }) => found)).toEqual([[], []]);
});

test('an order that was removed by force is named, and nothing is served any more', async () => {
  const [kept, gone] = [await draftOrder(shop), await draftOrder(shop)];
  const text = await anchorToday();
  await event.verifyAll(db).then((fault) => expect(fault).toBeNull());
  await removeByForce(gone.id);
  expect(await event.verifyAll(db)).toBeNull();
  const read = anchor.readOrNull(text)!;
  expect(await anchor.losses(db, read.heads)).toEqual([{ ref: gone.ref, seq: 1, what: 'order' }]);
  await expect(assertAnchored(db, shop.portal.anchors)).rejects.toThrow(`order ${gone.ref} is gone`);
  const page = await (await shop.colleague('owner')).get('/owner/evidence');
  expect(page.text).toContain(`Order ${gone.ref} is gone`);
  expect(page.text).not.toContain(`Order ${kept.ref}`);
});

test('the command names it too, from the folder and from a copy that was kept elsewhere', async () => {
  const gone = await draftOrder(shop);
  await anchorToday();
  const elsewhere = mkdtempSync(join(tmpdir(), 'anchors-'));
  const copy = join(elsewhere, 'copy.txt');
  copyFileSync(join(shop.portal.anchors.path, `${TODAY}.txt`), copy);
  const run = (...files: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/server/verify-anchors.js'), ...files], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        DATA_DIR: shop.config.data_dir,
        DATABASE_URL: shop.config.database_url,
      },
    });
  expect(run()).toMatchObject({ status: 0, stdout: `${TODAY}: holds\n` });
  await removeByForce(gone.id);
  expect(run()).toMatchObject({ status: 1, stdout: expect.stringContaining(`order ${gone.ref} is gone`) });
  expect(run(copy)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(`order ${gone.ref} is gone`),
  });
  writeFileSync(copy, readFileSync(copy, 'utf8').slice(0, -20));
  expect(run(copy)).toMatchObject({ status: 1, stdout: expect.stringContaining('no whole anchor') });
  rmSync(elsewhere, { recursive: true });
});

test('a backup that was put back is called that, and is not called altered', async () => {
  const { id } = await draftOrder(shop);
  await anchorToday();
  const later = '2999-01-01';
  await db.transaction((trx) => event.append(trx, id, 'order.placed', event.CUSTOMER, {}));
  const ahead = (await anchor.compose(db, later, null)).replace(
    / 2 [0-9a-f]{64}\n$/,
    ` 3 ${'a'.repeat(64)}\n`,
  );
  await shop.portal.anchors.write(later, ahead);
  const standing = await anchor.standing(db, shop.portal.anchors);
  expect(standing).toMatchObject({ day: later, is_restored: true });
  expect(standing.losses).toEqual([expect.objectContaining({ what: 'end', seq: 3 })]);
  await assertAnchored(db, shop.portal.anchors);
  const page = await (await shop.colleague('owner')).get('/owner/evidence');
  expect(page.text).toContain('a backup was put back');
});

test('a line that is another one, or an anchor that was changed, is noticed', async () => {
  const { id } = await draftOrder(shop);
  const text = await anchorToday();
  const { hash } = (await event.history(db, id))[0];
  await shop.portal.anchors.write(TODAY, text.replace(hash, 'b'.repeat(64)));
  const [{ faults }] = await verifyAll(db, shop.portal.anchors, null);
  expect(faults.join()).toMatch(/not the one that the database names/);
  expect(faults.join()).toMatch(/line 1 of order .* is another one/);
  const { ref } = await order.findOrder(db, id);
  expect(faults.join()).toContain(ref);
});
