import { later, now } from '../../server/models/database';
import * as task from '../../server/models/task';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeEach(async () => {
  shop = await startShop({ worker: false });
});
afterEach(() => shop.close());

const KIND = ['sweep_payments'] as const;

test('a task written in a transaction that fails is not there', async () => {
  const { db } = shop;
  await db
    .transaction(async (trx) => {
      await task.enqueue(trx, 'sweep_payments', {});
      throw new Error('no');
    })
    .catch(() => undefined);
  expect(await task.waiting(db)).toEqual({ ready: 0, leased: 0, parked: 0 });
});

test('of many workers one has the task', async () => {
  const { db } = shop;
  await task.enqueue(db, 'sweep_payments', { n: 1 });
  const leases = await Promise.all(Array.from({ length: 12 }, (_, n) => task.lease(db, `w${n}`, KIND)));
  expect(leases.filter(Boolean)).toHaveLength(1);
});

test('asking twice under one key is asking once, even after it was done', async () => {
  const { db } = shop;
  for (let n = 0; n < 3; n += 1) await task.enqueue(db, 'sweep_payments', {}, { key: 'k' });
  const leased = await task.lease(db, 'w', KIND);
  await task.finish(db, leased!);
  await task.enqueue(db, 'sweep_payments', {}, { key: 'k' });
  expect(await task.lease(db, 'w', KIND)).toBeNull();
});

test('asked for again, a task that has ended is done once more under a new generation; one at work is not', async () => {
  const { db } = shop;
  const ask = () => task.enqueue(db, 'sweep_payments', {}, { key: 'k', again: true });
  await ask();
  const first = await task.lease(db, 'w', KIND);
  await ask();
  expect(await task.waiting(db)).toEqual({ ready: 0, leased: 1, parked: 0 });
  await task.finish(db, first!);
  await ask();
  const second = await task.lease(db, 'w', KIND);
  expect(second).toMatchObject({ id: first!.id, attempts: 1, generation: 1 });
});

test('a task that is not due yet waits, and the one that has waited longest comes first', async () => {
  const { db } = shop;
  await task.enqueue(db, 'sweep_payments', { n: 'future' }, { run_at: later(now(), 60_000) });
  await task.enqueue(db, 'sweep_payments', { n: 'second' }, { run_at: later(now(), -1_000) });
  await task.enqueue(db, 'sweep_payments', { n: 'first' }, { run_at: later(now(), -9_000) });
  expect((await task.lease(db, 'w', KIND))?.payload.n).toBe('first');
  expect((await task.lease(db, 'w', KIND))?.payload.n).toBe('second');
  expect(await task.lease(db, 'w', KIND)).toBeNull();
});

test('a dead worker loses its task when the lease lapses, and cannot end it afterwards', async () => {
  const { db } = shop;
  await task.enqueue(db, 'sweep_payments', {});
  const first = await task.lease(db, 'dead', KIND);
  await db('tasks').update({ lease_until: later(now(), -1) });
  const second = await task.lease(db, 'alive', KIND);
  expect(second?.id).toBe(first?.id);
  expect(await task.renew(db, first!, 'dead')).toBe(false);
  await task.finish(db, first!);
  expect((await task.waiting(db)).leased).toBe(1);
  await task.finish(db, second!);
  expect((await task.waiting(db)).leased).toBe(0);
});

test('a failing task is tried ever later, then parked for a person, who can have it tried again', async () => {
  const { db } = shop;
  await task.enqueue(db, 'sweep_payments', {});
  const pauses: number[] = [];
  for (let n = 0; n < task.MAX_ATTEMPTS; n += 1) {
    await db('tasks').update({ run_at: now() });
    const leased = await task.lease(db, 'w', KIND);
    const before = Date.now();
    await task.retry(db, leased!, 'no answer');
    pauses.push(Date.parse((await db('tasks').first()).run_at) - before);
  }
  expect(pauses[1]).toBeGreaterThan(pauses[0]);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(task.LONGEST_RETRY_MS + 1_000);
  const [parked] = await task.parked(db);
  expect(parked).toMatchObject({ state: 'parked', last_error: 'no answer' });
  await task.resume(db, parked.id);
  expect(await task.lease(db, 'w', KIND)).not.toBeNull();
});
