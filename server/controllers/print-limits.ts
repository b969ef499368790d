// What the artwork was held against, and where each figure comes from: for those who like to know.
import type { Knex } from 'knex';
import type { PlacedOrder } from '../models/order';
import * as product from '../models/product';

type Language = 'en' | 'fr';
type Translate = (key: string, values?: Record<string, unknown>) => string;

export interface LimitRow {
  label: string;
  value: string;
  source: string | null;
}

/** Limits of the order's own specification; sources as the catalogue tells them today. */
export async function printLimits(
  db: Knex,
  placed: PlacedOrder,
  language: Language,
  t: Translate,
): Promise<LimitRow[]> {
  const { print, choice } = placed.specification;
  const { sources } = (await product.findProduct(db, choice.product_key)).print;
  const number = (value: number) =>
    value.toLocaleString(product.LOCALES[language], { maximumFractionDigits: 3 });
  const row = (key: string, values: Record<string, number>): LimitRow => {
    const source = sources[key];
    const shown = Object.entries(values).map(([name, value]) => [name, number(value)]);
    return {
      label: t(`preflight:limits.${key}`),
      value: t(`preflight:limits.${key}_value`, Object.fromEntries(shown)),
      source: typeof source === 'string' ? source : (source?.[language] ?? null),
    };
  };
  const { drawing = {} } = print;
  const rows = [
    row('bleed', { mm: print.bleed_mm }),
    row('safe', { mm: print.safe_mm }),
    row('pages', print.pages),
    row('resolution', print.resolution_ppi),
    row('ink', { percent: print.ink_limit_percent }),
  ];
  if (drawing.line_pt) rows.push(row('lines', drawing.line_pt));
  if (drawing.delicate_text_pt) rows.push(row('letters', { pt: drawing.delicate_text_pt }));
  return rows;
}
