// The bank pack of a signed order: for each field of a card dispute its PDF or its text, within what banks take.
import { createHash } from 'node:crypto';
import * as order from '../models/order';
import {
  BANK_FIELDS,
  type BankField,
  bankPapers,
  MAX_BANK_PACK_BYTES,
  MAX_BANK_PACK_PAGES,
} from '../papers/bank-papers';
import { withoutAddresses } from '../papers/bank-sheet';
import type { Dossier } from '../papers/dossier';
import { momentOf } from '../papers/moment';
import { paperWords } from '../papers/words';
import type { Portal } from '../portal';
import { dossierOf, signedOr409 } from './dossier';

/** Stripe's limit for one text field. */
export const MAX_TEXT_CHARACTERS = 20_000;

/** Names of Stripe's text fields that the order itself can fill. What is unknown is left out, never guessed. */
export interface BankTexts {
  product_description: string;
  customer_name: string;
  customer_email_address?: string;
  customer_purchase_ip?: string;
  shipping_address?: string;
  shipping_carrier?: string;
  shipping_tracking_number?: string;
  shipping_date?: string;
  service_date?: string;
  access_activity_log: string;
  refund_policy_disclosure: string;
  uncategorized_text: string;
}

export interface BankFile {
  field: BankField;
  filename: string;
  bytes: Uint8Array;
  pages: number;
  sha256: string;
}

export interface BankPack {
  /** In the order in which a reader should meet them. */
  files: BankFile[];
  texts: BankTexts;
  pages: number;
  size_bytes: number;
  /** The last line of the order's history when the pack was made. */
  head_sha256: string;
  made_at: string;
}

/**
 * Draws the bank pack of an order that has a live signature; Conflict without one. At most MAX_BANK_PACK_PAGES
 * pages and MAX_BANK_PACK_BYTES bytes, or RangeError: too large a pack would spend the only submission.
 */
export async function bankPack(portal: Portal, order_id: string): Promise<BankPack> {
  const placed = order.placed(await order.findOrder(portal.db, order_id));
  const signed = await signedOr409(portal, placed);
  return bankPackOf(await dossierOf(portal, placed, signed));
}

export async function bankPackOf(dossier: Dossier): Promise<BankPack> {
  const papers = await bankPapers(dossier);
  const files = papers.map(({ field, bytes, pages }) => ({
    field,
    filename: `${BANK_FIELDS.indexOf(field) + 1}-${field.replaceAll('_', '-')}.pdf`,
    bytes,
    pages,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const pages = files.reduce((sum, file) => sum + file.pages, 0);
  const size_bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (pages > MAX_BANK_PACK_PAGES || size_bytes > MAX_BANK_PACK_BYTES) {
    throw new RangeError(`The bank pack has ${pages} pages and ${size_bytes} bytes: more than banks take.`);
  }
  return {
    files,
    texts: textsOf(dossier),
    pages,
    size_bytes,
    head_sha256: dossier.chain.head,
    made_at: dossier.made_at,
  };
}

function textsOf(dossier: Dossier): BankTexts {
  const { record, order } = dossier;
  const { handover } = dossier.printed;
  const words = paperWords('packs', record.language);
  const moment = (at: string | null) =>
    momentOf(at, record.time_zone, record.language)?.utc ?? words('not_recorded');
  const day = (at: string | null) => at?.slice(0, 10);
  const specification = order.specification.map((line) => words('with_label', line)).join('\n');
  const texts: BankTexts = {
    product_description: `${record.order.description}\n${specification}\n${words('text.made_to_order')}`,
    customer_name: order.customer,
    ...(order.email && { customer_email_address: order.email }),
    ...(record.device.ip && { customer_purchase_ip: record.device.ip }),
    ...(order.delivery && { shipping_address: order.delivery }),
    ...(handover?.carrier && { shipping_carrier: handover.carrier }),
    ...(handover?.tracking_number && { shipping_tracking_number: handover.tracking_number }),
    ...(dossier.handed_over_at && {
      shipping_date: handover?.sent_on ?? day(dossier.handed_over_at),
      service_date: day(dossier.handed_over_at),
    }),
    access_activity_log: activity(dossier),
    refund_policy_disclosure: words(
      record.is_recorded_by_staff ? 'text.disclosure_recorded' : 'text.disclosure',
      {
        at: moment(record.signed_at),
        name: record.signer.typed_name,
        version: record.statement.version ?? '–',
        hash: record.hashes.statement ?? words('not_recorded'),
      },
    ),
    uncategorized_text: words(record.is_recorded_by_staff ? 'text.cover_recorded' : 'text.cover', {
      name: record.signer.typed_name,
      at: moment(record.signed_at),
      version: record.proof.version,
      amount: record.payment.amount,
      handed: dossier.handed_over_at
        ? words('text.handed', { at: moment(dossier.handed_over_at) })
        : words('text.not_handed'),
      proof: record.hashes.proof ?? words('not_recorded'),
    }),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([field, text]) => [
      field,
      withoutAddresses(text, words).slice(0, MAX_TEXT_CHARACTERS),
    ]),
  ) as unknown as BankTexts;
}

/** The whole history in lines; when it is too long its beginning and its end, and how many lines lie between. */
function activity({ history, record }: Dossier): string {
  const words = paperWords('packs', record.language);
  const lines = history.map(({ at, who, text, note }) =>
    [momentOf(at, record.time_zone, record.language)?.utc ?? at, who, text, note && `“${note}”`]
      .filter(Boolean)
      .join(' · '),
  );
  if (lines.join('\n').length <= MAX_TEXT_CHARACTERS) return lines.join('\n');
  const half = MAX_TEXT_CHARACTERS / 2 - 100;
  const fitting = (from: string[]) => {
    let used = 0;
    return from.filter((line) => {
      used += line.length + 1;
      return used <= half;
    });
  };
  const first = fitting(lines);
  const last = fitting(lines.toReversed()).toReversed();
  const left = lines.length - first.length - last.length;
  return [...first, words('text.left_out', { count: left }), ...last].join('\n');
}
