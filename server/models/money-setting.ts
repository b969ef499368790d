// What the owner decides about money, apart from the description of the shop.
import { z } from 'zod';
import { type Db, now } from './database';

export const MoneySettings = z.object({
  /** How much colleagues may give back on one order, in minor units; beyond it an owner must do it. */
  staff_refund_cents: z.number().int().min(0).default(0),
});
export type MoneySettings = z.infer<typeof MoneySettings>;

const KEY = 'money';

export async function moneySettings(db: Db): Promise<MoneySettings> {
  const row = await db('settings').where({ key: KEY }).first();
  return MoneySettings.parse(row ? JSON.parse(row.value) : {});
}

export async function saveMoneySettings(db: Db, settings: MoneySettings): Promise<void> {
  const value = JSON.stringify(MoneySettings.parse(settings));
  await db('settings').insert({ key: KEY, value, updated_at: now() }).onConflict('key').merge();
}
