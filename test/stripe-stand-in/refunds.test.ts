import type Stripe from 'stripe';
import { heldPayment, openTill, refusal, type Till, typesOf } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

async function capturedPayment(amount_to_capture?: number): Promise<string> {
  const { id } = await heldPayment(till.stripe);
  await till.stripe.paymentIntents.capture(id, amount_to_capture ? { amount_to_capture } : {});
  return id;
}

test('a payment can be refunded in parts, never beyond what was taken', async () => {
  const payment_intent = await capturedPayment();
  const { refunds, charges } = till.stripe;
  const first = await refunds.create({ payment_intent, amount: 3000, metadata: { op: '7' } });
  expect(first).toMatchObject({ status: 'succeeded', amount: 3000, metadata: { op: '7' } });

  const error = await refusal(refunds.create({ payment_intent, amount: 5641 }));
  expect(error).toMatchObject({ statusCode: 400, param: 'amount' });

  const rest = await refunds.create({ payment_intent, reason: 'requested_by_customer' });
  expect(rest.amount).toBe(5640);
  expect((await refusal(refunds.create({ payment_intent }))).code).toBe('charge_already_refunded');
  expect((await refunds.list({ payment_intent })).data.map((one) => one.amount)).toEqual([5640, 3000]);
  expect(await charges.retrieve(first.charge as string)).toMatchObject({
    amount_refunded: 8640,
    refunded: true,
  });
});

test('after a partial capture only the captured part can be refunded', async () => {
  const payment_intent = await capturedPayment(5000);
  const error = await refusal(till.stripe.refunds.create({ payment_intent, amount: 5001 }));
  expect(error.statusCode).toBe(400);
  expect((await till.stripe.refunds.create({ payment_intent })).amount).toBe(5000);
});

test('a hold is cancelled, not refunded', async () => {
  const { id } = await heldPayment(till.stripe);
  expect((await refusal(till.stripe.refunds.create({ payment_intent: id }))).statusCode).toBe(400);
});

test('a refund can fail days later, and the money counts as taken again', async () => {
  const payment_intent = await capturedPayment();
  const refund = await till.stripe.refunds.create({ payment_intent, expand: ['charge'] });
  expect((refund.charge as Stripe.Charge).refunded).toBe(true);
  till.standIn.control.failRefund(refund.id);
  expect(await till.stripe.refunds.retrieve(refund.id, { expand: ['charge'] })).toMatchObject({
    status: 'failed',
    charge: { refunded: false, amount_refunded: 0 },
  });
  await till.standIn.control.settled();
  expect(typesOf(till.heard)).toEqual(
    expect.arrayContaining(['refund.created', 'charge.refunded', 'refund.updated', 'refund.failed']),
  );
});
