// Choosing: the catalogue, one product's options, and what they cost.
import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import { readyOn } from '../models/calendar';
import { now } from '../models/database';
import type { Language } from '../models/order';
import { formatMoney, fromPriceCents, type Quote, quote } from '../models/price';
import * as product from '../models/product';
import type { Shop } from '../models/setting';
import { portal, shop } from '../portal';

export async function index(req: Request, res: Response): Promise<void> {
  const products = await product.listProducts(portal(req).db);
  res.render('products/index', {
    products: products.map((each) => ({
      ...each,
      from_cents: fromPriceCents(each, shop(req).tax),
      currency: shop(req).currency,
    })),
  });
}

export interface ChoiceForm {
  product: product.Product;
  choice: product.Choice;
  options: Array<
    Omit<product.Option, 'choices'> & { choices: Array<product.OptionChoice & { extra_cents: number }> }
  >;
  /** What each quantity would cost all in, with everything else as chosen. */
  breaks: Array<{ quantity: number; total_cents: number }>;
  speeds: Array<{ rush: boolean; days: number; ready_on: string; extra_cents: number }>;
  delivery_cents: number;
  quote: Quote;
  ready_on: string;
  cutoff_at: string;
  errors: Array<{ field: string; message: string }>;
  action: string;
}

/** Everything that the form of one product shows, priced for a choice that holds. */
export function choiceForm(
  chosen: product.Product,
  choice: product.Choice,
  settings: Shop,
  action: string,
  errors: ChoiceForm['errors'] = [],
): ChoiceForm {
  return {
    product: chosen,
    choice,
    options: product.optionsFor(chosen, choice.size_key).map((option) => ({
      ...option,
      choices: option.choices.map((each) => ({
        ...each,
        extra_cents: lineCents(
          quote(chosen, { ...choice, options: { ...choice.options, [option.key]: each.key } }, settings),
          ({ label }) => label === each.name,
        ),
      })),
    })),
    breaks: product.quantitiesOf(product.sizeOf(chosen, choice.size_key)).map((quantity) => ({
      quantity,
      total_cents: quote(chosen, { ...choice, quantity }, settings).total_cents,
    })),
    speeds: (chosen.rush ? [false, true] : [false]).map((rush) => {
      const days = product.turnaroundDays(chosen, { rush });
      return {
        rush,
        days,
        ready_on: readyOn(settings, now(), days).ready_on,
        extra_cents: lineCents(quote(chosen, { ...choice, rush }, settings), ({ kind }) => kind === 'rush'),
      };
    }),
    delivery_cents: settings.delivery_cents,
    quote: quote(chosen, choice, settings),
    ...readyOn(settings, now(), product.turnaroundDays(chosen, choice)),
    errors,
    action,
  };
}

const lineCents = ({ lines }: Quote, wanted: (line: Quote['lines'][number]) => boolean): number =>
  lines.find(wanted)?.amount_cents ?? 0;

/** Reads a choice; where it does not hold, the nearest one that does, with the sentences that say why. */
export function readChoice(
  res: Response,
  chosen: product.Product,
  input: Record<string, unknown>,
): { choice: product.Choice; errors: ChoiceForm['errors'] } {
  try {
    return { choice: product.parseChoice(chosen, input), errors: [] };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const { t } = res.locals;
    const errors = Object.entries(error.fields).map(([field, key]) => ({
      field,
      message: t(`errors:${key}`),
    }));
    return { choice: nearest(chosen, input), errors };
  }
}

function nearest(chosen: product.Product, input: Record<string, unknown>): product.Choice {
  const defaults = product.chooseDefaults(
    chosen,
    typeof input.size_key === 'string' ? input.size_key : undefined,
  );
  let choice = defaults;
  const keep = (change: Partial<product.Choice>) => {
    try {
      choice = product.parseChoice(chosen, { ...choice, ...change } as unknown as Record<string, unknown>);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
    }
  };
  keep({ quantity: Number(input.quantity) });
  keep({ rush: Boolean(input.rush) });
  if (input.delivery === 'delivery') keep({ delivery: 'delivery' });
  const options = (input.options ?? {}) as Record<string, string>;
  for (const [key, value] of Object.entries(options))
    keep({ options: { ...choice.options, [key]: String(value) } });
  return choice;
}

export async function form(req: Request, res: Response): Promise<void> {
  const chosen = await product.findProduct(portal(req).db, String(req.params.product));
  const hasInput = typeof req.query.size_key === 'string';
  const { choice } = hasInput
    ? readChoice(res, chosen, req.query as Record<string, unknown>)
    : { choice: product.chooseDefaults(chosen) };
  res.render('products/form', choiceForm(chosen, choice, shop(req), `/order/new/${chosen.key}`));
}

/** The amounts that stand beside the choices of the form, by the name under which the page shows each. */
function priceTexts(shown: ChoiceForm, lang: Language): Record<string, string> {
  const money = (cents: number) => formatMoney(cents, shown.quote.currency, lang);
  const extra = (cents: number) =>
    cents === 0 ? '' : `${cents < 0 ? '−' : '+'}\u00a0${money(Math.abs(cents))}`;
  return Object.fromEntries([
    ...shown.breaks.map(({ quantity, total_cents }) => [`quantity-${quantity}`, money(total_cents)]),
    ...shown.options.flatMap(({ key, choices }) =>
      choices.map((each) => [`option-${key}-${each.key}`, extra(each.extra_cents)]),
    ),
    ...shown.speeds.map(({ rush, extra_cents }) => [rush ? 'rush' : 'usual', extra(extra_cents)]),
  ]);
}

/** The live price: what the form's choice costs and when it would be ready. */
export async function price(req: Request, res: Response): Promise<void> {
  const chosen = await product.findProduct(portal(req).db, String(req.params.product));
  const { choice, errors } = readChoice(res, chosen, req.query as Record<string, unknown>);
  const lang: Language = res.locals.lang;
  const shown = choiceForm(chosen, choice, shop(req), '', errors);
  const money = (cents: number) => formatMoney(cents, shown.quote.currency, lang);
  res.set('Cache-Control', 'no-store').json({
    price: money(shown.quote.total_cents),
    ready: res.locals.date(shown.ready_on, 'day'),
    cutoff: res.locals.date(shown.cutoff_at, 'datetime'),
    lines: shown.quote.lines.map((line) => ({ label: line.label[lang], amount: money(line.amount_cents) })),
    texts: priceTexts(shown, lang),
    sentence: [...new Set(errors.map(({ message }) => message))].join(' '),
    errors,
  });
}
