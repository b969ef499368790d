import { type Books, now } from './books';
import * as sessions from './checkout-sessions';
import * as disputes from './disputes';
import { forgetOldEvents } from './events';
import { forgetOldKeys } from './idempotency';
import * as life from './payment-intent-life';

/**
 * Lets everything happen whose hour has come: holds lapse, Checkout pages close, disputes are lost, keys
 * are forgotten. Answers whether anything happened that somebody hears of.
 */
export function passTime(books: Books): boolean {
  const before = Object.keys(books.events).length;
  for (const intent of Object.values(books.payment_intents)) {
    const charge = intent.latest_charge ? books.charges[intent.latest_charge] : undefined;
    if (intent.status === 'requires_capture' && charge && charge.capture_before! <= now(books)) {
      life.lapse(books, intent);
    }
  }
  for (const session of Object.values(books.checkout_sessions)) {
    if (session.status === 'open' && session.lapses_at <= now(books)) sessions.expire(books, session);
  }
  for (const dispute of Object.values(books.disputes)) {
    if (dispute.status === 'needs_response' && dispute.due_by <= now(books)) {
      disputes.decide(books, dispute, 'lost');
    }
  }
  const hasNews = Object.keys(books.events).length > before;
  forgetOldKeys(books);
  forgetOldEvents(books);
  return hasNews;
}
