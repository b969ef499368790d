// Prices as the shop's list has them. Every amount is a whole number of the currency's minor unit; whether it
// contains the tax is for the shop to say.
import {
  type Choice,
  chooseDefaults,
  chosenOptions,
  formatQuantity,
  type Language,
  LOCALES,
  nameFor,
  type OptionChoice,
  type ProductDefinition,
  quantitiesOf,
  sizeOf,
  turnaround,
  type Words,
} from './product';
import type { Shop } from './setting';
import { divideRounded, PRICES_WITH_VAT, type Tax, type Taxation, taxesOf } from './tax';

export interface QuoteLine {
  kind: 'print' | 'option' | 'rush' | 'delivery' | 'discount' | 'extra';
  label: Words;
  amount_cents: number;
  /** Set on a line that a colleague put there; the others follow from the choice and the price list. */
  adjustment_id?: string;
}

export interface Quote {
  lines: QuoteLine[];
  total_cents: number;
  /** What the total contains, tax by tax; 20000 is 20 %. */
  vat: Tax[];
  /** The taxation behind it; an order from before there was a choice has prices with VAT. */
  taxation?: Taxation;
  currency: string;
}

const DELIVERY: Words = { en: 'Delivery', fr: 'Livraison' };
const MILLI_CENTS = 1_000;

/**
 * The price of a choice. Each line is rounded once, a half away from zero, and the total is the sum of the lines.
 * Percentages of options are taken of the print line, the rush percentage of print and options together. Taxes
 * are within the prices or put on them, as the shop has it; see `taxesOf`. Delivery goes with the goods and is taxed at their rate.
 */
export function quote(
  product: ProductDefinition,
  choice: Choice,
  shop: Pick<Shop, 'currency' | 'delivery_cents'> & { tax?: Taxation },
): Quote {
  const size = sizeOf(product, choice.size_key);
  const print_cents = size.prices_cents[choice.quantity];
  if (print_cents === undefined)
    throw new RangeError(`${product.key} ${size.key} has no price for ${choice.quantity}`);
  const lines: QuoteLine[] = [
    { kind: 'print', label: printLabel(product, choice), amount_cents: print_cents },
  ];
  for (const { choice: chosen } of chosenOptions(product, choice)) {
    const amount_cents = surcharge(chosen.price, print_cents, choice.quantity);
    if (amount_cents === 0) continue;
    lines.push({ kind: amount_cents < 0 ? 'discount' : 'option', label: chosen.name, amount_cents });
  }
  if (choice.rush && product.rush) {
    const amount_cents = percentOf(sum(lines), product.rush.percent);
    lines.push({ kind: 'rush', label: turnaround(product, choice), amount_cents });
  }
  if (choice.delivery === 'delivery') {
    lines.push({ kind: 'delivery', label: DELIVERY, amount_cents: shop.delivery_cents });
  }
  const taxation = shop.tax ?? PRICES_WITH_VAT;
  const { total_cents, taxes } = taxesOf(
    lines.map((line) => line.amount_cents),
    product.vat_percent_milli,
    taxation,
  );
  return { lines, total_cents, vat: taxes, taxation, currency: shop.currency };
}

/** The lines that colleagues put into a price, in the order in which they did. */
export const adjustmentsOf = ({ lines }: Quote): QuoteLine[] => lines.filter((line) => line.adjustment_id);

/** The same price with these lines of the shop's own instead of the ones it had; taxes are taken anew. */
export function adjusted(price: Quote, adjustments: QuoteLine[]): Quote {
  const lines = [...price.lines.filter((line) => !line.adjustment_id), ...adjustments];
  const { total_cents, taxes } = taxesOf(
    lines.map((line) => line.amount_cents),
    price.vat[0]?.percent_milli ?? 0,
    price.taxation ?? PRICES_WITH_VAT,
  );
  return { ...price, lines, total_cents, vat: taxes };
}

function printLabel(product: ProductDefinition, choice: Choice): Words {
  const { label } = sizeOf(product, choice.size_key);
  const line = (language: Language) =>
    `${formatQuantity(choice.quantity, language)} × ${nameFor(product, choice.quantity)[language]}, ${label[language]}`;
  return { en: line('en'), fr: line('fr') };
}

const sum = (lines: QuoteLine[]) => lines.reduce((total, { amount_cents }) => total + amount_cents, 0);

function surcharge(price: OptionChoice['price'], print_cents: number, quantity: number): number {
  const { fixed_cents = 0, per_piece_milli_cents = 0, percent = 0 } = price;
  const pieces = divideRounded(quantity * per_piece_milli_cents, MILLI_CENTS);
  return fixed_cents + pieces + percentOf(print_cents, percent);
}

const percentOf = (cents: number, percent: number) => divideRounded(cents * percent, 100);

/** The least that the product costs with the options first proposed, collected at the shop. */
export function fromPriceCents(product: ProductDefinition, tax: Taxation = PRICES_WITH_VAT): number {
  const shop = { currency: '', delivery_cents: 0, tax };
  const totals = product.sizes.flatMap((size) =>
    quantitiesOf(size).map((quantity) => {
      return quote(product, { ...chooseDefaults(product, size.key), quantity }, shop).total_cents;
    }),
  );
  return Math.min(...totals);
}

// Stripe's units, not those of Intl, which gives HUF, ISK and UGX no decimals. Source: docs.stripe.com/currencies.
const WITHOUT_MINOR_UNIT = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const IN_THOUSANDTHS = 'BHD JOD KWD OMR TND'.split(' ');

/** How many minor units make one unit of the currency: 100 for EUR, 1 for JPY, 1000 for TND. */
export function minorUnits(currency: string): 1 | 100 | 1000 {
  if (WITHOUT_MINOR_UNIT.includes(currency)) return 1;
  return IN_THOUSANDTHS.includes(currency) ? 1000 : 100;
}

// Sent with two decimals that must be 00, although nobody pays with them.
const WITHOUT_SMALL_CHANGE = ['ISK', 'UGX'];

/** The smallest step that the card processor takes, in our minor units: 100 for ISK, 10 for TND, 1 for EUR. */
export function chargeStep(currency: string): 1 | 10 | 100 {
  if (WITHOUT_SMALL_CHANGE.includes(currency)) return 100;
  return IN_THOUSANDTHS.includes(currency) ? 10 : 1;
}

/** "€48.00", « 48,00 € ». */
export function formatMoney(cents: number, currency: string, language: Language): string {
  const units = minorUnits(currency);
  const digits = Math.log10(units);
  const format = new Intl.NumberFormat(LOCALES[language], {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(cents / units);
}
