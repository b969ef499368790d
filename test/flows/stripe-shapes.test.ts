// Everything that the portal asks of Stripe, and everything that the stand-in answers and tells, has the shape that
// the installed SDK gives it.
import Ajv, { type ValidateFunction } from 'ajv';
import sharp from 'sharp';
import type { Exchange } from '../../bin/stripe-stand-in';
import { parseForm } from '../../bin/stripe-stand-in/form';
import * as dispute from '../../server/models/dispute';
import * as order from '../../server/models/order';
import * as refund from '../../server/models/refund';
import * as task from '../../server/models/task';
import { perform } from '../../server/worker';
import { placedOrder } from '../fixtures/world';
import { DECLINED_CARD, GOOD_CARD, openBankPage, paidByCard, payAtBank } from '../support/bank';
import { databaseName } from '../support/database';
import { startShop, type TestShop } from '../support/portal';
import { schemasOf } from '../support/stripe-schemas';

const ANSWERS: Record<string, string> = {
  payment_intent: 'Stripe.PaymentIntent',
  charge: 'Stripe.Charge',
  'checkout.session': 'Stripe.Checkout.Session',
  refund: 'Stripe.Refund',
  dispute: 'Stripe.Dispute',
  'radar.early_fraud_warning': 'Stripe.Radar.EarlyFraudWarning',
};
const REQUESTS: Array<[RegExp, string]> = [
  [/^POST \/v1\/checkout\/sessions$/, 'Stripe.Checkout.SessionCreateParams'],
  [/^GET \/v1\/checkout\/sessions\/\w+$/, 'Stripe.Checkout.SessionRetrieveParams'],
  [/^POST \/v1\/checkout\/sessions\/\w+\/expire$/, 'Stripe.Checkout.SessionExpireParams'],
  [/^GET \/v1\/payment_intents\/\w+$/, 'Stripe.PaymentIntentRetrieveParams'],
  [/^GET \/v1\/payment_intents$/, 'Stripe.PaymentIntentListParams'],
  [/^POST \/v1\/payment_intents\/\w+$/, 'Stripe.PaymentIntentUpdateParams'],
  [/^POST \/v1\/payment_intents\/\w+\/capture$/, 'Stripe.PaymentIntentCaptureParams'],
  [/^POST \/v1\/payment_intents\/\w+\/cancel$/, 'Stripe.PaymentIntentCancelParams'],
  [/^POST \/v1\/refunds$/, 'Stripe.RefundCreateParams'],
  [/^GET \/v1\/refunds$/, 'Stripe.RefundListParams'],
  [/^GET \/v1\/disputes\/\w+$/, 'Stripe.DisputeRetrieveParams'],
  [/^GET \/v1\/disputes$/, 'Stripe.DisputeListParams'],
  [/^POST \/v1\/disputes\/\w+$/, 'Stripe.DisputeUpdateParams'],
  [/^POST \/v1\/disputes\/\w+\/close$/, 'Stripe.DisputeCloseParams'],
  [/^GET \/v1\/radar\/early_fraud_warnings$/, 'Stripe.Radar.EarlyFraudWarningListParams'],
  [/^GET \/v1\/radar\/early_fraud_warnings\/\w+$/, 'Stripe.Radar.EarlyFraudWarningRetrieveParams'],
];
const ROOTS = Object.fromEntries(
  [...Object.values(ANSWERS), ...REQUESTS.map(([, type]) => type)].map((type) => [type, type]),
);

const onSqlite = databaseName() === 'sqlite' ? describe : describe.skip;

onSqlite('the shapes of Stripe', () => {
  let shop: TestShop;
  const heard: Exchange[] = [];
  let check: (type: string, value: unknown, isForm?: boolean) => string[];

  beforeAll(async () => {
    const document = { $id: 'stripe', ...schemasOf(ROOTS) };
    const strictly = new Ajv({ allErrors: false, strict: false });
    // A form carries every value as text.
    const loosely = new Ajv({ coerceTypes: 'array', strict: false });
    strictly.addSchema(document);
    loosely.addSchema(document);
    const compiled = new Map<string, ValidateFunction>();
    check = (type, value, isForm = false) => {
      const name = `${type} ${isForm}`;
      const validate =
        compiled.get(name) ?? (isForm ? loosely : strictly).compile({ $ref: `stripe#/definitions/${type}` });
      compiled.set(name, validate);
      const copy = JSON.parse(JSON.stringify(value));
      return validate(copy)
        ? []
        : (validate.errors ?? []).map(
            ({ instancePath, message, params }) =>
              `${type}${instancePath} ${message} ${JSON.stringify(params)}`,
          );
    };
    shop = await startShop({
      worker: false,
      settings: { stop_window_minutes: 0 },
      witness: (exchange) => heard.push(exchange),
    });
  }, 120_000);
  afterAll(() => shop.close());

  async function work(): Promise<void> {
    for (;;) {
      await shop.bank!.control.settled();
      const leased = await task.lease(shop.db, 'w', [
        'apply_stripe_event',
        'capture_payment',
        'refund_payment',
        'release_hold',
        'stage_evidence',
        'submit_evidence',
        'accept_dispute',
        'sweep_payments',
      ]);
      if (!leased) return;
      await perform(shop.portal, leased, 'w');
    }
  }

  test('a reservation, a charge, a refund, two disputes, a warning and a cancelled order are all in Stripe’s words', async () => {
    const sheet = { width: 60, height: 40, channels: 3 as const, background: '#fff' };
    const picture = await sharp({ create: sheet }).webp().toBuffer();
    const paid = await paidByCard(shop, GOOD_CARD, picture);
    const asked = { payment_id: paid.id, tender: 'card' as const, amount_cents: 500, reason: 'Creased' };
    await refund.request(
      shop.db,
      paid.order_id,
      { ...asked, receipt_ref: null, idempotency_key: '1' },
      shop.owner,
    );
    await work();
    shop.bank!.control.failRefund(Object.keys(shop.bank!.control.state().refunds)[0]);
    shop.bank!.control.warnOfFraud(paid.payment_intent as string);
    const first = shop.bank!.control.openDispute(paid.payment_intent as string);
    await work();
    await dispute.askToStage(shop.db, first.dispute, null);
    await work();
    const ready = await dispute.findDispute(shop.db, first.dispute);
    await dispute.askToSubmit(shop.db, ready.id, dispute.stagedSha256(ready), shop.owner.id);
    await work();
    const other = await paidByCard(shop, GOOD_CARD, picture);
    const second = shop.bank!.control.openDispute(other.payment_intent as string);
    await work();
    await dispute.askToAccept(shop.db, second.dispute, shop.owner.id);
    for (const card of [GOOD_CARD, DECLINED_CARD]) {
      const placed = await placedOrder(shop);
      await payAtBank(shop, await openBankPage(shop, placed), card);
      await order.cancel(shop.db, placed.id, { kind: 'customer', id: null }, 'customer_cancelled');
    }
    await task.enqueue(shop.db, 'sweep_payments', { long: true });
    await work();

    const wrong: string[] = [];
    const unknown: string[] = [];
    for (const { method, path, form, status, answer } of heard) {
      const request = `${method} ${path}`;
      const type = REQUESTS.find(([pattern]) => pattern.test(request))?.[1];
      if (type) wrong.push(...check(type, parseForm(form), true).map((fault) => `${request}: ${fault}`));
      else unknown.push(request);
      const body = JSON.parse(answer);
      if (status !== 200) continue;
      for (const object of body.object === 'list' ? body.data : [body])
        wrong.push(...check(ANSWERS[object.object], object).map((fault) => `${request}: ${fault}`));
    }
    for (const { type, object } of Object.values(shop.bank!.control.state().events)) {
      const { object: kind } = object as { object: string };
      wrong.push(...check(ANSWERS[kind], object).map((fault) => `${type}: ${fault}`));
    }
    expect([...new Set(wrong)]).toEqual([]);
    expect(unknown).toEqual([]);
    const seen = REQUESTS.filter(([pattern]) =>
      heard.some(({ method, path }) => pattern.test(`${method} ${path}`)),
    );
    expect(seen).toHaveLength(REQUESTS.length);
  }, 120_000);

  test('what the SDK does not know is a fault, in a request and in an answer', () => {
    expect(
      check('Stripe.RefundCreateParams', { payment_intent: 'pi_1', amount: '5', note: 'x' }, true),
    ).not.toEqual([]);
    expect(check('Stripe.RefundCreateParams', { payment_intent: 'pi_1', amount: 'much' }, true)).not.toEqual(
      [],
    );
    expect(
      check('Stripe.Checkout.SessionCreateParams', { payment_method_types: ['card'] }, true),
    ).not.toEqual([]);
    expect(check('Stripe.Refund', { id: 're_1', object: 'refund' })).not.toEqual([]);
  });
});
