// Outside time for a signature: it comes by itself, later, and its absence holds up nothing.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, TSA_ROOTS_FILE } from '../../server/config';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as task from '../../server/models/task';
import * as timestamp from '../../server/models/timestamp';
import { openTimeAuthority } from '../../server/timestamp';
import { perform } from '../../server/worker';
import { sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';
import { startTimeAuthority, type TimeAuthorityServer } from '../support/time-authority';

let authority: TimeAuthorityServer;
let shop: TestShop;
beforeAll(async () => {
  authority = await startTimeAuthority();
  shop = await startShop({ worker: false });
  shop.portal.time_authority = openTimeAuthority(authority.url, authority.roots_pem, 500);
});
afterAll(async () => {
  await shop.close();
  await authority.stop();
});
beforeEach(() => authority.behave('honest'));

const signed = async () => sign(shop, await signable(shop, { payment_method: 'counter' }));
const stateOf = (id: string, isOn = true) => timestamp.ofApproval(shop.db, id, isOn);
const linesOf = async (order_id: string) =>
  (await event.history(shop.db, order_id)).filter(({ type }) => type === 'approval.timestamped');

/** Does what is due of one kind, as the worker would. */
async function stampWhatIsDue(): Promise<void> {
  for (;;) {
    const leased = await task.lease(shop.db, 'test', ['stamp_approval']);
    if (!leased) return;
    await perform(shop.portal, leased, 'test');
  }
}

test('a signature stands at once; the stamp comes after it, as a line of its own that carries the token', async () => {
  const one = await signed();
  expect(await stateOf(one.id)).toEqual({ state: 'pending', stamp: null });
  await stampWhatIsDue();
  const { state, stamp } = await stateOf(one.id);
  expect(state).toBe('stamped');
  expect(stamp).toMatchObject({
    imprint_sha256: one.event_hash,
    tsa: 'Heure Exacte',
    order_id: one.order_id,
  });
  const [line] = await linesOf(one.order_id);
  expect(line.data).toMatchObject({ approval: one.id, event_hash: one.event_hash, token: stamp!.token });
  expect(event.firstFault(await event.lines(shop.db, one.order_id))).toBeNull();
});

test('a stranger checks the token in the history against the signing line, with openssl and the root', async () => {
  const one = await signed();
  await stampWhatIsDue();
  const [line] = await linesOf(one.order_id);
  const path = join(authority.folder, 'from-history.tsr');
  await writeFile(path, Buffer.from(String(line.data.token), 'base64'));
  const args = ['ts', '-verify', '-digest', one.event_hash, '-in', path, '-CAfile', authority.roots_file];
  expect(execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })).toContain('OK');
});

test.each(['silent', 'replays', 'stamps_another_hash', 'fails'] as const)(
  'an authority that %s leaves the signature as it is, pending, and is asked again',
  async (behaviour) => {
    if (behaviour === 'replays') await shop.portal.time_authority!.stamp('0'.repeat(64));
    const one = await signed();
    authority.behave(behaviour);
    await stampWhatIsDue();
    expect((await stateOf(one.id)).state).toBe('pending');
    expect(await linesOf(one.order_id)).toHaveLength(0);
    expect((await order.findOrder(shop.db, one.order_id)).state).toBe('approved');
    authority.behave('honest');
    await shop.db('tasks').where({ kind: 'stamp_approval', state: 'ready' }).update({ run_at: '2000' });
    await stampWhatIsDue();
    expect((await stateOf(one.id)).state).toBe('stamped');
  },
);

test('after many failures it waits for a person, and is still only pending', async () => {
  const one = await signed();
  authority.behave('fails');
  await shop
    .db('tasks')
    .where({ kind: 'stamp_approval', order_id: one.order_id })
    .update({
      attempts: task.MAX_ATTEMPTS - 1,
    });
  await stampWhatIsDue();
  expect((await task.parked(shop.db)).map(({ kind }) => kind)).toContain('stamp_approval');
  expect((await stateOf(one.id)).state).toBe('pending');
});

test('a stamp that is asked for twice is kept once', async () => {
  const one = await signed();
  await stampWhatIsDue();
  const kept = (await stateOf(one.id)).stamp;
  const again = await shop.portal.time_authority!.stamp(one.event_hash);
  await timestamp.keepForApproval(shop.db, one, again);
  expect((await stateOf(one.id)).stamp).toEqual(kept);
  expect(await linesOf(one.order_id)).toHaveLength(1);
});

test('where nobody stamps, none is promised: at once and afterwards', async () => {
  const kept = shop.portal.time_authority;
  shop.portal.time_authority = null;
  const one = await signed();
  expect((await stateOf(one.id, false)).state).toBe('none');
  await stampWhatIsDue();
  shop.portal.time_authority = kept;
  expect((await stateOf(one.id)).state).toBe('none');
  expect(await task.parked(shop.db)).not.toContainEqual(expect.objectContaining({ order_id: one.order_id }));
});

test('the owner sees the stamp beside the history', async () => {
  const one = await signed();
  await stampWhatIsDue();
  const { ref } = await order.findOrder(shop.db, one.order_id);
  const page = await (await shop.colleague('owner')).get(`/owner/audit/${ref}`);
  expect(page.text).toContain('by Heure Exacte');
});

test('one setting turns it on, with the root of the authority in the data folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tsa-'));
  const env = { NODE_ENV: 'test', DATA_DIR: folder };
  expect(readConfig(env).time_authority).toBeNull();
  expect(() => readConfig({ ...env, TSA_URL: authority.url })).toThrow(/TSA_URL: set, but .*tsa-roots\.pem/);
  await writeFile(join(folder, TSA_ROOTS_FILE), 'not a certificate');
  expect(() => readConfig({ ...env, TSA_URL: authority.url })).toThrow('it holds no certificate in PEM form');
  await writeFile(join(folder, TSA_ROOTS_FILE), authority.roots_pem);
  expect(readConfig({ ...env, TSA_URL: authority.url }).time_authority).toEqual({
    url: authority.url,
    roots_pem: authority.roots_pem,
  });
  expect(() => readConfig({ ...env, TSA_URL: 'ftp://tsa.example' })).toThrow(/^TSA_URL: /);
  await rm(folder, { recursive: true });
});
