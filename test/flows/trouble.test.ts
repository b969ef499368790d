// Trouble after a signature: the worker is killed, the disk is full, the clock is set back. Nothing is invented,
// nothing is lost, and the signature stands.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { TSA_ROOTS_FILE } from '../../server/config';
import type * as approval from '../../server/models/approval';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as proof from '../../server/models/proof';
import * as task from '../../server/models/task';
import * as timestamp from '../../server/models/timestamp';
import { perform } from '../../server/worker';
import { draftOrder, issueProof, MARIES_PHONE, placedOrder, readyToSign, sign } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';
import { startTimeAuthority, type TimeAuthorityServer } from '../support/time-authority';
import { until } from '../support/until';
import { startWorkerProcess } from '../support/worker-process';

let shop: TestShop;
let authority: TimeAuthorityServer;
const workers: ChildProcess[] = [];

beforeEach(async () => {
  authority = await startTimeAuthority();
  shop = await startShop({ worker: false });
  writeFileSync(join(shop.config.data_dir, TSA_ROOTS_FILE), authority.roots_pem);
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await shop.close();
  await authority.stop();
});

async function signed(): Promise<approval.Approval> {
  const { id } = await placedOrder(shop, 'counter');
  const white = { width: 60, height: 40, channels: 3, background: 'white' } as const;
  const picture = await sharp({ create: white }).webp().toBuffer();
  const current = await issueProof(shop, id, { picture });
  for (const page of current.pages) await proof.seePage(shop.db, current, page.number, MARIES_PHONE);
  const one = await sign(shop, await readyToSign(shop, id));
  await shop.db('tasks').whereNotIn('kind', ['make_record', 'stamp_approval']).update({ state: 'void' });
  return one;
}

function startWorker(): ChildProcess {
  const worker = startWorkerProcess(shop, { TSA_URL: authority.url });
  workers.push(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
  await shop.db('tasks').where({ state: 'leased' }).update({ lease_until: '2000-01-01T00:00:00.000Z' });
}

const kinds = async (order_id: string, type: event.EventType) =>
  (await event.history(shop.db, order_id)).filter((line) => line.type === type);
const stateOf = (kind: task.TaskKind) => shop.db('tasks').where({ kind }).first('state', 'last_error');

test('killed while the authority is asked: no stamp is invented, and the next worker gets one', async () => {
  const one = await signed();
  authority.behave('silent');
  const first = startWorker();
  await until(() => authority.asked() > 0);
  await kill(first);
  expect((await timestamp.ofApproval(shop.db, one.id, true)).state).toBe('pending');
  expect(await kinds(one.order_id, 'approval.timestamped')).toHaveLength(0);
  authority.behave('honest');
  startWorker();
  await until(async () => (await timestamp.ofApproval(shop.db, one.id, true)).state === 'stamped');
  expect(await kinds(one.order_id, 'approval.timestamped')).toHaveLength(1);
});

test('killed at one moment after another of making the record: there is one in the end, and one line for it', async () => {
  const one = await signed();
  for (const wait_ms of [0, 60, 200]) {
    const worker = startWorker();
    await until(async () => (await stateOf('make_record')).state !== 'ready');
    await new Promise((done) => setTimeout(done, wait_ms));
    await kill(worker);
  }
  startWorker();
  await until(async () => (await stateOf('make_record')).state === 'done');
  const records = await shop.db('papers').where({ kind: 'record', subject_id: one.id });
  expect(records).toHaveLength(1);
  const lines = await kinds(one.order_id, 'record.made');
  expect(lines.filter(({ data }) => data.kind === 'record')).toHaveLength(1);
  expect(await event.verifyAll(shop.db)).toBeNull();
});

const files = () => join(shop.config.data_dir, 'files');
const mounted = (size: string, ...more: string[]) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', [`size=${size}`, ...more].join(','), 'tmpfs', files()]).status ===
  0;
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

(mayMount ? test : test.skip)(
  'a full disk: the signature stands, what is missing is made when there is room',
  async () => {
    const one = await signed();
    const kept = join(shop.config.data_dir, 'kept');
    spawnSync('cp', ['-a', files(), kept]);
    if (!mounted('64k')) return;
    try {
      spawnSync('cp', ['-a', `${kept}/.`, files()]);
      mkdirSync(join(files(), 'incoming'), { recursive: true });
      spawnSync('dd', ['if=/dev/zero', `of=${join(files(), 'filler')}`, 'bs=4k']);
      const first = (await task.lease(shop.db, 'test', ['make_record'])) as task.Task;
      await perform(shop.portal, first, 'test');
      expect(await stateOf('make_record')).toMatchObject({
        state: 'ready',
        last_error: expect.stringContaining('ENOSPC'),
      });
      expect(await shop.db('papers')).toHaveLength(0);
      expect(readdirSync(join(files(), 'incoming'))).toEqual([]);
      expect(await order.findOrder(shop.db, one.order_id)).toMatchObject({
        state: 'approved',
        live_approval_id: one.id,
      });
      spawnSync('mount', ['-o', 'remount,size=50m', files()]);
      await shop.db('tasks').where({ kind: 'make_record' }).update({ run_at: '2000' });
      const again = (await task.lease(shop.db, 'test', ['make_record'])) as task.Task;
      await perform(shop.portal, again, 'test');
      expect((await stateOf('make_record')).state).toBe('done');
      expect(await kinds(one.order_id, 'record.made')).not.toHaveLength(0);
    } finally {
      spawnSync('umount', ['-l', files()]);
    }
  },
);

test('a clock that is set back is told of at its line, and the history holds', async () => {
  const { id } = await draftOrder(shop);
  jest.useFakeTimers({
    now: Date.parse('2020-02-02T10:00:00.000Z'),
    doNotFake: [
      'nextTick',
      'setImmediate',
      'setTimeout',
      'setInterval',
      'clearTimeout',
      'clearInterval',
      'queueMicrotask',
      'performance',
    ],
  });
  await shop.db.transaction((trx) => event.append(trx, id, 'link.sent', event.SYSTEM, {}));
  jest.useRealTimers();
  const lines = await event.history(shop.db, id);
  expect(lines.at(-1)?.at).toBe('2020-02-02T10:00:00.000Z');
  expect(event.firstFault(await event.lines(shop.db, id))).toBeNull();
  const { ref } = await order.findOrder(shop.db, id);
  const page = await (await shop.colleague('owner')).get(`/owner/audit/${ref}`);
  expect(page.text).toContain('was set back before this line');
});
