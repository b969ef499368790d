// Numbers without a gap: a number that a failed transaction took is given again.
import type { Trx } from './database';

/**
 * The next number of a series, from 1. It is taken inside the caller's transaction, whose end everybody else who
 * wants the same series waits for; whoever takes several takes them in the same order as everybody.
 */
export async function next(trx: Trx, name: string): Promise<number> {
  await trx('counters').insert({ name, value: 0 }).onConflict('name').ignore();
  await trx('counters').where({ name }).increment('value', 1);
  const { value } = await trx('counters').where({ name }).first('value');
  return value;
}
