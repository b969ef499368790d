// Stripe, behind the few calls that we make. Nothing here knows which server answers.
import Stripe from 'stripe';
import type { Config } from './config';
import type { DisputeFacts } from './models/dispute';
import type { WarningFacts } from './models/fraud-warning';
import type { Facts } from './models/payment';
import { chargeStep, minorUnits } from './models/price';
import type { RefundFacts } from './models/refund';
import { call, iso, ProcessorError } from './stripe-call';
import { disputeCalls, disputeOf, warningOf } from './stripe-disputes';

export { ProcessorError } from './stripe-call';

export const REQUEST_TIMEOUT_MS = 12_000;
export const CHECKOUT_VALID_MS = 60 * 60_000;

export interface CheckoutRequest {
  payment_id: string;
  order_id: string;
  order_ref: string;
  price_version: number;
  amount_cents: number;
  currency: string;
  email: string | null;
  language: 'en' | 'fr';
  label: string;
  success_url: string;
  cancel_url: string;
}

export interface Listed {
  payments: Array<{ payment_intent: string; payment_id: string | null; facts: Facts }>;
  disputes: DisputeFacts[];
  warnings: WarningFacts[];
}

export interface CardProcessor {
  startCheckout(request: CheckoutRequest): Promise<{ session: string; url: string; expires_at: string }>;
  /** The facts of a payment, by whatever we know of it. */
  look(payment: { checkout_session: string | null; payment_intent: string | null }): Promise<Facts>;
  describe(
    payment_intent: string,
    description: string,
    metadata: Record<string, string>,
    key: string,
  ): Promise<void>;
  capture(payment_intent: string, amount_cents: number, key: string): Promise<void>;
  /** Gives a reservation back, or closes a page that nobody finished, according to the facts just looked at. */
  release(
    payment: { checkout_session: string | null; payment_intent: string | null },
    facts: Facts,
    key: string,
  ): Promise<void>;
  /** Every refund of a payment, whoever made it. */
  refunds(payment_intent: string): Promise<RefundFacts[]>;
  refund(
    payment_intent: string,
    refund: { id: string; order_id: string; amount_cents: number },
    key: string,
  ): Promise<RefundFacts>;
  dispute(id: string): Promise<DisputeFacts>;
  fraudWarning(id: string): Promise<WarningFacts>;
  /** Uploads one file of evidence; returns the processor's id for it. */
  uploadEvidence(file: { filename: string; bytes: Uint8Array }, key: string): Promise<string>;
  /** Puts evidence on the dispute without sending it to the bank. An empty text clears its field. */
  stageEvidence(id: string, evidence: Record<string, string>, key: string): Promise<DisputeFacts>;
  /** Sends what is staged to the bank. There is no second time. */
  submitEvidence(id: string, key: string): Promise<DisputeFacts>;
  /** Gives the disputed amount up. There is no way back. */
  closeDispute(id: string, key: string): Promise<DisputeFacts>;
  /** What the processor's own lists hold since a moment: payments of this shop, and who contests which. */
  since(moment: string): Promise<Listed>;
  readWebhook(body: Buffer, signature: string): { id: string; type: string; object_id: string | null };
  /** Whose payment an event speaks of, when we have not met its intent yet; null when it is not ours. */
  paymentIdOf(payment_intent: string): Promise<string | null>;
}

// What a partial capture lets go of is counted among the refunds.
function refundedOf(charge: Stripe.Charge | null): number {
  if (!charge) return 0;
  return Math.max(
    0,
    (charge.amount_refunded ?? 0) - (charge.amount - (charge.amount_captured ?? charge.amount)),
  );
}

function factsOf(intent: Stripe.PaymentIntent): Facts {
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const card = charge?.payment_method_details?.card ?? null;
  const isCaptured = intent.status === 'succeeded';
  return {
    state:
      intent.status === 'requires_capture'
        ? 'authorized'
        : isCaptured
          ? 'captured'
          : intent.status === 'canceled'
            ? 'canceled'
            : intent.status === 'requires_action'
              ? 'requires_action'
              : 'open',
    payment_intent: intent.id,
    authorized_cents: intent.status === 'requires_capture' ? intent.amount : isCaptured ? intent.amount : 0,
    // A poorer server than Stripe leaves these out although the status says it all.
    captured_cents: isCaptured ? (intent.amount_received ?? charge?.amount_captured ?? intent.amount) : 0,
    refunded_cents: isCaptured ? refundedOf(charge) : 0,
    capture_before: iso(card?.capture_before),
    card_brand: card?.brand ?? null,
    card_last4: card?.last4 ?? null,
    last_error: intent.last_payment_error?.message ?? null,
  };
}

const REFUND_STATES: Record<string, RefundFacts['state']> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

const refundOf = (refund: Stripe.Refund): RefundFacts => ({
  stripe_refund: refund.id,
  refund: refund.metadata?.refund ?? null,
  state: REFUND_STATES[refund.status ?? ''] ?? 'pending',
  amount_cents: refund.amount,
  failure: refund.failure_reason ?? null,
});

const A_PAGE = 100;

const NOTHING_YET: Facts = {
  state: 'open',
  payment_intent: null,
  authorized_cents: 0,
  captured_cents: 0,
  refunded_cents: 0,
  capture_before: null,
  card_brand: null,
  card_last4: null,
  last_error: null,
};

const isOpen = ({ state }: Facts): boolean => state === 'open' || state === 'requires_action';

function client(config: Config, timeout: number): Stripe {
  const base = config.payments.api_base ? new URL(config.payments.api_base) : null;
  return new Stripe(config.payments.secret_key as string, {
    timeout,
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && {
      host: base.hostname,
      port: base.port || (base.protocol === 'https:' ? 443 : 80),
      protocol: base.protocol.replace(':', '') as 'http' | 'https',
    }),
  });
}

/** Refused here, in words, before Stripe says it of a parameter. */
function assertChargeable(amount_cents: number, currency: string): void {
  const step = chargeStep(currency.toUpperCase());
  if (amount_cents % step === 0) return;
  throw new ProcessorError(
    'refused',
    `Cards are charged in steps of ${step / minorUnits(currency)} ${currency}.`,
  );
}

interface Subject {
  id?: string;
  object?: string;
  payment_intent?: unknown;
}

// What is looked at is the payment, unless the news is of a thing that has a life of its own.
const ITSELF = ['payment_intent', 'checkout.session', 'dispute', 'radar.early_fraud_warning'];

function subjectOf({ id, object = '', payment_intent }: Subject): string | null {
  return !ITSELF.includes(object) && typeof payment_intent === 'string' ? payment_intent : (id ?? null);
}

/** `timeout_ms` is how long one request may take before its outcome counts as unknown. */
export function openStripe(config: Config, timeout_ms = REQUEST_TIMEOUT_MS): CardProcessor {
  const stripe = client(config, timeout_ms);
  const { instance } = config.secrets;
  const retrieve = (id: string) => stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });

  return {
    startCheckout: (request) =>
      call(async () => {
        assertChargeable(request.amount_cents, request.currency);
        const metadata = {
          order: request.order_id,
          payment: request.payment_id,
          price_version: String(request.price_version),
          instance,
        };
        const session = await stripe.checkout.sessions.create(
          {
            mode: 'payment',
            client_reference_id: request.payment_id,
            locale: request.language,
            ...(request.email && { customer_email: request.email }),
            line_items: [
              {
                quantity: 1,
                price_data: {
                  currency: request.currency.toLowerCase(),
                  unit_amount: request.amount_cents,
                  product_data: { name: request.label },
                },
              },
            ],
            payment_intent_data: { capture_method: 'manual', description: request.label, metadata },
            metadata,
            expires_at: Math.floor((Date.now() + CHECKOUT_VALID_MS) / 1000),
            success_url: request.success_url,
            cancel_url: request.cancel_url,
          },
          { idempotencyKey: `checkout:${request.payment_id}` },
        );
        if (!session.url) throw new ProcessorError('fault', 'The payment page has no address.');
        return { session: session.id, url: session.url, expires_at: iso(session.expires_at) as string };
      }),
    look: ({ payment_intent, checkout_session }) =>
      call(async () => {
        const known = payment_intent ? factsOf(await retrieve(payment_intent)) : NOTHING_YET;
        if (!checkout_session || !isOpen(known)) return known;
        const session = await stripe.checkout.sessions.retrieve(checkout_session);
        const id = session.payment_intent as string | null;
        const intent = id ? await retrieve(id) : null;
        const facts = intent ? factsOf(intent) : NOTHING_YET;
        // Nobody can pay any more on a page that has closed, though the payment begun there still asks for a card:
        // so it stays for ever when the page ran out, and when a charge was refused.
        const isClosed =
          session.status === 'expired' ||
          (session.status === 'complete' && intent?.status === 'requires_payment_method');
        return isClosed && isOpen(facts) ? { ...facts, state: 'canceled' } : facts;
      }),
    describe: (payment_intent, description, metadata, key) =>
      call(async () => {
        await stripe.paymentIntents.update(
          payment_intent,
          { description, metadata },
          { idempotencyKey: key },
        );
      }),
    capture: (payment_intent, amount_cents, key) =>
      call(async () => {
        await stripe.paymentIntents.capture(
          payment_intent,
          { amount_to_capture: amount_cents },
          { idempotencyKey: key },
        );
      }),
    release: ({ payment_intent, checkout_session }, facts, key) =>
      call(async () => {
        // A payment that was begun on an open page is not cancelled by itself: the page is closed.
        if (isOpen(facts) && checkout_session) {
          await stripe.checkout.sessions.expire(checkout_session, {}, { idempotencyKey: key });
        } else if (payment_intent) {
          await stripe.paymentIntents.cancel(payment_intent, {}, { idempotencyKey: key });
        }
      }),
    refunds: (payment_intent) =>
      call(async () => {
        const { data } = await stripe.refunds.list({ payment_intent, limit: A_PAGE });
        return data.map(refundOf);
      }),
    refund: (payment_intent, { id, order_id, amount_cents }, key) =>
      call(async () => {
        const metadata = { refund: id, order: order_id, instance };
        const made = await stripe.refunds.create(
          { payment_intent, amount: amount_cents, metadata },
          { idempotencyKey: key },
        );
        return refundOf(made);
      }),
    ...disputeCalls(stripe),
    since: (moment) =>
      call(async () => {
        const created = { gte: Math.floor(Date.parse(moment) / 1000) };
        const listed: Listed = { payments: [], disputes: [], warnings: [] };
        const intents = stripe.paymentIntents.list({
          created,
          limit: A_PAGE,
          expand: ['data.latest_charge'],
        });
        for await (const intent of intents) {
          if (intent.metadata.instance !== instance) continue;
          const payment_id = intent.metadata.payment ?? null;
          listed.payments.push({ payment_intent: intent.id, payment_id, facts: factsOf(intent) });
        }
        for await (const each of stripe.disputes.list({ created, limit: A_PAGE }))
          listed.disputes.push(disputeOf(each));
        for await (const each of stripe.radar.earlyFraudWarnings.list({ created, limit: A_PAGE }))
          listed.warnings.push(warningOf(each));
        return listed;
      }),
    readWebhook: (body, signature) => {
      for (const secret of config.payments.webhook_secrets) {
        try {
          const event = stripe.webhooks.constructEvent(body, signature, secret);
          return { id: event.id, type: event.type, object_id: subjectOf(event.data.object as Subject) };
        } catch (error) {
          if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error;
        }
      }
      throw new ProcessorError('refused', 'The signature of this delivery is not ours.');
    },
    paymentIdOf: (payment_intent) =>
      call(async () => {
        const { metadata } = await stripe.paymentIntents.retrieve(payment_intent);
        return metadata.instance === instance ? (metadata.payment ?? null) : null;
      }).catch((error) => {
        if (error instanceof ProcessorError && error.kind === 'refused') return null;
        throw error;
      }),
  };
}
