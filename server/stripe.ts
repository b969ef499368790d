// Stripe, behind the few calls that we make. Nothing here knows which server answers.
import Stripe from 'stripe';
import type { Config } from './config';
import type { Facts } from './models/payment';
import type { RefundFacts } from './models/refund';

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

/** How a call to the processor ended, in the only distinctions that matter for what to do next. */
export class ProcessorError extends Error {
  constructor(
    /**
     * `unknown`: no answer, the same key again. `fault`: an answer that says nothing of the payment, look before
     * trying with a new key. `refused`: the payment itself cannot be had.
     */
    readonly kind: 'unknown' | 'fault' | 'refused',
    message: string,
    readonly code: string | null = null,
  ) {
    super(message);
  }
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
  readWebhook(body: Buffer, signature: string): { id: string; type: string; object_id: string | null };
  /** Whose payment an event speaks of, when we have not met its intent yet; null when it is not ours. */
  paymentIdOf(payment_intent: string): Promise<string | null>;
}

const iso = (seconds: number | null | undefined): string | null =>
  typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null;

/** A key that was revoked or may not do this, a request still at work under the same key, too many requests. */
const NOT_ABOUT_THE_PAYMENT = new Set([401, 403, 409, 429]);

async function call<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const status = error.statusCode ?? 0;
    const isFault = status >= 500 || NOT_ABOUT_THE_PAYMENT.has(status);
    const kind = status === 0 ? 'unknown' : isFault ? 'fault' : 'refused';
    throw new ProcessorError(kind, error.message, error.code ?? null);
  }
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

const REFUNDS_A_PAGE = 100;

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

function client(config: Config): Stripe {
  const base = config.payments.api_base ? new URL(config.payments.api_base) : null;
  return new Stripe(config.payments.secret_key as string, {
    timeout: REQUEST_TIMEOUT_MS,
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && {
      host: base.hostname,
      port: base.port || (base.protocol === 'https:' ? 443 : 80),
      protocol: base.protocol.replace(':', '') as 'http' | 'https',
    }),
  });
}

export function openStripe(config: Config): CardProcessor {
  const stripe = client(config);
  const { instance } = config.secrets;
  const retrieve = (id: string) => stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });

  return {
    startCheckout: (request) =>
      call(async () => {
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
        const { data } = await stripe.refunds.list({ payment_intent, limit: REFUNDS_A_PAGE });
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
    readWebhook: (body, signature) => {
      for (const secret of config.payments.webhook_secrets) {
        try {
          const event = stripe.webhooks.constructEvent(body, signature, secret);
          const object = event.data.object as { id?: string; object?: string; payment_intent?: unknown };
          const intent = object.object === 'payment_intent' ? object.id : object.payment_intent;
          const isSession = object.object === 'checkout.session';
          const object_id = isSession ? object.id : typeof intent === 'string' ? intent : object.id;
          return { id: event.id, type: event.type, object_id: object_id ?? null };
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
