// The worker dies at the worst moments. What it was doing is done once, by the next one.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import * as artwork from '../../server/models/artwork';
import { now } from '../../server/models/database';
import * as event from '../../server/models/event';
import { CUSTOMER } from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as proof from '../../server/models/proof';
import * as task from '../../server/models/task';
import { draftOrder, issueProof, MARIES_PHONE, placedOrder, readyToSign, sign } from '../fixtures/world';
import { openBankPage, payAtBank } from '../support/bank';
import { CARD } from '../support/journey';
import { startShop, type TestShop } from '../support/portal';
import { until } from '../support/until';
import { startWorkerProcess } from '../support/worker-process';

let shop: TestShop;
const workers: ChildProcess[] = [];

beforeEach(async () => {
  shop = await startShop({ worker: false, settings: { stop_window_minutes: 0 } });
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await shop.close();
});

function startWorker(): ChildProcess {
  const worker = startWorkerProcess(shop);
  workers.push(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
  // A lease outlives its worker by half a minute; the test need not.
  await shop.db('tasks').where({ state: 'leased' }).update({ lease_until: '2000-01-01T00:00:00.000Z' });
}

/** An order signed against a reservation that the bank really holds. */
async function signedWithRealHold() {
  const placed = await placedOrder(shop);
  const current = await issueProof(shop, placed.id);
  const opened = await openBankPage(shop, placed);
  await payAtBank(shop, opened);
  for (const page of current.pages) await proof.seePage(shop.db, current, page.number, MARIES_PHONE);
  const signed = await sign(shop, await readyToSign(shop, placed.id));
  await shop.db('tasks').whereNot({ kind: 'capture_payment' }).update({ state: 'void' });
  return { placed, signed, payment_id: opened.id };
}

const intents = () => Object.values(shop.bank!.control.state().payment_intents);
const captures = async (order_id: string) =>
  (await event.history(shop.db, order_id)).filter(({ type }) => type === 'payment.captured').length;

test('killed between the bank’s answer and our note of it: charged once, released once', async () => {
  const { placed, payment_id } = await signedWithRealHold();
  shop.bank!.control.fault({ next: 'slow', path: '/capture', ms: 12_000 });
  const first = startWorker();
  await until(() => intents().some(({ status }) => status === 'succeeded'));
  expect((await payment.findPayment(shop.db, payment_id)).state).toBe('authorized');
  await kill(first);

  startWorker();
  await until(async () => (await order.findOrder(shop.db, placed.id)).state === 'released');
  expect(await captures(placed.id)).toBe(1);
  expect(await shop.db('tickets').where({ order_id: placed.id })).toHaveLength(1);
  const charges = Object.values(shop.bank!.control.state().charges);
  expect(charges.filter((charge) => charge.isCaptured)).toHaveLength(1);
});

test('the answer of the bank is lost on the way: the same request again, charged once', async () => {
  const { placed } = await signedWithRealHold();
  shop.bank!.control.fault({ next: 'drop_after_commit', path: '/capture', times: 2 });
  startWorker();
  await until(async () => (await order.findOrder(shop.db, placed.id)).state === 'released');
  expect(await captures(placed.id)).toBe(1);
});

test('the bank answers 500 and repeats it for the same key: looked at, then tried under a new key', async () => {
  const { placed } = await signedWithRealHold();
  shop.bank!.control.fault({ next: 'sticky_500', path: '/capture' });
  startWorker();
  await until(async () => (await order.findOrder(shop.db, placed.id)).state === 'released');
  const capture = () =>
    shop.db('tasks').where({ order_id: placed.id, kind: 'capture_payment' }).first('state', 'generation');
  await until(async () => (await capture()).state === 'done');
  expect(await capture()).toMatchObject({ generation: 1 });
  expect(await captures(placed.id)).toBe(1);
});

test('the reservation is gone when the charge is due: nothing is released, the signature stays, the customer is asked', async () => {
  const { placed, signed, payment_id } = await signedWithRealHold();
  shop.bank!.control.expireHold(intents()[0].id);
  startWorker();
  await until(
    async () =>
      (await task.waiting(shop.db)).ready === 0 &&
      (await payment.findPayment(shop.db, payment_id)).state !== 'authorized',
  );
  const found = await order.findOrder(shop.db, placed.id);
  expect(found).toMatchObject({ state: 'approved', live_approval_id: signed.id });
  expect(await shop.db('tickets').where({ order_id: placed.id })).toHaveLength(0);
  await until(async () => (await shop.db('messages').where({ template: 'payment-needed' })).length === 1);
});

test('killed in the middle of drawing: the proof appears once', async () => {
  const { id } = await draftOrder(shop);
  const saved = await shop.portal.storage.save(createReadStream(CARD));
  const upload = { ...saved, media_type: 'application/pdf', name: 'card.pdf' };
  await artwork.submit(shop.db, await order.findOrder(shop.db, id), upload, 'customer', CUSTOMER);
  const draft = await order.findOrder(shop.db, id);
  await order.place(shop.db, id, {
    total_cents: draft.total_cents as number,
    specification_sha256: draft.specification_sha256 as string,
    payment_method: 'counter',
    ready_on: '2026-12-01',
    proof_promised_at: now(),
    device_sha256: MARIES_PHONE,
    actor: CUSTOMER,
  });
  await shop.db('tasks').whereNot({ kind: 'render_proof' }).update({ state: 'void' });
  const first = startWorker();
  await until(async () => (await task.waiting(shop.db)).leased === 1);
  await kill(first);
  expect(await proof.ofOrder(shop.db, id)).toHaveLength(0);

  startWorker();
  await until(async () => (await order.findOrder(shop.db, id)).state === 'proofed');
  expect(await proof.ofOrder(shop.db, id)).toHaveLength(1);
  expect((await event.history(shop.db, id)).filter(({ type }) => type === 'proof.issued')).toHaveLength(1);
});
