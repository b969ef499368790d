// What an amount contains of taxes, or what taxes are put on it. Whole minor units from beginning to end.
import type { Words } from './product';
import type { Shop } from './setting';

/** One tax on one amount. 20000 is 20 %, 9975 is 9.975 %. */
export interface Tax {
  /** Null for the VAT of the price list, which pages name themselves. */
  name: Words | null;
  percent_milli: number;
  net_cents: number;
  vat_cents: number;
}

export type Taxation = Shop['tax'];

export const PRICES_WITH_VAT: Taxation = { prices: 'with_tax', rounding: 'total', rates: [] };

const WHOLE_MILLI = 100_000;

/** A quotient of integers to the nearest integer, a half away from zero, without a fraction on the way. */
export function divideRounded(dividend: number, divisor: number): number {
  const size = Math.abs(dividend);
  const rest = size % divisor;
  const quotient = (size - rest) / divisor + (2 * rest >= divisor ? 1 : 0);
  return dividend < 0 && quotient > 0 ? -quotient : quotient;
}

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
const netOf = (gross_cents: number, percent_milli: number) =>
  divideRounded(gross_cents * WHOLE_MILLI, WHOLE_MILLI + percent_milli);

/** The VAT contained in an amount that includes it. */
export function vatWithin(
  total_cents: number,
  percent_milli: number,
): { percent_milli: number; net_cents: number; vat_cents: number } {
  const net_cents = netOf(total_cents, percent_milli);
  return { percent_milli, net_cents, vat_cents: total_cents - net_cents };
}

/**
 * Each line's net amount. Where prices contain the tax and it is rounded once on the total, the cents are spread so
 * that the lines still add up to the total's net amount.
 */
export function netLines(lines_cents: number[], percent_milli: number, taxation: Taxation): number[] {
  if (taxation.prices === 'before_tax') return lines_cents;
  if (taxation.rounding === 'line') return lines_cents.map((cents) => netOf(cents, percent_milli));
  let gross = 0;
  let net = 0;
  return lines_cents.map((cents) => {
    gross += cents;
    const line = netOf(gross, percent_milli) - net;
    net += line;
    return line;
  });
}

/**
 * The taxes of a sale whose lines are given as the price list has them. With `with_tax` the product's own rate is
 * taken out of the prices and the total is their sum; with `before_tax` every rate of the shop is put on the sum of
 * the lines, each for itself (as TPS and TVQ are), and the total grows by them.
 */
export function taxesOf(
  lines_cents: number[],
  percent_milli: number,
  taxation: Taxation,
): { total_cents: number; taxes: Tax[] } {
  const listed_cents = sum(lines_cents);
  if (taxation.prices === 'with_tax') {
    const net_cents = sum(netLines(lines_cents, percent_milli, taxation));
    const taxes = [{ name: null, percent_milli, net_cents, vat_cents: listed_cents - net_cents }];
    return { total_cents: listed_cents, taxes };
  }
  const taxes = taxation.rates.map(({ name, percent_milli: rate }) => {
    const amounts = taxation.rounding === 'line' ? lines_cents : [listed_cents];
    const vat_cents = sum(amounts.map((cents) => divideRounded(cents * rate, WHOLE_MILLI)));
    return { name, percent_milli: rate, net_cents: listed_cents, vat_cents };
  });
  return { total_cents: listed_cents + sum(taxes.map((tax) => tax.vat_cents)), taxes };
}

/**
 * The part of a sale's taxes that a refund gives back, when `before_cents` of `total_cents` were given back already.
 * Parts are cut so that refunds which add up to the whole give back each tax to the cent.
 */
export function taxesOfPart(
  taxes: Tax[],
  total_cents: number,
  before_cents: number,
  part_cents: number,
): Tax[] {
  const given = (cents: number, back_cents: number) => divideRounded(cents * back_cents, total_cents);
  const parts = taxes.map(
    ({ vat_cents }) => given(vat_cents, before_cents + part_cents) - given(vat_cents, before_cents),
  );
  const net_cents = part_cents - sum(parts);
  return taxes.map((tax, index) => ({ ...tax, vat_cents: parts[index], net_cents }));
}
