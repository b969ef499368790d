// What the bank tells us by itself: believed only in so far as it makes us look.
import { createHmac } from 'node:crypto';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as task from '../../server/models/task';
import { perform } from '../../server/worker';
import { capturedFacts, issueProof, placedOrder } from '../fixtures/world';
import { GOOD_CARD, openBankPage } from '../support/bank';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeEach(async () => {
  shop = await startShop({ worker: false });
  shop.bank!.control.webhooks({ paused: true });
});
afterEach(() => shop.close());

const event = (object: object, id = 'evt_1', type = 'payment_intent.succeeded') =>
  JSON.stringify({ id, object: 'event', type, data: { object } });

function deliver(body: string, { secret = shop.config.secrets.stand_in_webhook, at = Date.now() } = {}) {
  const seconds = Math.floor(at / 1000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return post(body, { 'stripe-signature': `t=${seconds},v1=${signature}` });
}

const post = (body: string, headers: Record<string, string>) =>
  shop.visitor().send('/webhooks/stripe', {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  });

/** The worker does what the delivery asked for. */
async function work(): Promise<string> {
  const leased = await task.lease(shop.db, 'w', ['apply_stripe_event']);
  if (!leased) return 'nothing to do';
  await perform(shop.portal, leased, 'w');
  return (await shop.db('tasks').where({ id: leased.id }).first()).state;
}

const remembered = () => shop.db('stripe_events');

async function paidAtBank(): Promise<payment.Payment> {
  const placed = await placedOrder(shop);
  const opened = await openBankPage(shop, placed);
  const body = new URLSearchParams({ number: GOOD_CARD, email: 'marie@example.com' });
  await fetch(opened.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
  return opened;
}

test('a delivery that the bank did not sign, or signed long ago, is refused and forgotten', async () => {
  const body = event({ object: 'payment_intent', id: 'pi_1' });
  const tenMinutesAgo = Date.now() - 10 * 60_000;
  expect((await deliver(body, { secret: 'whsec_of_a_stranger' })).status).toBe(400);
  expect((await deliver(body, { at: tenMinutesAgo })).status).toBe(400);
  expect((await post(body, {})).status).toBe(400);
  expect((await post(body, { 'stripe-signature': 'nonsense' })).status).toBe(400);
  expect(await remembered()).toEqual([]);
  expect(await work()).toBe('nothing to do');
});

test('the same delivery ten times at once is remembered and acted on once', async () => {
  const body = event({ object: 'payment_intent', id: 'pi_1' });
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(await remembered()).toHaveLength(1);
  expect(await shop.db('tasks').where({ kind: 'apply_stripe_event' })).toHaveLength(1);
});

test('both secrets are good while the owner changes from one to the other', async () => {
  shop.config.payments.webhook_secrets.push('whsec_the_next_one');
  const body = event({ object: 'payment_intent', id: 'pi_1' });
  expect((await deliver(body, { secret: 'whsec_the_next_one' })).status).toBe(200);
  expect((await deliver(body)).status).toBe(200);
});

test('news of a checkout makes us look, and the reservation is found', async () => {
  const opened = await paidAtBank();
  await deliver(event({ object: 'checkout.session', id: opened.checkout_session }));
  expect(await work()).toBe('done');
  expect((await payment.findPayment(shop.db, opened.id)).state).toBe('authorized');
});

test('news that is faster than our own note of the payment finds it by what we wrote on it', async () => {
  const opened = await paidAtBank();
  const [{ id: payment_intent }] = Object.values(shop.bank!.control.state().payment_intents);
  await deliver(event({ object: 'payment_intent', id: payment_intent }));
  expect(await work()).toBe('done');
  expect(await payment.findPayment(shop.db, opened.id)).toMatchObject({
    state: 'authorized',
    payment_intent,
  });
});

test('a delivery that claims a charge is not believed: the bank says reserved, so nothing is paid', async () => {
  const opened = await paidAtBank();
  await issueProof(shop, opened.order_id);
  const [{ id }] = Object.values(shop.bank!.control.state().payment_intents);
  const claim = { object: 'payment_intent', id, status: 'succeeded', amount_received: opened.amount_cents };
  await deliver(event(claim));
  await work();
  expect((await payment.findPayment(shop.db, opened.id)).state).toBe('authorized');
  expect((await order.findOrder(shop.db, opened.order_id)).state).toBe('proofed');
});

test('news of yesterday after those of today changes nothing', async () => {
  const opened = await paidAtBank();
  await deliver(event({ object: 'checkout.session', id: opened.checkout_session }, 'evt_1'));
  await work();
  const held = await payment.findPayment(shop.db, opened.id);
  await payment.reduce(shop.db, held.id, capturedFacts(held));
  await deliver(event({ object: 'checkout.session', id: opened.checkout_session }, 'evt_2'));
  await work();
  expect((await payment.findPayment(shop.db, opened.id)).state).toBe('captured_unapproved');
});

test.each([
  ['another shop’s payment on the same account', { object: 'payment_intent', id: 'pi_of_another_shop' }],
  ['a checkout that is not ours', { object: 'checkout.session', id: 'cs_of_another_shop' }],
  ['a customer', { object: 'customer', id: 'cus_1' }],
  ['a payout without anything', { object: 'balance' }],
])('%s is answered kindly and left alone', async (_what, object) => {
  expect((await deliver(event(object))).status).toBe(200);
  expect(['void', 'done']).toContain(await work());
});

test('a signed delivery that is no event is refused, and one that is too long is not read', async () => {
  expect((await deliver('not json')).status).toBe(400);
  expect((await deliver(event({ filler: 'x'.repeat(700_000) }))).status).toBe(413);
  expect(await remembered()).toEqual([]);
});

test('a shop that takes no cards has no such address', async () => {
  const counterOnly = await startShop({ worker: false, payments: 'counter_only' });
  const answer = await counterOnly.visitor().post('/webhooks/stripe', {});
  expect(answer.status).toBe(404);
  await counterOnly.close();
});
