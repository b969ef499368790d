import Stripe from 'stripe';
import { RETRY_AFTER_S, signature } from '../../bin/stripe-stand-in/postman';
import { heldPayment, openTill, refusal, type Till, typesOf, WEBHOOK_SECRET } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

const settled = () => till.standIn.control.settled();

test('a hold and its capture are told once each, signed so that the SDK accepts them', async () => {
  const { id } = await heldPayment(till.stripe);
  await till.stripe.paymentIntents.capture(id);
  await settled();
  const told = (await till.stripe.events.list()).data.reverse();
  expect(typesOf(told)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.amount_capturable_updated',
    'checkout.session.completed',
    'charge.captured',
    'payment_intent.succeeded',
  ]);
  expect(told.at(-1)).toMatchObject({
    object: 'event',
    livemode: false,
    api_version: Stripe.API_VERSION,
    data: { object: { id, status: 'succeeded' } },
  });
  const ids = (events: Stripe.Event[]) => events.map((event) => event.id).sort();
  expect(ids(till.heard)).toEqual(ids(told));
});

test('an event shows its object as it was then, not as it is now', async () => {
  const { id } = await heldPayment(till.stripe);
  await till.stripe.paymentIntents.capture(id);
  await settled();
  const held = till.heard.find((event) => event.type === 'payment_intent.amount_capturable_updated')!;
  expect(held.data.object).toMatchObject({ status: 'requires_capture', amount_capturable: 8640 });
});

test('a signature made with another secret, or too long ago, is refused by the SDK', () => {
  const body = JSON.stringify({ object: 'event' });
  const good = signature(body, WEBHOOK_SECRET);
  expect(Stripe.webhooks.constructEvent(body, good, WEBHOOK_SECRET).object).toBe('event');
  expect(() =>
    Stripe.webhooks.constructEvent(body, signature(body, 'whsec_other'), WEBHOOK_SECRET),
  ).toThrow();
  expect(() => Stripe.webhooks.constructEvent(`${body} `, good, WEBHOOK_SECRET)).toThrow();
});

test('a webhook that the shop does not take is sent again', async () => {
  till.refuseNext.push(500);
  const customer = await till.stripe.customers.create({ email: 'jeanne@example.com' });
  await settled();
  expect(till.heard).toHaveLength(1);
  const [waiting] = (await till.stripe.events.list()).data;
  expect(waiting!.pending_webhooks).toBe(1);
  await new Promise((done) => setTimeout(done, RETRY_AFTER_S[0]! * 1000 + 300));
  await settled();
  expect(till.heard.map((event) => event.id)).toEqual([waiting!.id, waiting!.id]);
  expect((await till.stripe.events.retrieve(waiting!.id)).pending_webhooks).toBe(0);
  expect(till.heard[1]!.data.object).toMatchObject({ id: customer.id });
});

test('webhooks can be held back, doubled, reversed and sent once more', async () => {
  const { control } = till.standIn;
  control.webhooks({ paused: true });
  await heldPayment(till.stripe);
  await settled();
  expect(till.heard).toEqual([]);

  control.webhooks({ paused: false, reverse: true });
  await settled();
  expect(typesOf(till.heard)).toEqual([
    'checkout.session.completed',
    'payment_intent.amount_capturable_updated',
    'charge.succeeded',
    'payment_intent.created',
  ]);

  till.heard.length = 0;
  control.webhooks({ reverse: false, duplicate: true });
  await till.stripe.customers.create({});
  await settled();
  expect(till.heard.map((event) => event.id)).toEqual(Array(2).fill(till.heard[0]!.id));

  control.webhooks({ duplicate: false, redeliver: till.heard[0]!.id });
  await settled();
  expect(till.heard).toHaveLength(3);
});

test('an address registered through the API hears only what it asked for', async () => {
  const address = Object.values(till.standIn.control.state().webhook_endpoints)[0]!.url;
  const endpoint = await till.stripe.webhookEndpoints.create({
    url: `${address}?second`,
    enabled_events: ['customer.created'],
  });
  expect(endpoint.secret).toMatch(/^whsec_/);
  const [found] = (await till.stripe.webhookEndpoints.list()).data;
  expect(found!.secret).toBeUndefined();
  const due = () => Object.values(till.standIn.control.state().deliveries);
  till.standIn.control.webhooks({ paused: true });
  await till.stripe.customers.create({});
  await till.stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
  expect(due().filter((delivery) => delivery.endpoint === endpoint.id)).toHaveLength(1);
  await till.stripe.webhookEndpoints.del(endpoint.id);
  till.standIn.control.webhooks({ paused: false });
});

test('events can be read afterwards by type and by number', async () => {
  await heldPayment(till.stripe);
  const { data } = await till.stripe.events.list({ types: ['checkout.session.completed'] });
  expect(data).toHaveLength(1);
  expect((await till.stripe.events.retrieve(data[0]!.id)).type).toBe('checkout.session.completed');
  expect((await refusal(till.stripe.events.retrieve('evt_none'))).statusCode).toBe(404);
});

test('an event names the request that caused it', async () => {
  await till.stripe.customers.create({}, { idempotencyKey: 'op-1' });
  await settled();
  expect(till.heard[0]!.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: 'op-1' });
});
