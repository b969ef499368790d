// The papers of invoices and credit notes, made after the number was given.
import { Readable } from 'node:stream';
import * as invoice from '../models/invoice';
import type * as order from '../models/order';
import { formatMoney } from '../models/price';
import * as setting from '../models/setting';
import type { Tax } from '../models/tax';
import { dateWords } from '../models/wording';
import { type InvoicePaper, invoicePdf } from '../papers/invoice';
import type { Portal } from '../portal';
import { wordsFor } from '../words';
import type { Run } from './task-context';

const LOCALES = { en: 'en-GB', fr: 'fr-FR' } as const;

export const percentWords = (percent_milli: number, language: order.Language): string =>
  new Intl.NumberFormat(LOCALES[language], { style: 'percent', maximumFractionDigits: 3 }).format(
    percent_milli / 100_000,
  );

function paidWords(issued: invoice.Invoice, time_zone: string): string {
  const { settlement, language } = issued.body;
  const t = wordsFor(language);
  const { tender } = settlement;
  const key = issued.kind === 'credit_note' ? `invoices:paid.back_${tender}` : `invoices:paid.${tender}`;
  const said = t(key, {
    at: settlement.paid_at ? dateWords(settlement.paid_at, 'date', language, time_zone) : '–',
    due: settlement.due_on ? dateWords(settlement.due_on, 'date', language, time_zone) : '–',
    last4: settlement.card_last4 ?? '····',
  });
  const { receipt_ref } = settlement;
  return receipt_ref ? `${said}, ${t('invoices:paid.receipt', { number: receipt_ref })}` : said;
}

function paperOf(issued: invoice.Invoice, time_zone: string, is_demo: boolean): InvoicePaper {
  const { body } = issued;
  const { language } = body;
  const t = wordsFor(language);
  const money = (cents: number) => formatMoney(cents, body.currency, language);
  const taxName = (tax: Tax) => {
    const percent = percentWords(tax.percent_milli, language);
    return tax.name ? `${tax.name[language]} ${percent}` : t('invoices:paper.vat', { percent });
  };
  const { buyer } = body;
  return {
    kind: body.kind,
    language,
    is_demo,
    number: body.number,
    issued_at: issued.issued_at,
    issued_on: dateWords(body.issued_on, 'date', language, time_zone),
    supplied_on: dateWords(body.supplied_on, 'date', language, time_zone),
    order_ref: body.order_ref,
    purchase_order: buyer.purchase_order,
    seller: {
      name: body.seller.name,
      lines: [
        ...body.seller.lines,
        ...body.seller.registrations.map(({ name, number }) => `${name[language]} ${number}`),
      ],
    },
    buyer: [
      ...(buyer.company ? [buyer.company] : []),
      buyer.name,
      ...(buyer.address?.split('\n') ?? []),
      ...(buyer.siren ? [t('invoices:paper.siren', { siren: buyer.siren })] : []),
      ...(buyer.vat_number ? [t('invoices:paper.vat_number', { number: buyer.vat_number })] : []),
    ],
    delivery_address: body.delivery_address?.split('\n') ?? null,
    nature: body.nature,
    vat_on_debits: body.vat_on_debits,
    lines: body.lines.map((line) => ({
      label: line.label[language],
      unit_price: money(line.net_cents),
      rate: line.percent_milli.map((rate) => percentWords(rate, language)).join(' + '),
      amount: money(line.net_cents),
    })),
    taxes: body.taxes.map((tax) => ({
      label: taxName(tax),
      net: money(tax.net_cents),
      tax: money(tax.vat_cents),
    })),
    net: money(body.net_cents),
    total: money(body.total_cents),
    paid: paidWords(issued, time_zone),
    mentions: body.mentions,
    corrects: body.corrects,
    reason: body.reason,
  };
}

/** The paper of one invoice, made now unless it was made before; the SHA-256 under which it is stored. */
export async function paperFor(portal: Portal, issued: invoice.Invoice): Promise<string> {
  const { db, storage, config } = portal;
  const made = await invoice.paperOrNull(db, issued.id);
  if (made) return made;
  const { time_zone } = await setting.shop(db);
  const bytes = await invoicePdf(paperOf(issued, time_zone, config.payments.mode === 'stand_in'));
  const saved = await storage.save(Readable.from([Buffer.from(bytes)]));
  await invoice.keepPaper(db, issued.id, saved);
  return (await invoice.paperOrNull(db, issued.id)) as string;
}

/** Makes the paper of a credit note, or of an invoice that no letter takes along. */
export const makeInvoice: Run = async (portal, task) => {
  await paperFor(portal, await invoice.findInvoice(portal.db, String(task.payload.invoice_id)));
};
