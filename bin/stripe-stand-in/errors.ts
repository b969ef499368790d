import type Stripe from 'stripe';

export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
    /** False when the request was refused before it began: Stripe then stores no answer for its key. */
    readonly hasBegun = true,
  ) {
    super(body.message);
  }
}

type Details = Partial<Omit<ErrorBody, 'type' | 'message'>>;

/** The request is understood, but the state of things forbids it. */
export function refused(message: string, details: Details = {}): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message, ...details });
}

/** The request is badly put. */
export function invalid(message: string, param: string, code?: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message, param, ...(code && { code }) }, false);
}

export function missing(noun: string, id: string, param: string, status = 404): ApiError {
  const message = `No such ${noun}: '${id}'`;
  return new ApiError(
    status,
    { type: 'invalid_request_error', code: 'resource_missing', message, param },
    false,
  );
}

export function cardRefused(message: string, details: Details): ApiError {
  return new ApiError(402, { type: 'card_error', message, ...details });
}
