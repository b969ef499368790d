import { z } from 'zod';
import { type Db, now } from './database';

const hours = z.array(z.tuple([z.string().regex(/^\d\d:\d\d$/), z.string().regex(/^\d\d:\d\d$/)]));

export const Shop = z.object({
  name: z.string().min(1),
  /** Who answers the customer, named on pages and in letters. */
  contact_person: z.string().min(1),
  phone: z.string().min(3),
  email: z.email(),
  address_lines: z.array(z.string()).min(1),
  legal_lines: z.array(z.string()),
  language: z.enum(['en', 'fr']),
  currency: z.string().length(3),
  time_zone: z.string(),
  opening_hours: z.record(z.enum(['1', '2', '3', '4', '5', '6', '7']), hours),
  holidays: z.array(z.string().regex(/^\d{4}-\d\d-\d\d$/)),
  cutoff: z.string().regex(/^\d\d:\d\d$/),
  delivery_cents: z.number().int().min(0),
  /** How long an online customer may stop the order after signing; the card is charged when it ends. */
  stop_window_minutes: z
    .number()
    .int()
    .min(0)
    .max(24 * 60),
  /** When a person has to prepare a proof: promised within so many minutes of opening time. */
  proof_minutes: z.number().int().min(1),
  proof_valid_days: z.number().int().min(1),
  withdrawal_notice: z.boolean(),
  /** A print is made ready only with a photograph of it beside its proof. */
  quality_photo_required: z.boolean().default(true),
  /** A colleague may write down an approval that the customer gave on paper or by mail. */
  staff_may_record_approvals: z.boolean().default(false),
  tax: z
    .object({
      /** Whether the price list contains the tax, by each product's own rate, or taxes are put on it. */
      prices: z.enum(['with_tax', 'before_tax']),
      rounding: z.enum(['total', 'line']),
      /** Taxes put on prices: TPS and TVQ, or the sales tax of a state. 9975 is 9.975 %. */
      rates: z
        .array(
          z.object({
            name: z.object({ en: z.string().min(1), fr: z.string().min(1) }),
            percent_milli: z.number().int().min(0).max(100_000),
            /** The shop's registration number for this tax, printed on invoices. */
            registration: z.string(),
          }),
        )
        .max(4),
    })
    .default({ prices: 'with_tax', rounding: 'total', rates: [] }),
  invoicing: z
    .object({
      prefix: z.string().regex(/^[A-Z]{1,4}$/),
      credit_prefix: z.string().regex(/^[A-Z]{1,4}$/),
      nature: z.enum(['goods', 'services', 'both']),
      vat_on_debits: z.boolean(),
      /** Late-payment interest, the fixed recovery fee, an exemption: printed word for word. */
      mentions: z.array(z.string()),
    })
    .default({ prefix: 'F', credit_prefix: 'A', nature: 'goods', vat_on_debits: false, mentions: [] }),
  till: z
    .object({
      /** Where cash is rung up: in the portal's own journal, or on a till beside it whose receipt number is kept. */
      cash: z.enum(['journal', 'external_till']),
      /** What the smallest coin is worth; cash amounts are rounded to it. */
      smallest_coin_cents: z.number().int().min(1).max(100),
    })
    .default({ cash: 'journal', smallest_coin_cents: 1 }),
});
export type Shop = z.infer<typeof Shop>;

const SHOP = 'shop';

/** The shop as its owner describes it: name, hours, money. Throws when the first start did not put it there. */
export async function shop(db: Db): Promise<Shop> {
  const row = await db('settings').where({ key: SHOP }).first();
  if (!row) throw new Error('The shop has no settings yet: start it once with `npm start`.');
  return Shop.parse(JSON.parse(row.value));
}

export async function shopOrNull(db: Db): Promise<Shop | null> {
  const row = await db('settings').where({ key: SHOP }).first();
  return row ? Shop.parse(JSON.parse(row.value)) : null;
}

export async function saveShop(db: Db, settings: Shop): Promise<void> {
  const value = JSON.stringify(Shop.parse(settings));
  await db('settings').insert({ key: SHOP, value, updated_at: now() }).onConflict('key').merge();
}
