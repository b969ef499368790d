// What a lost delivery left behind is found, repaired, and told to the owner.
import * as dispute from '../../server/models/dispute';
import * as payment from '../../server/models/payment';
import * as sweep from '../../server/models/sweep';
import * as task from '../../server/models/task';
import { perform } from '../../server/worker';
import { placedOrder } from '../fixtures/world';
import { GOOD_CARD, openBankPage, paidByCard } from '../support/bank';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeEach(async () => {
  shop = await startShop({ worker: false, settings: { stop_window_minutes: 0 } });
  shop.bank!.control.webhooks({ paused: true });
});
afterEach(() => shop.close());

async function swept(long = false): Promise<sweep.Sweep> {
  await task.enqueue(shop.db, 'sweep_payments', { long });
  const leased = (await task.lease(shop.db, 'w', ['sweep_payments'])) as task.Task;
  await perform(shop.portal, leased, 'w');
  expect((await shop.db('tasks').where({ id: leased.id }).first()).state).toBe('done');
  return (await sweep.latest(shop.db))[0];
}

test('a reservation whose news never came is found and counted as repaired', async () => {
  const opened = await openBankPage(shop, await placedOrder(shop));
  const body = new URLSearchParams({ number: GOOD_CARD, email: 'marie@example.com' });
  await fetch(opened.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
  expect(await swept()).toMatchObject({ repaired: 1, unresolved: [], failure: null });
  expect((await payment.findPayment(shop.db, opened.id)).state).toBe('authorized');
  expect(await swept()).toMatchObject({ looked: 1, repaired: 0 });
});

test('a dispute, a refund and a warning that nobody told us of are found in Stripe’s own lists', async () => {
  const paid = await paidByCard(shop);
  const intent = paid.payment_intent as string;
  const headers = { Authorization: `Bearer ${shop.config.payments.secret_key}` };
  const body = new URLSearchParams({ payment_intent: intent, amount: '300' });
  await fetch(`${shop.bank!.url}/v1/refunds`, { method: 'POST', headers, body });
  shop.bank!.control.warnOfFraud(intent);
  shop.bank!.control.openDispute(intent);
  const found = await swept(true);
  expect(found).toMatchObject({ is_long: 1, repaired: 3, unresolved: [] });
  expect((await payment.findPayment(shop.db, paid.id)).refunded_cents).toBe(300);
  expect(await dispute.waiting(shop.db)).toHaveLength(1);
});

test('a payment that is not in our books any more is told to the owner', async () => {
  const opened = await openBankPage(shop, await placedOrder(shop));
  const body = new URLSearchParams({ number: GOOD_CARD, email: 'marie@example.com' });
  await fetch(opened.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
  const [intent] = Object.values(shop.bank!.control.state().payment_intents);
  intent.metadata.payment = 'lost-with-the-backup';
  expect((await swept(true)).unresolved).toMatchObject([
    { problem: 'unknown_here', payment_intent: intent.id },
  ]);
  const owner = await shop.colleague('owner');
  const page = await owner.get('/owner/payments');
  expect(page.text).toContain('1 thing needs you');
  expect(page.text).toContain(intent.id);
});

test('a Stripe that is away is told as such, and nothing is called wrong', async () => {
  await openBankPage(shop, await placedOrder(shop));
  shop.bank!.control.fault({ next: 'error_500', times: 2 });
  expect(await swept()).toMatchObject({ unresolved: [], repaired: 0, failure: expect.any(String) });
  const owner = await shop.colleague('owner');
  expect((await owner.get('/owner/payments')).text).toContain('Stripe could not be asked');
  expect((await owner.post('/owner/payments/sweep')).status).toBe(303);
});
