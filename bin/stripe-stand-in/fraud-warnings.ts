import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import type { ChargeRow } from './charges';
import * as charges from './charges';
import { missing } from './errors';
import { record } from './events';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import { type NamesOf, read, text } from './parameters';

export interface FraudWarningRow {
  id: string;
  created: number;
  charge: string;
  payment_intent: string;
  fraud_type: string;
}

/** The card's bank calls a payment suspicious, before anybody contests it. */
export function open(books: Books, charge: ChargeRow): FraudWarningRow {
  const warning: FraudWarningRow = {
    id: newId('issfr'),
    created: now(books),
    charge: charge.id,
    payment_intent: charge.payment_intent,
    fraud_type: 'unauthorized_use_of_card',
  };
  books.fraud_warnings[warning.id] = warning;
  record(books, 'radar.early_fraud_warning.created', render(books, warning));
  return warning;
}

export function render(books: Books, warning: FraudWarningRow): Stripe.Radar.EarlyFraudWarning {
  const charge = books.charges[warning.charge]!;
  return {
    id: warning.id,
    object: 'radar.early_fraud_warning',
    actionable: !charge.isDisputed && charges.amountRefunded(books, charge) < charge.amount,
    charge: warning.charge,
    created: warning.created,
    fraud_type: warning.fraud_type,
    livemode: false,
    payment_intent: warning.payment_intent,
  };
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  const warning = row(books.fraud_warnings, id);
  if (!warning) throw missing('early fraud warning', id, 'early_fraud_warning');
  return render(books, warning);
};

const listShape = {
  ...pageShape,
  charge: text,
  created,
  payment_intent: text,
} satisfies NamesOf<Stripe.Radar.EarlyFraudWarningListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.fraud_warnings).filter((warning) => {
    if (asked.charge && warning.charge !== asked.charge) return false;
    if (asked.payment_intent && warning.payment_intent !== asked.payment_intent) return false;
    return asked.created?.(warning.created) ?? true;
  });
  return page(rows, (warning) => render(books, warning), asked, '/v1/radar/early_fraud_warnings');
};

export const routes = [
  ['get', '/v1/radar/early_fraud_warnings', index],
  ['get', '/v1/radar/early_fraud_warnings/:id', show],
] as const;
