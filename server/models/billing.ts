// For whom the invoice is made out, when it is not simply for who ordered.
import { Conflict } from '../errors';
import { type Db, now } from './database';

export interface BillingDetails {
  company: string;
  /** Nine digits of the buyer's SIREN, for a French company. */
  siren: string | null;
  vat_number: string | null;
  address: string;
  purchase_order: string | null;
}

const SIREN = /^\d{9}$/;

/** True for nine digits whose check digit (Luhn) is right. */
export function isSiren(digits: string): boolean {
  if (!SIREN.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

export async function findOrNull(db: Db, order_id: string): Promise<BillingDetails | null> {
  const row = await db('billing_details')
    .where({ order_id })
    .first('company', 'siren', 'vat_number', 'address', 'purchase_order');
  return row ?? null;
}

/** Keeps or, with null, forgets the details. Conflict once the invoice is issued: it is corrected by a credit note. */
export async function keep(db: Db, order_id: string, details: BillingDetails | null): Promise<void> {
  await db.transaction(async (trx) => {
    await trx('orders').where({ id: order_id }).update({ id: order_id });
    if (await trx('invoices').where({ order_id }).first('id'))
      throw new Conflict('conflict.invoiced_already');
    if (!details) {
      await trx('billing_details').where({ order_id }).delete();
      return;
    }
    const row = { ...details, order_id, updated_at: now() };
    await trx('billing_details').insert(row).onConflict('order_id').merge();
  });
}
