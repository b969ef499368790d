// Invoices and credit notes: numbered without a gap, frozen as they were issued.
import { createHash, randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { DateTime } from 'luxon';
import { NotFound } from '../errors';
import * as billing from './billing';
import * as counter from './counter';
import { type Db, lockOrder, now, type Trx } from './database';
import * as event from './event';
import * as file from './file';
import type { PlacedOrder } from './order';
import type { Words } from './product';
import * as setting from './setting';
import * as task from './task';
import { netLines, PRICES_WITH_VAT, type Tax, taxesOfPart } from './tax';

export type InvoiceKind = 'invoice' | 'credit_note';

/** How an invoice was or will be settled. */
export interface Settlement {
  tender: 'card' | 'cash' | 'terminal' | 'transfer' | 'account';
  paid_at: string | null;
  due_on: string | null;
  card_last4: string | null;
  receipt_ref: string | null;
}

/** Everything that stands on the paper, in both languages. Amounts in minor units; a credit note's are positive. */
export interface InvoiceBody {
  v: 1;
  kind: InvoiceKind;
  number: string;
  issued_on: string;
  supplied_on: string;
  language: 'en' | 'fr';
  seller: { name: string; lines: string[]; registrations: Array<{ name: Words; number: string }> };
  buyer: {
    name: string;
    company: string | null;
    siren: string | null;
    vat_number: string | null;
    address: string | null;
    purchase_order: string | null;
  };
  delivery_address: string | null;
  nature: 'goods' | 'services' | 'both';
  vat_on_debits: boolean;
  mentions: string[];
  order_ref: string;
  lines: Array<{ label: Words; net_cents: number; percent_milli: number[] }>;
  taxes: Tax[];
  net_cents: number;
  total_cents: number;
  currency: string;
  settlement: Settlement;
  /** Of a credit note: the invoice it corrects, and why. */
  corrects: string | null;
  reason: string | null;
}

export interface Invoice {
  id: string;
  kind: InvoiceKind;
  series: string;
  seq: number;
  number: string;
  order_id: string;
  subject: string;
  body: InvoiceBody;
  sha256: string;
  issued_on: string;
  issued_at: string;
}

export const SEQ_DIGITS = 5;

const parse = (row: Record<string, unknown>): Invoice =>
  ({ ...row, body: JSON.parse(row.body as string) }) as unknown as Invoice;

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

async function insert(
  trx: Trx,
  order_id: string,
  subject: string,
  prefix: string,
  body: Omit<InvoiceBody, 'number' | 'issued_on' | 'v'>,
  time_zone: string,
): Promise<Invoice> {
  const issued_at = now();
  const issued_on = DateTime.fromISO(issued_at, { zone: time_zone }).toISODate() as string;
  const series = `${prefix}-${issued_on.slice(0, 4)}`;
  const seq = await counter.next(trx, `invoices:${series}`);
  const number = `${series}-${String(seq).padStart(SEQ_DIGITS, '0')}`;
  const text = canonicalize({ ...body, v: 1, number, issued_on }) as string;
  const id = randomUUID();
  const fingerprint = sha256(text);
  await trx('invoices').insert({
    id,
    kind: body.kind,
    series,
    seq,
    number,
    order_id,
    subject,
    body: text,
    sha256: fingerprint,
    issued_on,
    issued_at,
  });
  const type = body.kind === 'invoice' ? 'invoice.issued' : 'invoice.credited';
  await event.append(trx, order_id, type, event.SYSTEM, {
    number,
    sha256: fingerprint,
    total_cents: body.total_cents,
    currency: body.currency,
    subject,
  });
  await task.enqueue(trx, 'make_invoice', { invoice_id: id }, { key: `invoice:${id}`, order_id });
  return findInvoice(trx, id);
}

/**
 * Issues the invoice of a signed order in the caller's transaction, with the next number of the year: if the
 * transaction fails the number is not used up. An order has one invoice; asked again, it is returned as it is.
 */
export async function issue(trx: Trx, order: PlacedOrder, settlement: Settlement): Promise<Invoice> {
  const issued = await ofOrderOrNull(trx, order.id);
  if (issued) return issued;
  const shop = await setting.shop(trx);
  const buyer = await billing.findOrNull(trx, order.id);
  const { quote } = order;
  const taxation = quote.taxation ?? PRICES_WITH_VAT;
  const nets = netLines(
    quote.lines.map((line) => line.amount_cents),
    quote.vat[0]?.percent_milli ?? 0,
    taxation,
  );
  return insert(
    trx,
    order.id,
    `order:${order.id}`,
    shop.invoicing.prefix,
    {
      kind: 'invoice',
      supplied_on: DateTime.fromISO(now(), { zone: shop.time_zone }).toISODate() as string,
      language: order.language,
      seller: {
        name: shop.name,
        lines: [...shop.address_lines, shop.phone, shop.email, ...shop.legal_lines],
        registrations: shop.tax.rates
          .filter((rate) => taxation.prices === 'before_tax' && rate.registration)
          .map((rate) => ({ name: rate.name, number: rate.registration })),
      },
      buyer: {
        name: order.contact_name,
        company: buyer?.company ?? null,
        siren: buyer?.siren ?? null,
        vat_number: buyer?.vat_number ?? null,
        address: buyer?.address ?? order.delivery_address,
        purchase_order: buyer?.purchase_order ?? null,
      },
      delivery_address: buyer && order.delivery_address !== buyer.address ? order.delivery_address : null,
      nature: shop.invoicing.nature,
      vat_on_debits: shop.invoicing.vat_on_debits,
      mentions: shop.invoicing.mentions,
      order_ref: order.ref,
      lines: quote.lines.map((line, index) => ({
        label: line.label,
        net_cents: nets[index],
        percent_milli: quote.vat.map((tax) => tax.percent_milli),
      })),
      taxes: quote.vat.map((tax) => ({ ...tax, name: tax.name ?? null })),
      net_cents: nets.reduce((sum, net) => sum + net, 0),
      total_cents: order.total_cents,
      currency: order.currency,
      settlement,
      corrects: null,
      reason: null,
    },
    shop.time_zone,
  );
}

/** What credit notes have given back of an order's invoice, in minor units, taxes included. */
export async function creditedCents(db: Db, order_id: string): Promise<number> {
  const notes = await ofOrder(db, order_id);
  return notes
    .filter((note) => note.kind === 'credit_note')
    .reduce((sum, { body }) => sum + body.total_cents, 0);
}

/**
 * Issues a credit note for part or all of an order's invoice, in the caller's transaction, once for each `subject`
 * (a refund). Null when there is no invoice to correct. RangeError for more than the invoice has left.
 */
export async function credit(
  trx: Trx,
  order_id: string,
  part: { subject: string; amount_cents: number; reason: string; settlement: Settlement },
): Promise<Invoice | null> {
  const again = await trx('invoices').where({ subject: part.subject }).first();
  if (again) return parse(again);
  const original = await ofOrderOrNull(trx, order_id);
  if (!original) return null;
  const before = await creditedCents(trx, order_id);
  const { body } = original;
  if (part.amount_cents < 1 || before + part.amount_cents > body.total_cents) {
    throw new RangeError(`invoice ${original.number}: ${part.amount_cents} is more than is left of it`);
  }
  const shop = await setting.shop(trx);
  const taxes = taxesOfPart(body.taxes, body.total_cents, before, part.amount_cents);
  const net_cents = taxes[0]?.net_cents ?? part.amount_cents;
  const { number: _number, issued_on: _issued_on, v: _v, ...same } = body;
  return insert(
    trx,
    order_id,
    part.subject,
    shop.invoicing.credit_prefix,
    {
      ...same,
      kind: 'credit_note',
      lines: [{ label: CREDIT, net_cents, percent_milli: body.taxes.map((tax) => tax.percent_milli) }],
      taxes,
      net_cents,
      total_cents: part.amount_cents,
      settlement: part.settlement,
      corrects: original.number,
      reason: part.reason,
    },
    shop.time_zone,
  );
}

const CREDIT: Words = { en: 'Amount given back', fr: 'Montant rendu' };

export async function findInvoice(db: Db, id: string): Promise<Invoice> {
  const row = await db('invoices').where({ id }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

export async function findByNumber(db: Db, number: string): Promise<Invoice> {
  const row = await db('invoices').where({ number }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

export async function ofOrderOrNull(db: Db, order_id: string): Promise<Invoice | null> {
  const row = await db('invoices').where({ order_id, kind: 'invoice' }).first();
  return row ? parse(row) : null;
}

/** The invoice of an order and its credit notes, in the order of their issue. */
export async function ofOrder(db: Db, order_id: string): Promise<Invoice[]> {
  return (await db('invoices').where({ order_id }).orderBy(['issued_at', 'number'])).map(parse);
}

/** Everything issued on days of the shop from `first_on` to `last_on`, by number. */
export async function between(db: Db, first_on: string, last_on: string): Promise<Invoice[]> {
  const rows = await db('invoices').whereBetween('issued_on', [first_on, last_on]).orderBy(['series', 'seq']);
  return rows.map(parse);
}

/** The paper of an invoice, by the SHA-256 under which it is stored, once it was made. */
export async function paperOrNull(db: Db, invoice_id: string): Promise<string | null> {
  return (await db('invoice_papers').where({ invoice_id }).first('sha256'))?.sha256 ?? null;
}

/** Keeps the paper of an invoice; the first one made is the one that stays. */
export async function keepPaper(
  db: Db,
  invoice_id: string,
  made: { sha256: string; bytes: number },
): Promise<void> {
  await db.transaction(async (trx) => {
    await lockOrder(trx, (await findInvoice(trx, invoice_id)).order_id);
    if (await paperOrNull(trx, invoice_id)) return;
    await file.note(trx, { ...made, media_type: 'application/pdf' });
    await trx('invoice_papers').insert({ invoice_id, sha256: made.sha256, made_at: now() });
  });
}
