import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { type StandIn, type StandInOptions, startStandIn } from '../../bin/stripe-stand-in';

export const WEBHOOK_SECRET = 'whsec_a_secret_for_the_tests';

export interface Till {
  standIn: StandIn;
  stripe: Stripe;
  /** Every event received at the shop's webhook address, verified by the SDK, in order of arrival. */
  heard: Stripe.Event[];
  /** Status codes to answer to the next webhooks instead of 200. */
  refuseNext: number[];
  close(): Promise<void>;
}

/** A shop's till: the stand-in, the official SDK pointed at it, and a webhook address that listens. */
export async function openTill(options: StandInOptions = {}): Promise<Till> {
  const heard: Stripe.Event[] = [];
  const refuseNext: number[] = [];
  const listener = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      heard.push(Stripe.webhooks.constructEvent(body, req.headers['stripe-signature']!, WEBHOOK_SECRET));
      res.writeHead(refuseNext.shift() ?? 200).end();
    });
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  const webhook = { url: `http://127.0.0.1:${port}/stripe`, secret: WEBHOOK_SECRET };
  const standIn = await startStandIn({ webhook, ...options }).catch((error) => {
    listener.close();
    throw error;
  });
  return {
    standIn,
    stripe: stripeAt(standIn),
    heard,
    refuseNext,
    async close() {
      await standIn.stop();
      listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
    },
  };
}

export function stripeAt(standIn: StandIn, key = 'sk_test_till'): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port: standIn.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

export function typesOf(heard: Stripe.Event[]): string[] {
  return heard.map((event) => event.type);
}

const HOUR_S = 3600;

/** The session that the shop opens to hold 86.40 € for order 1042. */
export function holdFor(
  stripe: Stripe,
  changes: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.create({
    mode: 'payment',
    client_reference_id: 'payment-7',
    customer_email: 'jeanne@example.com',
    locale: 'fr',
    line_items: [
      {
        quantity: 1,
        price_data: { currency: 'eur', unit_amount: 8640, product_data: { name: 'Commande 1042' } },
      },
    ],
    payment_intent_data: { capture_method: 'manual', metadata: { order: '1042', place: 'intent' } },
    metadata: { order: '1042', place: 'session' },
    expires_at: Math.floor(Date.now() / 1000) + HOUR_S,
    success_url: 'https://shop.example/return?sid={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/orders/1042',
    ...changes,
  });
}

/** Sends a page's form as a browser without JavaScript would, and answers where it led. */
export async function press(address: string, fields: Record<string, string>) {
  const answer = await fetch(address, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  const location = answer.headers.get('location');
  return {
    status: answer.status,
    html: await answer.text(),
    address: location && new URL(location, address).href,
  };
}

/** A hold placed through the hosted page, read back by the API. */
export async function heldPayment(stripe: Stripe, card = 'visa'): Promise<Stripe.PaymentIntent> {
  const session = await holdFor(stripe);
  await press(session.url!, { card });
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent.latest_charge'],
  });
  return payment_intent as Stripe.PaymentIntent;
}

/** What the API refused, as the SDK's own error. */
export async function refusal(request: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('The request was accepted.');
}
