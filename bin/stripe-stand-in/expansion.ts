import { type Books, row } from './books';
import * as charges from './charges';
import * as sessions from './checkout-sessions';
import * as customers from './customers';
import * as disputes from './disputes';
import { invalid } from './errors';
import * as paymentIntents from './payment-intents';
import * as paymentMethods from './payment-methods';
import * as refunds from './refunds';

const DEEPEST = 4;

/** Replaces ids by their objects along `expand[]` paths such as `payment_intent.latest_charge`. */
export function expand(books: Books, object: object, paths: string[]): object {
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > DEEPEST) {
      throw invalid(`You cannot expand more than ${DEEPEST} levels of a property`, 'expand');
    }
    expandSteps(books, object as Record<string, unknown>, steps, path);
  }
  return object;
}

function expandSteps(books: Books, object: Record<string, unknown>, steps: string[], path: string) {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (step === 'data' && Array.isArray(object.data)) {
    for (const one of object.data) expandSteps(books, one, rest, path);
    return;
  }
  if (step === 'line_items' && object.object === 'checkout.session') {
    object.line_items = sessions.lineItemsOf(books.checkout_sessions[object.id as string]!);
  }
  if (step === 'refunds' && object.object === 'charge') {
    object.refunds = refunds.listOfCharge(books, object.id as string);
  }
  if (!(step in object)) throw invalid(`This property cannot be expanded (${path}).`, 'expand');
  const value = object[step];
  if (value === null) return;
  object[step] = typeof value === 'string' ? (objectOfId(books, value) ?? cannot(path)) : value;
  expandSteps(books, object[step] as Record<string, unknown>, rest, path);
}

function cannot(path: string): never {
  throw invalid(`This property cannot be expanded (${path}).`, 'expand');
}

function objectOfId(books: Books, id: string): object | undefined {
  return (
    rendered(books, books.charges, id, charges.render) ??
    rendered(books, books.checkout_sessions, id, sessions.render) ??
    rendered(books, books.customers, id, customers.render) ??
    rendered(books, books.disputes, id, disputes.render) ??
    rendered(books, books.payment_intents, id, paymentIntents.render) ??
    rendered(books, books.payment_methods, id, paymentMethods.render) ??
    rendered(books, books.refunds, id, refunds.render)
  );
}

function rendered<T>(
  books: Books,
  table: Record<string, T>,
  id: string,
  render: (books: Books, one: T) => object,
): object | undefined {
  const found = row(table, id);
  return found && render(books, found);
}
