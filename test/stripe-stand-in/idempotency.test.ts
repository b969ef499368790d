import { KEY_LENGTH, KEYS_KEPT_S } from '../../bin/stripe-stand-in/idempotency';
import { heldPayment, openTill, refusal, type Till, typesOf } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

const create = (idempotencyKey: string, amount = 500) =>
  till.stripe.paymentIntents.create({ amount, currency: 'eur' }, { idempotencyKey });

test('the same key answers the same payment', async () => {
  const first = await create('op-1');
  const second = await create('op-1');
  expect(second.id).toBe(first.id);
  expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
  expect((await till.stripe.paymentIntents.list()).data).toHaveLength(1);
});

test('the same key with another amount, or for another request, is refused', async () => {
  const { id } = await create('op-1');
  expect(await refusal(create('op-1', 600))).toMatchObject({
    statusCode: 400,
    type: 'StripeIdempotencyError',
  });
  const elsewhere = till.stripe.paymentIntents.cancel(id, {}, { idempotencyKey: 'op-1' });
  expect(await refusal(elsewhere)).toMatchObject({ type: 'StripeIdempotencyError' });
});

test('a refusal is replayed too: a declined card stays declined for its key', async () => {
  const pay = (payment_method: string, idempotencyKey: string) =>
    till.stripe.paymentIntents.create(
      { amount: 500, currency: 'eur', confirm: true, payment_method },
      { idempotencyKey },
    );
  const first = await refusal(pay('pm_card_visa_chargeDeclined', 'op-1'));
  const again = await refusal(pay('pm_card_visa_chargeDeclined', 'op-1'));
  expect(again.payment_intent!.id).toBe(first.payment_intent!.id);
  expect((await till.stripe.charges.list()).data).toHaveLength(1);
});

test('a request refused for its parameters leaves its key free', async () => {
  await refusal(create('op-1', 1));
  expect((await create('op-1', 500)).amount).toBe(500);
});

test('a key is forgotten after a day', async () => {
  const first = await create('op-1');
  till.standIn.control.advance(KEYS_KEPT_S - 60);
  expect((await create('op-1')).id).toBe(first.id);
  till.standIn.control.advance(120);
  expect((await create('op-1')).id).not.toBe(first.id);
});

test('a key has at most 255 characters', async () => {
  await create('k'.repeat(KEY_LENGTH));
  expect((await refusal(create('k'.repeat(KEY_LENGTH + 1)))).statusCode).toBe(400);
});

test('a connection lost after the capture, then tried again with the same key, captures once', async () => {
  const { id } = await heldPayment(till.stripe);
  till.standIn.control.fault({ next: 'drop_after_commit', path: '/capture', times: 2 });
  const lost = await refusal(till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' }));
  expect(lost.type).toBe('StripeConnectionError');
  expect((await till.stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');

  const again = await till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
  expect(again).toMatchObject({ status: 'succeeded', amount_received: 8640 });
  await till.standIn.control.settled();
  expect(typesOf(till.heard).filter((type) => type === 'charge.captured')).toHaveLength(1);
});

test('a plain 500 did nothing, and the same key then works', async () => {
  const { id } = await heldPayment(till.stripe);
  till.standIn.control.fault({ next: 'error_500', path: '/capture' });
  const capture = () => till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
  expect((await refusal(capture())).statusCode).toBe(500);
  expect((await till.stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
  expect((await capture()).status).toBe('succeeded');
});

test('a stored 500 comes back for the same key; a new key gets through', async () => {
  const { id } = await heldPayment(till.stripe);
  till.standIn.control.fault({ next: 'sticky_500', path: '/capture' });
  const capture = (idempotencyKey: string) => till.stripe.paymentIntents.capture(id, {}, { idempotencyKey });
  expect((await refusal(capture('op-1'))).statusCode).toBe(500);
  expect((await refusal(capture('op-1'))).statusCode).toBe(500);
  expect((await till.stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
  expect((await capture('op-1-again')).status).toBe('succeeded');
});

test('a stored 500 may hide a capture that was made', async () => {
  const { id } = await heldPayment(till.stripe);
  till.standIn.control.fault({ next: 'sticky_500_after_commit', path: '/capture' });
  const capture = () => till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
  expect((await refusal(capture())).statusCode).toBe(500);
  expect((await refusal(capture())).statusCode).toBe(500);
  expect((await till.stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
});

test('while a slow answer is on its way, its webhook arrives first and its key is in use', async () => {
  const { id } = await heldPayment(till.stripe);
  await till.standIn.control.settled();
  till.heard.length = 0;
  till.standIn.control.fault({ next: 'slow', path: '/capture', ms: 1500 });
  let isAnswered = false;
  const capture = () => till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
  const slow = capture().then((intent) => {
    isAnswered = true;
    return intent;
  });
  while (!isAnswered && !typesOf(till.heard).includes('payment_intent.succeeded')) {
    await new Promise((done) => setTimeout(done, 10));
  }
  expect(isAnswered).toBe(false);
  expect(await refusal(capture())).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
  expect((await slow).status).toBe('succeeded');
  expect((await capture()).status).toBe('succeeded');
});

test('a fault strikes only the requests it names, as often as it was told', async () => {
  till.standIn.control.fault({ next: 'error_500', path: '/v1/customers', times: 2 });
  await till.stripe.paymentIntents.list();
  expect((await refusal(till.stripe.customers.list())).statusCode).toBe(500);
  expect((await refusal(till.stripe.customers.list())).statusCode).toBe(500);
  expect((await till.stripe.customers.list()).data).toEqual([]);
});
