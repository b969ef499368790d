import type Stripe from 'stripe';
import { HOLD_LASTS_S, SHORT_HOLD_LASTS_S } from '../../bin/stripe-stand-in/cards';
import { heldPayment, holdFor, openTill, press, refusal, type Till, typesOf } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

const chargeOf = (intent: Stripe.PaymentIntent) => intent.latest_charge as Stripe.Charge;
const now = () => Math.floor(Date.now() / 1000);

test('a hold placed on the hosted page reserves the amount for seven days and takes nothing', async () => {
  const session = await holdFor(till.stripe);
  expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', payment_intent: null });

  const { status, address } = await press(session.url!, { card: 'visa' });
  expect({ status, address }).toEqual({
    status: 303,
    address: `https://shop.example/return?sid=${session.id}`,
  });

  const paid = await till.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent.latest_charge'],
  });
  const intent = paid.payment_intent as Stripe.PaymentIntent;
  expect(paid).toMatchObject({
    status: 'complete',
    payment_status: 'unpaid',
    url: null,
    client_reference_id: 'payment-7',
  });
  expect(paid.metadata).toEqual({ order: '1042', place: 'session' });
  expect(intent).toMatchObject({ status: 'requires_capture', amount_capturable: 8640, amount_received: 0 });
  expect(intent.metadata).toEqual({ order: '1042', place: 'intent' });
  expect(chargeOf(intent)).toMatchObject({ captured: false, amount_captured: 0, paid: true });
  const card = chargeOf(intent).payment_method_details!.card!;
  expect(card).toMatchObject({ brand: 'visa', last4: '4242' });
  expect(Math.abs(card.capture_before! - now() - HOLD_LASTS_S)).toBeLessThan(5);
});

test('capturing a hold takes the whole amount once', async () => {
  const { id } = await heldPayment(till.stripe);
  const captured = await till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
  expect(captured).toMatchObject({ status: 'succeeded', amount_received: 8640, amount_capturable: 0 });

  const error = await refusal(till.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-2' }));
  expect(error).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
  expect(error.payment_intent).toMatchObject({ id, status: 'succeeded' });

  await till.standIn.control.settled();
  expect(typesOf(till.heard).filter((type) => type === 'charge.captured')).toHaveLength(1);
});

test('a partial capture takes the part and gives the rest back', async () => {
  const { id } = await heldPayment(till.stripe);
  const captured = await till.stripe.paymentIntents.capture(id, {
    amount_to_capture: 5000,
    expand: ['latest_charge.refunds'],
  });
  expect(captured).toMatchObject({ status: 'succeeded', amount: 8640, amount_received: 5000 });
  const charge = chargeOf(captured);
  expect(charge).toMatchObject({ captured: true, amount_captured: 5000, amount_refunded: 3640 });
  expect(charge.refunds!.data.map((refund) => refund.amount)).toEqual([3640]);
});

test('more than the hold cannot be captured', async () => {
  const { id } = await heldPayment(till.stripe);
  const error = await refusal(till.stripe.paymentIntents.capture(id, { amount_to_capture: 8641 }));
  expect(error).toMatchObject({ statusCode: 400, param: 'amount_to_capture' });
  expect((await till.stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
});

test('cancelling a hold releases it, and it can never be captured afterwards', async () => {
  const { id } = await heldPayment(till.stripe);
  const canceled = await till.stripe.paymentIntents.cancel(id, {
    cancellation_reason: 'requested_by_customer',
    expand: ['latest_charge'],
  });
  expect(canceled).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'requested_by_customer',
    amount_capturable: 0,
  });
  expect(chargeOf(canceled)).toMatchObject({ captured: false, refunded: true, amount_refunded: 8640 });
  const error = await refusal(till.stripe.paymentIntents.capture(id));
  expect(error).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
  expect(error.payment_intent).toMatchObject({ status: 'canceled' });
});

test('a hold that is not captured in time lapses by itself and says so', async () => {
  const { id } = await heldPayment(till.stripe);
  till.standIn.control.advance(HOLD_LASTS_S - 60);
  expect((await till.stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
  till.standIn.control.advance(120);
  expect(await till.stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
  });
  await till.standIn.control.settled();
  expect(typesOf(till.heard)).toEqual(expect.arrayContaining(['charge.expired', 'payment_intent.canceled']));
});

test('the demonstration can make one hold lapse at once', async () => {
  const [lapsing, staying] = [await heldPayment(till.stripe), await heldPayment(till.stripe)];
  till.standIn.control.expireHold(lapsing.id);
  expect((await till.stripe.paymentIntents.retrieve(lapsing.id)).status).toBe('canceled');
  expect((await till.stripe.paymentIntents.retrieve(staying.id)).status).toBe('requires_capture');
});

test('the card with a short reservation holds for one hour', async () => {
  const intent = await heldPayment(till.stripe, 'standIn_shortHold');
  const lasts = chargeOf(intent).payment_method_details!.card!.capture_before! - now();
  expect(Math.abs(lasts - SHORT_HOLD_LASTS_S)).toBeLessThan(5);
});

test('a card can accept the hold and refuse the capture', async () => {
  const { id } = await heldPayment(till.stripe, 'standIn_captureFails');
  const error = await refusal(till.stripe.paymentIntents.capture(id));
  expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', code: 'card_declined' });
  expect(await till.stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: 'requires_payment_method',
    amount_received: 0,
    last_payment_error: { code: 'card_declined' },
  });
});

test('a payment without a hold is taken at once', async () => {
  const session = await holdFor(till.stripe, { payment_intent_data: {} });
  await press(session.url!, { card: 'visa' });
  const paid = await till.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
  expect(paid).toMatchObject({ status: 'complete', payment_status: 'paid' });
  expect(paid.payment_intent).toMatchObject({ status: 'succeeded', amount_received: 8640 });
});

test('a payment made through the API can be held, declined, or sent to 3-D Secure', async () => {
  const base = { amount: 1200, currency: 'cad', capture_method: 'manual', confirm: true } as const;
  const held = await till.stripe.paymentIntents.create({ ...base, payment_method: 'pm_card_visa' });
  expect(held.status).toBe('requires_capture');

  const error = await refusal(
    till.stripe.paymentIntents.create({ ...base, payment_method: 'pm_card_visa_chargeDeclined' }),
  );
  expect(error).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' });
  expect(error.payment_intent).toMatchObject({ status: 'requires_payment_method' });

  const asked = await till.stripe.paymentIntents.create({
    ...base,
    payment_method: 'pm_card_authenticationRequired',
    return_url: 'https://shop.example/back',
  });
  expect(asked.status).toBe('requires_action');
  const { address } = await press(asked.next_action!.redirect_to_url!.url!, { answer: 'confirm' });
  expect(new URL(address!).searchParams.get('redirect_status')).toBe('succeeded');
  expect((await till.stripe.paymentIntents.retrieve(asked.id)).status).toBe('requires_capture');
});

test('a card that needs its holder cannot be charged in his absence', async () => {
  const error = await refusal(
    till.stripe.paymentIntents.create({
      amount: 1200,
      currency: 'eur',
      confirm: true,
      off_session: true,
      payment_method: 'pm_card_authenticationRequired',
    }),
  );
  expect(error).toMatchObject({ statusCode: 402, code: 'authentication_required' });
});

test('payments are listed newest first, page by page, and by time', async () => {
  const made = [];
  for (let i = 0; i < 3; i++) {
    made.push(await till.stripe.paymentIntents.create({ amount: 100 + i, currency: 'eur' }));
  }
  const seen = [];
  for await (const intent of till.stripe.paymentIntents.list({ limit: 2 })) seen.push(intent.id);
  expect(seen).toEqual(made.map((intent) => intent.id).reverse());
  const later = await till.stripe.paymentIntents.list({ created: { gte: now() + 60 } });
  expect(later.data).toEqual([]);
});

test('a description and metadata can be added later; an empty value removes a key', async () => {
  const { id } = await heldPayment(till.stripe);
  const updated = await till.stripe.paymentIntents.update(id, {
    description: 'Order 1042',
    metadata: { place: '', seen: 'yes' },
  });
  expect(updated.description).toBe('Order 1042');
  expect(updated.metadata).toEqual({ order: '1042', seen: 'yes' });
});
