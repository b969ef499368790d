import type Stripe from 'stripe';
import type { Bank } from './bank';
import { type Books, now } from './books';
import { cardOfKey } from './cards';
import * as charges from './charges';
import * as disputes from './disputes';
import { type ApiError, cardRefused, refused } from './errors';
import { record } from './events';
import * as fraudWarnings from './fraud-warnings';
import { displayAmount } from './money';
import { type IntentRow, type IntentStatus, type PaymentError, render } from './payment-intents';
import type { PaymentMethodRow } from './payment-methods';
import * as refunds from './refunds';

const WAITING_FOR_PAYMENT: IntentStatus[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
];
const CANCELABLE: IntentStatus[] = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
];

const DECLINE_MESSAGES = {
  generic_decline: 'Your card was declined.',
  insufficient_funds: 'Your card has insufficient funds.',
};

export function isWaitingForPayment(intent: IntentRow): boolean {
  return WAITING_FOR_PAYMENT.includes(intent.status);
}

export function unexpectedState(books: Books, intent: IntentRow, message: string): ApiError {
  return refused(message, {
    code: 'payment_intent_unexpected_state',
    payment_intent: render(books, intent),
  });
}

/** An attempt through the API: a refused card is an error there, unlike on the hosted page. */
export function confirm(
  bank: Bank,
  intent: IntentRow,
  method: PaymentMethodRow,
  given: { off_session?: boolean; return_url?: string },
) {
  const { books } = bank;
  if (given.return_url) intent.return_url = given.return_url;
  const isAbsent = given.off_session === true;
  attempt(books, intent, method, isAbsent ? 'absent' : 'present');
  if (intent.status === 'requires_action' && intent.return_url) {
    intent.authentication_url = `${bank.public_base}/c/authenticate/${intent.id}`;
  }
  if (intent.last_payment_error) throw asCardError(books, intent, intent.last_payment_error);
}

function asCardError(books: Books, intent: IntentRow, error: PaymentError): ApiError {
  const shown = render(books, intent);
  return cardRefused(error.message, {
    code: error.code,
    ...(error.decline_code && { decline_code: error.decline_code }),
    ...(error.charge && { charge: error.charge }),
    payment_intent: shown,
    payment_method: shown.last_payment_error!.payment_method,
  });
}

/** Tries to charge or hold the amount; the outcome is the intent's new status. */
export function attempt(
  books: Books,
  intent: IntentRow,
  method: PaymentMethodRow,
  cardholder: 'present' | 'absent' | 'authenticated',
) {
  const card = cardOfKey(method.card);
  intent.payment_method = method.id;
  intent.last_payment_error = null;
  if (card.needsAuthentication && cardholder === 'present') {
    intent.status = 'requires_action';
    record(books, 'payment_intent.requires_action', render(books, intent));
    return;
  }
  if (card.needsAuthentication && cardholder === 'absent') {
    const message = 'Your card was declined. This transaction requires authentication.';
    return decline(books, intent, method, 'authentication_required', message);
  }
  if (card.declinedWith) {
    return decline(books, intent, method, card.declinedWith, DECLINE_MESSAGES[card.declinedWith]);
  }
  const charge = charges.add(books, intent, method, {
    hasAuthenticated: cardholder === 'authenticated',
    failure: null,
  });
  intent.latest_charge = charge.id;
  intent.authentication_url = null;
  intent.status = charge.isCaptured ? 'succeeded' : 'requires_capture';
  record(books, 'charge.succeeded', charges.render(books, charge));
  if (charge.isCaptured) return succeed(books, intent, charge);
  record(books, 'payment_intent.amount_capturable_updated', render(books, intent));
}

function succeed(books: Books, intent: IntentRow, charge: charges.ChargeRow) {
  record(books, 'payment_intent.succeeded', render(books, intent));
  if (cardOfKey(charge.card).isWarnedAfterCapture) fraudWarnings.open(books, charge);
  if (cardOfKey(charge.card).isDisputedAfterCapture) disputes.open(books, charge, 'fraudulent');
}

function decline(
  books: Books,
  intent: IntentRow,
  method: PaymentMethodRow,
  decline_code: string,
  message: string,
) {
  const code = decline_code === 'authentication_required' ? decline_code : 'card_declined';
  const failure = { code, decline_code, message };
  const charge = charges.add(books, intent, method, { hasAuthenticated: false, failure });
  intent.latest_charge = charge.id;
  failPayment(books, intent, { ...failure, charge: charge.id, payment_method: method.id });
  record(books, 'charge.failed', charges.render(books, charge));
}

function failPayment(books: Books, intent: IntentRow, error: PaymentError) {
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.authentication_url = null;
  intent.last_payment_error = error;
  record(books, 'payment_intent.payment_failed', render(books, intent));
}

/** The cardholder answers the bank's 3-D Secure question. */
export function authenticate(books: Books, intent: IntentRow, isConfirmed: boolean) {
  const method = books.payment_methods[intent.payment_method!]!;
  if (isConfirmed) return attempt(books, intent, method, 'authenticated');
  failPayment(books, intent, {
    code: 'payment_intent_authentication_failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    payment_method: method.id,
  });
}

/** Takes (part of) a hold; `describe` runs once the capture is certain to be allowed. */
export function capture(books: Books, intent: IntentRow, amount: number, describe: () => void) {
  if (intent.status !== 'requires_capture') {
    throw unexpectedState(
      books,
      intent,
      intent.status === 'succeeded'
        ? 'This PaymentIntent could not be captured because it has already been captured.'
        : `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a ` +
            'PaymentIntent with one of the following statuses may be captured: requires_capture.',
    );
  }
  if (amount < 1) throw refused('Invalid positive integer', { param: 'amount_to_capture' });
  if (amount > intent.amount) {
    const most = displayAmount(intent.amount, intent.currency, 'en');
    throw refused(`The amount to capture must not be greater than the capturable amount (${most}).`, {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  }
  const charge = books.charges[intent.latest_charge!]!;
  if (cardOfKey(charge.card).failsAtCapture) throw failCapture(books, intent, charge);
  describe();
  charge.isCaptured = true;
  charge.amount_captured = amount;
  intent.status = 'succeeded';
  if (amount < charge.amount) refunds.add(books, charge, charge.amount - amount);
  record(books, 'charge.captured', charges.render(books, charge));
  succeed(books, intent, charge);
}

function failCapture(books: Books, intent: IntentRow, charge: charges.ChargeRow): ApiError {
  const message = DECLINE_MESSAGES.generic_decline;
  charge.failure = { code: 'card_declined', decline_code: 'generic_decline', message };
  const { payment_method } = charge;
  const error = { code: 'card_declined', decline_code: 'generic_decline', message, charge: charge.id };
  failPayment(books, intent, { ...error, payment_method });
  record(books, 'charge.failed', charges.render(books, charge));
  return asCardError(books, intent, intent.last_payment_error!);
}

export function cancel(
  books: Books,
  intent: IntentRow,
  reason: Stripe.PaymentIntent.CancellationReason | null,
) {
  if (!CANCELABLE.includes(intent.status)) {
    throw unexpectedState(
      books,
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent ` +
        `with one of the following statuses may be canceled: ${CANCELABLE.join(', ')}.`,
    );
  }
  const isOnOpenPage = Object.values(books.checkout_sessions).some(
    (session) => session.payment_intent === intent.id && session.status === 'open',
  );
  if (isOnOpenPage && intent.status !== 'requires_capture') {
    throw unexpectedState(
      books,
      intent,
      'You cannot cancel this PaymentIntent because it belongs to an open Checkout Session. Expire the session.',
    );
  }
  end(books, intent, reason);
}

/** The hold was not captured in time: the bank gives the reserved amount back by itself. */
export function lapse(books: Books, intent: IntentRow) {
  const charge = books.charges[intent.latest_charge!]!;
  end(books, intent, 'automatic', () => record(books, 'charge.expired', charges.render(books, charge)));
}

/** Ends an intent for good, releasing its hold. */
export function end(
  books: Books,
  intent: IntentRow,
  reason: Stripe.PaymentIntent.CancellationReason | null,
  tellOfRelease?: () => void,
) {
  const charge = intent.latest_charge ? books.charges[intent.latest_charge] : undefined;
  const hadHold = intent.status === 'requires_capture' && charge !== undefined;
  intent.status = 'canceled';
  intent.canceled_at = now(books);
  intent.cancellation_reason = reason;
  intent.authentication_url = null;
  if (hadHold) {
    refunds.add(books, charge, charge.amount);
    if (tellOfRelease) tellOfRelease();
    else record(books, 'charge.refunded', charges.render(books, charge));
  }
  record(books, 'payment_intent.canceled', render(books, intent));
}
