// How a call to Stripe can end, said once for everything that calls it.
import Stripe from 'stripe';

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

/** Stripe's seconds as our times. */
export const iso = (seconds: number | null | undefined): string | null =>
  typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null;

/** A key that was revoked or may not do this, a request still at work under the same key, too many requests. */
const NOT_ABOUT_THE_PAYMENT = new Set([401, 403, 409, 429]);

/** Does one call; throws ProcessorError for whatever Stripe answers instead of a result. */
export async function call<T>(request: () => Promise<T>): Promise<T> {
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
