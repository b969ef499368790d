import type Stripe from 'stripe';
import { LARGEST_LIMIT } from '../../bin/stripe-stand-in/lists';
import { displayAmount, LARGEST_AMOUNT } from '../../bin/stripe-stand-in/money';
import {
  METADATA_KEY_LENGTH,
  METADATA_KEYS,
  METADATA_VALUE_LENGTH,
} from '../../bin/stripe-stand-in/parameters';
import { holdFor, openTill, refusal, stripeAt, type Till } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

const create = (changes: object) =>
  till.stripe.paymentIntents.create({ amount: 500, currency: 'eur', ...changes });

test('a parameter that Stripe does not know is refused by name, however deep it sits', async () => {
  expect(await refusal(create({ amuont: 5 }))).toMatchObject({
    statusCode: 400,
    code: 'parameter_unknown',
    param: 'amuont',
  });
  const product_data = { name: 'Flyers', colour: 'red' } as { name: string };
  const line_items = [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 500, product_data } }];
  expect(await refusal(holdFor(till.stripe, { line_items }))).toMatchObject({
    code: 'parameter_unknown',
    param: 'line_items[0][price_data][product_data][colour]',
  });
  expect(await refusal(create({ constructor: 'x' }))).toMatchObject({
    code: 'parameter_unknown',
  });
});

test('payment_method_types is refused with its own reason', async () => {
  const reason = { statusCode: 400, code: 'payment_method_types_no_longer_supported' };
  expect(await refusal(create({ payment_method_types: ['card'] }))).toMatchObject(reason);
  const session = holdFor(till.stripe, { payment_method_types: ['card'] } as object);
  expect(await refusal(session)).toMatchObject(reason);
});

test('a missing, empty or misshapen parameter is named', async () => {
  const cases: [object, string, string | undefined][] = [
    [{ amount: undefined }, 'amount', 'parameter_missing'],
    [{ amount: 'ten' }, 'amount', 'parameter_invalid_integer'],
    [{ amount: 12.5 }, 'amount', 'parameter_invalid_integer'],
    [{ currency: '' }, 'currency', 'parameter_invalid_empty'],
    [{ currency: 'xyz' }, 'currency', 'invalid_currency'],
    [{ capture_method: 'later' }, 'capture_method', undefined],
    [{ confirm: 'perhaps' }, 'confirm', undefined],
    [{ customer: 'cus_none' }, 'customer', 'resource_missing'],
  ];
  for (const [changes, param, code] of cases) {
    expect(await refusal(create(changes))).toMatchObject({ statusCode: 400, param, code });
  }
});

test('an amount is at least half a euro and at most what Stripe takes', async () => {
  await create({ amount: 50 });
  expect((await refusal(create({ amount: 49 }))).code).toBe('amount_too_small');
  await create({ amount: LARGEST_AMOUNT });
  expect((await refusal(create({ amount: LARGEST_AMOUNT + 1 }))).code).toBe('amount_too_large');
});

test('metadata has fifty keys at most, each with a short name and a value that fits', async () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'x']));
  await create({ metadata: many(METADATA_KEYS) });
  await create({ metadata: { ['k'.repeat(METADATA_KEY_LENGTH)]: 'v'.repeat(METADATA_VALUE_LENGTH) } });
  for (const metadata of [
    many(METADATA_KEYS + 1),
    { ['k'.repeat(METADATA_KEY_LENGTH + 1)]: 'v' },
    { key: 'v'.repeat(METADATA_VALUE_LENGTH + 1) },
  ]) {
    expect((await refusal(create({ metadata }))).statusCode).toBe(400);
  }
});

test('text of any script survives the journey', async () => {
  const text = 'Bon à tirer — 東京 & “50 %” [1042]=+';
  const intent = await create({ description: text, metadata: { note: text } });
  expect(intent.description).toBe(text);
  expect(intent.metadata.note).toBe(text);
});

test('only a secret test key opens the door', async () => {
  const wrong = stripeAt(till.standIn, 'sk_live_real');
  expect(await refusal(wrong.customers.list())).toMatchObject({
    statusCode: 401,
    type: 'StripeAuthenticationError',
  });
  const answer = await fetch(`${till.standIn.url}/v1/customers`);
  expect(answer.status).toBe(401);
});

test('another version of the API is refused', async () => {
  const old = till.stripe.customers.list({}, { apiVersion: '2020-08-27' });
  expect((await refusal(old)).statusCode).toBe(400);
});

test('an unknown object is 404 and an unknown address too', async () => {
  expect(await refusal(till.stripe.paymentIntents.retrieve('pi_none'))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    param: 'intent',
  });
  expect((await refusal(till.stripe.paymentIntents.retrieve('__proto__'))).statusCode).toBe(404);
  expect((await refusal(till.stripe.coupons.list())).statusCode).toBe(404);
});

test('a list has at most a hundred lines', async () => {
  await till.stripe.customers.list({ limit: LARGEST_LIMIT });
  expect((await refusal(till.stripe.customers.list({ limit: LARGEST_LIMIT + 1 }))).param).toBe('limit');
});

test('only what is an object can be expanded', async () => {
  const { id } = await create({});
  const intent = await till.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge', 'customer'] });
  expect(intent.latest_charge).toBeNull();
  const error = await refusal(till.stripe.paymentIntents.retrieve(id, { expand: ['status'] }));
  expect(error.statusCode).toBe(400);
});

test('a customer can be created, changed, listed by address and removed', async () => {
  const { customers } = till.stripe;
  const customer = await customers.create({
    email: 'jeanne@example.com',
    address: { country: 'FR', city: 'Lyon' },
  });
  await customers.update(customer.id, { name: 'Jeanne Martin', phone: '' });
  expect((await customers.list({ email: 'jeanne@example.com' })).data[0]).toMatchObject({
    id: customer.id,
    name: 'Jeanne Martin',
    address: { city: 'Lyon', country: 'FR', line1: null },
  });
  const intent = await create({ customer: customer.id, expand: ['customer'] });
  expect((intent.customer as Stripe.Customer).email).toBe('jeanne@example.com');
  await customers.del(customer.id);
  expect(await customers.retrieve(customer.id)).toMatchObject({ deleted: true });
});

test('amounts are shown with the decimals Stripe gives their currency', () => {
  expect(displayAmount(8640, 'eur', 'en')).toBe('€86.40');
  expect(displayAmount(8640, 'jpy', 'en')).toBe('¥8,640');
  expect(displayAmount(8640, 'isk', 'en')).toMatch(/86\.40/);
  expect(displayAmount(8640, 'huf', 'en')).toMatch(/86\.40/);
  expect(displayAmount(8640, 'kwd', 'en')).toMatch(/8\.640/);
});
