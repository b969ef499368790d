// Taxes, invoices and the till, as the owner sets them.
import type { Request, Response } from 'express';
import * as setting from '../models/setting';
import { portal, shop } from '../portal';
import { type Shown, text, textLines, written } from './form';

const RATES = 4;
const MAX_MENTIONS_LENGTH = 2_000;
const PREFIX = /^[A-Z]{1,4}$/;

type Values = Record<string, string>;

/** 9975 reads "9.975"; both ways without a fraction on the way. */
const percentText = (percent_milli: number): string => String(percent_milli / 1_000);

function percentOrNull(value: string): number | null {
  const number = value.replace(',', '.').replace('%', '').trim();
  if (!/^\d{1,3}(\.\d{1,3})?$/.test(number)) return null;
  const [whole, rest = ''] = number.split('.');
  const milli = Number(whole) * 1_000 + Number(rest.padEnd(3, '0'));
  return milli <= 100_000 ? milli : null;
}

function valuesOf({ tax, invoicing, till }: setting.Shop): Values {
  const rates = Array.from({ length: RATES }, (_, index) => tax.rates[index]);
  return {
    prices: tax.prices,
    rounding: tax.rounding,
    ...Object.fromEntries(
      rates.flatMap((rate, index) => [
        [`rate-${index}-fr`, rate?.name.fr ?? ''],
        [`rate-${index}-en`, rate?.name.en ?? ''],
        [`rate-${index}-percent`, rate ? percentText(rate.percent_milli) : ''],
        [`rate-${index}-registration`, rate?.registration ?? ''],
      ]),
    ),
    prefix: invoicing.prefix,
    credit_prefix: invoicing.credit_prefix,
    nature: invoicing.nature,
    vat_on_debits: invoicing.vat_on_debits ? 'on' : '',
    mentions: invoicing.mentions.join('\n'),
    cash: till.cash,
    smallest_coin: String(till.smallest_coin_cents),
  };
}

function render(res: Response, status: number, values: Values, errors: Shown[], is_saved = false): void {
  res.status(status).render('owner/taxation', { values, errors, is_saved, rates: RATES });
}

export function show(req: Request, res: Response): void {
  render(res, 200, valuesOf(shop(req)), [], req.query.saved !== undefined);
}

type Given = Pick<setting.Shop, 'tax' | 'invoicing' | 'till'>;

function read(req: Request): { values: Values; wrong: Record<string, string>; given: Given } {
  const values: Values = Object.fromEntries(
    Object.keys(valuesOf(shop(req))).map((name) => [name, text(req, name)]),
  );
  values.mentions = written(String(req.body?.mentions ?? ''), MAX_MENTIONS_LENGTH);
  const wrong: Record<string, string> = {};
  const rates: Given['tax']['rates'] = [];
  for (let index = 0; index < RATES; index += 1) {
    const [fr, en, percent, registration] = ['fr', 'en', 'percent', 'registration'].map(
      (part) => values[`rate-${index}-${part}`],
    );
    if (!fr && !en && !percent && !registration) continue;
    const percent_milli = percentOrNull(percent);
    if (percent_milli === null) wrong[`rate-${index}-percent`] = 'percent';
    if (!fr && !en) wrong[`rate-${index}-fr`] = 'rate_name';
    rates.push({ name: { fr: fr || en, en: en || fr }, percent_milli: percent_milli ?? 0, registration });
  }
  const prices = values.prices === 'before_tax' ? 'before_tax' : 'with_tax';
  if (prices === 'before_tax' && rates.length === 0) wrong['rate-0-percent'] = 'rate_needed';
  for (const name of ['prefix', 'credit_prefix'] as const) {
    values[name] = values[name].toUpperCase();
    if (!PREFIX.test(values[name])) wrong[name] = 'prefix';
  }
  if (values.prefix === values.credit_prefix) wrong.credit_prefix = 'prefix_same';
  const coin = Number(values.smallest_coin);
  if (!Number.isInteger(coin) || coin < 1 || coin > 100) wrong.smallest_coin = 'smallest_coin';
  const given: Given = {
    tax: { prices, rounding: values.rounding === 'line' ? 'line' : 'total', rates },
    invoicing: {
      prefix: values.prefix,
      credit_prefix: values.credit_prefix,
      nature: values.nature === 'services' || values.nature === 'both' ? values.nature : 'goods',
      vat_on_debits: values.vat_on_debits === 'on',
      mentions: textLines(values.mentions),
    },
    till: {
      cash: values.cash === 'external_till' ? 'external_till' : 'journal',
      smallest_coin_cents: coin,
    },
  };
  return { values, wrong, given };
}

export async function update(req: Request, res: Response): Promise<void> {
  const { values, wrong, given } = read(req);
  const errors = Object.entries(wrong).map(([field, key]) => ({
    field,
    message: res.locals.t(`books:taxation.wrong.${key}`),
  }));
  if (errors.length > 0) {
    render(res, 422, values, errors);
    return;
  }
  await setting.saveShop(portal(req).db, { ...shop(req), ...given });
  res.redirect(303, '/owner/taxes?saved=1');
}
