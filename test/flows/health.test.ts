// What a monitor, or the shop's neighbour who looks after its machine, asks.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { later, now } from '../../server/models/database';
import * as task from '../../server/models/task';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeEach(async () => {
  shop = await startShop({ worker: false, payments: 'counter_only' });
});
afterEach(() => shop.close());

const health = () => shop.visitor().get('/healthz');

test('a shop that works says so, and how much work waits', async () => {
  await task.enqueue(shop.db, 'sweep_payments', {}, { run_at: later(now(), 60_000) });
  await task.enqueue(shop.db, 'sweep_payments', {});
  await task.lease(shop.db, 'somebody');
  const answer = await health();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.json()).toEqual({
    status: 'ok',
    database: { ok: true },
    storage: { ok: true },
    tasks: { ready: 1, leased: 1, parked: 0 },
  });
});

test('a shop whose files cannot be written is down and says why, without naming a folder', async () => {
  const files = join(shop.config.data_dir, 'files');
  await rename(join(files, 'incoming'), join(files, 'elsewhere'));
  const answer = await health();
  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({
    status: 'down',
    database: { ok: true },
    storage: { ok: false, error: 'ENOENT' },
  });
  expect(answer.text).not.toContain(shop.config.data_dir);
});

test('a shop whose database is away is down and says so', async () => {
  await shop.db.destroy();
  const answer = await health();
  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({ status: 'down', database: { ok: false }, tasks: null });
  expect(answer.json<{ database: { error: string } }>().database.error).not.toBe('');
});
