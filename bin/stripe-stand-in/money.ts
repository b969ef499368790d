import { invalid } from './errors';

// Stripe's own list, https://docs.stripe.com/currencies: Intl disagrees on ISK, UGX and HUF.
const WITHOUT_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const WITH_THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));
const KNOWN = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));
const SMALLEST: Record<string, number> = { usd: 50, eur: 50, cad: 50, chf: 50, gbp: 30 };
export const LARGEST_AMOUNT = 99_999_999;

export function checkCurrency(code: string, param = 'currency'): string {
  const currency = code.toLowerCase();
  if (!KNOWN.has(currency)) {
    throw invalid(`Invalid currency: ${currency}`, param, 'invalid_currency');
  }
  return currency;
}

export function checkAmount(amount: number, currency: string, param = 'amount'): number {
  if (amount > LARGEST_AMOUNT) {
    const most = displayAmount(LARGEST_AMOUNT, currency, 'en');
    throw invalid(`Amount must be no more than ${most}`, param, 'amount_too_large');
  }
  const least = SMALLEST[currency] ?? 1;
  if (amount < least) {
    throw invalid(
      `Amount must be at least ${displayAmount(least, currency, 'en')}`,
      param,
      'amount_too_small',
    );
  }
  return amount;
}

export function displayAmount(amount: number, currency: string, locale: string): string {
  const digits = WITHOUT_DECIMALS.has(currency) ? 0 : WITH_THREE_DECIMALS.has(currency) ? 3 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}
