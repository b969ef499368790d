// What the bookkeeper asks for: what was sold, what was paid, which taxes are in it, as tables.
import { stringify } from 'csv-stringify/sync';
import type { Request, Response } from 'express';
import { DateTime } from 'luxon';
import { NotFound } from '../errors';
import { now } from '../models/database';
import * as invoice from '../models/invoice';
import * as journal from '../models/journal';
import { minorUnits } from '../models/price';
import { portal, shop } from '../portal';

export const MOST_DAYS = 400;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The days asked for, both included; this month of the shop when nothing sensible is. */
function periodOf(req: Request): { from: string; to: string } {
  const today = DateTime.fromISO(now(), { zone: shop(req).time_zone });
  const month = { from: today.startOf('month').toISODate() as string, to: today.toISODate() as string };
  const from = String(req.query.from ?? '');
  const to = String(req.query.to ?? '');
  const isDay = (day: string) => DAY.test(day) && DateTime.fromISO(day).isValid;
  if (!isDay(from) || !isDay(to) || from > to) return month;
  return DateTime.fromISO(to).diff(DateTime.fromISO(from), 'days').days > MOST_DAYS ? month : { from, to };
}

const sign = (issued: invoice.Invoice) => (issued.kind === 'credit_note' ? -1 : 1);

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { from, to } = periodOf(req);
  const issued = await invoice.between(db, from, to);
  const taxes = new Map<
    string,
    { name: string; percent_milli: number; net_cents: number; vat_cents: number }
  >();
  for (const each of issued) {
    for (const tax of each.body.taxes) {
      const name = tax.name?.[res.locals.lang as 'en' | 'fr'] ?? '';
      const key = `${name} ${tax.percent_milli}`;
      const sum = taxes.get(key) ?? { name, percent_milli: tax.percent_milli, net_cents: 0, vat_cents: 0 };
      sum.net_cents += sign(each) * tax.net_cents;
      sum.vat_cents += sign(each) * tax.vat_cents;
      taxes.set(key, sum);
    }
  }
  res.render('books/show', {
    from,
    to,
    files: Object.keys(TABLES),
    currency: shop(req).currency,
    invoices: issued.toReversed().slice(0, 100),
    count: issued.length,
    taxes: [...taxes.values()],
    net_cents: issued.reduce((sum, each) => sum + sign(each) * each.body.net_cents, 0),
    total_cents: issued.reduce((sum, each) => sum + sign(each) * each.body.total_cents, 0),
    takings: journal.sums(
      (await journal.between(db, from, to))
        .filter((line) => ['payment', 'refund'].includes(line.kind))
        .map(journal.read),
    ),
    journal_fault: req.query.check === undefined ? null : ((await journal.firstFault(db)) ?? 0),
  });
}

type Row = Record<string, string | number | null>;

/** A plain decimal with a point: what bookkeeping programs read in every country. */
export function decimal(cents: number, currency: string): string {
  const units = minorUnits(currency);
  const digits = Math.log10(units);
  const text = String(Math.abs(cents)).padStart(digits + 1, '0');
  const number = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return cents < 0 ? `-${number}` : number;
}

function heading(each: invoice.Invoice): Row {
  const { body } = each;
  return {
    number: each.number,
    kind: each.kind,
    issued_on: each.issued_on,
    order: body.order_ref,
    customer: body.buyer.company ?? body.buyer.name,
    siren: body.buyer.siren,
    vat_number: body.buyer.vat_number,
  };
}

const TABLES: Record<string, (req: Request, from: string, to: string) => Promise<Row[]>> = {
  sales: async (req, from, to) =>
    (await invoice.between(portal(req).db, from, to)).map((each) => {
      const { body } = each;
      const amount = (cents: number) => decimal(sign(each) * cents, body.currency);
      return {
        ...heading(each),
        purchase_order: body.buyer.purchase_order,
        corrects: body.corrects,
        net: amount(body.net_cents),
        tax: amount(body.total_cents - body.net_cents),
        total: amount(body.total_cents),
        currency: body.currency,
        tender: body.settlement.tender,
        paid_at: body.settlement.paid_at,
        due_on: body.settlement.due_on,
      };
    }),
  'invoice-lines': async (req, from, to) =>
    (await invoice.between(portal(req).db, from, to)).flatMap((each) =>
      each.body.lines.map((line) => ({
        ...heading(each),
        item: line.label[each.body.language],
        net: decimal(sign(each) * line.net_cents, each.body.currency),
        tax_percent: line.percent_milli.map((rate) => String(rate / 1_000)).join(' + '),
        currency: each.body.currency,
      })),
    ),
  taxes: async (req, from, to) =>
    (await invoice.between(portal(req).db, from, to)).flatMap((each) =>
      each.body.taxes.map((tax) => ({
        ...heading(each),
        tax: tax.name?.[each.body.language] ?? 'VAT',
        percent: String(tax.percent_milli / 1_000),
        net: decimal(sign(each) * tax.net_cents, each.body.currency),
        amount: decimal(sign(each) * tax.vat_cents, each.body.currency),
        currency: each.body.currency,
      })),
    ),
  payments: async (req, from, to) =>
    (await journal.between(portal(req).db, from, to)).map((line) => {
      const entry = journal.read(line);
      return {
        line: line.seq,
        at: line.created_at,
        day: line.shop_day,
        kind: line.kind,
        tender: entry.tender ?? null,
        amount: entry.currency ? decimal(entry.amount_cents, entry.currency) : null,
        currency: entry.currency ?? null,
        order: entry.order_ref ?? null,
        receipt: entry.receipt_ref ?? null,
        rounding: entry.rounding_cents ? decimal(entry.rounding_cents, entry.currency) : null,
        note: entry.note ?? null,
        hash: line.hash,
      };
    }),
};

export async function download(req: Request, res: Response): Promise<void> {
  const name = String(req.params.table);
  const table = Object.hasOwn(TABLES, name) ? TABLES[name] : null;
  if (!table) throw new NotFound();
  const { from, to } = periodOf(req);
  const rows = await table(req, from, to);
  // The mark at the beginning tells spreadsheets that the file is UTF-8.
  const csv = stringify(rows, {
    header: rows.length > 0,
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
  });
  res.set({
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}-${from}-${to}.csv"`,
    'Cache-Control': 'no-store',
  });
  res.send(csv);
}
