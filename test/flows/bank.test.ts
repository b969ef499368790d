// What goes wrong between the shop and the bank, with the bank's own pages and answers.
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as proof from '../../server/models/proof';
import * as sweep from '../../server/models/sweep';
import * as task from '../../server/models/task';
import { startWorker, type Worker } from '../../server/worker';
import { issueProof, MARIES_PHONE, placedOrder, readyToSign, sign } from '../fixtures/world';
import {
  CARD_THAT_CANNOT_BE_CHARGED,
  DECLINED_CARD,
  GOOD_CARD,
  openBankPage,
  payAtBank,
} from '../support/bank';
import { startShop, type TestShop } from '../support/portal';
import { until } from '../support/until';

let shop: TestShop;
let worker: Worker | null = null;
beforeEach(async () => {
  shop = await startShop({ worker: false, settings: { stop_window_minutes: 0 } });
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await shop.close();
});

/** The worker comes to work and does everything that is due. */
async function work(): Promise<void> {
  worker ??= startWorker(shop.portal);
  await shop.settled();
}

const bank = () => shop.bank!.control;
const intents = () => Object.values(bank().state().payment_intents);
const statuses = () => intents().map(({ status }) => status);
const stateOf = async ({ id }: { id: string }) => (await order.findOrder(shop.db, id)).state;
const taskOf = (kind: task.TaskKind) => shop.db('tasks').where({ kind }).first();

/** An order whose proof is signed against a reservation that the bank really holds. */
async function signed(card = GOOD_CARD) {
  const placed = await placedOrder(shop);
  const current = await issueProof(shop, placed.id);
  const held = await openBankPage(shop, placed);
  await payAtBank(shop, held, card);
  for (const page of current.pages) await proof.seePage(shop.db, current, page.number, MARIES_PHONE);
  await sign(shop, await readyToSign(shop, placed.id));
  return { placed, held };
}

test('a card was declined and the order cancelled: the bank’s page is closed, nobody can pay on it', async () => {
  const placed = await placedOrder(shop);
  const opened = await openBankPage(shop, placed);
  await payAtBank(shop, opened, DECLINED_CARD);
  await order.cancel(shop.db, placed.id, event.CUSTOMER, 'customer_cancelled');
  await work();
  expect((await payment.findPayment(shop.db, opened.id)).state).toBe('released');
  await payAtBank(shop, opened);
  await work();
  expect(statuses()).not.toContain('requires_capture');
});

test('the customer pays in the moment in which the page is being closed: the reservation is given back', async () => {
  const placed = await placedOrder(shop);
  const opened = await openBankPage(shop, placed);
  await order.payBy(shop.db, placed.id, 'counter');
  await payAtBank(shop, opened);
  expect(statuses()).toEqual(['requires_capture']);
  await work();
  expect(statuses()).toEqual(['canceled']);
  expect((await payment.findPayment(shop.db, opened.id)).state).toBe('released');
});

test('the bank refuses the charge: nothing stays reserved or undone, and another card is charged once', async () => {
  const { placed, held } = await signed(CARD_THAT_CANNOT_BE_CHARGED);
  await work();
  expect((await payment.findPayment(shop.db, held.id)).state).toBe('failed');
  expect(statuses()).not.toContain('requires_capture');
  const undone = await shop.db('tasks').whereIn('state', ['ready', 'parked']).select('kind');
  expect(undone.filter(({ kind }) => kind !== 'make_record')).toEqual([]);
  expect(await stateOf(placed)).toBe('approved');
  await payAtBank(shop, await openBankPage(shop, placed));
  await work();
  expect(await stateOf(placed)).toBe('released');
  expect(statuses().filter((status) => status === 'succeeded')).toHaveLength(1);
});

test('a second page is paid after signing: one of the two is charged, the other given back', async () => {
  const { placed } = await signed();
  const second = await openBankPage(shop, placed);
  await payAtBank(shop, second);
  await work();
  expect(await stateOf(placed)).toBe('released');
  expect(statuses().sort()).toEqual(['canceled', 'succeeded']);
});

test('the bank fails at noting the signature, and repeats it for that request: charged all the same', async () => {
  const { placed } = await signed();
  await bank().settled();
  await shop.db('tasks').whereNot({ kind: 'capture_payment' }).update({ state: 'void' });
  const [{ id }] = intents();
  bank().fault({ next: 'slow', path: id, ms: 0 });
  bank().fault({ next: 'sticky_500', path: id });
  worker = startWorker(shop.portal);
  await until(async () => (await taskOf('capture_payment')).state === 'done', 15_000);
  expect((await taskOf('capture_payment')).generation).toBe(1);
  expect(await stateOf(placed)).toBe('released');
});

test('one payment that the bank does not know hides no other from the sweep', async () => {
  const strange = await openBankPage(shop, await placedOrder(shop));
  await shop.db('payments').where({ id: strange.id }).update({ checkout_session: 'cs_of_another_bank' });
  const forgotten = await openBankPage(shop, await placedOrder(shop));
  bank().webhooks({ paused: true });
  const body = new URLSearchParams({ number: GOOD_CARD, email: 'marie@example.com' });
  await fetch(forgotten.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
  await task.enqueue(shop.db, 'sweep_payments', {});
  worker = startWorker(shop.portal);
  await until(async () => (await payment.findPayment(shop.db, forgotten.id)).state === 'authorized', 15_000);
  await until(async () => (await sweep.latest(shop.db)).length > 0, 5_000);
  const { ref } = await shop.db('orders').where({ id: strange.order_id }).first();
  expect((await sweep.latest(shop.db))[0].unresolved).toMatchObject([
    { problem: 'unknown_there', order_ref: ref },
  ]);
});
