// The papers that a signature and a payment leave behind.

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { orderUrl, verificationCode, verificationUrl } from '../link';
import * as approval from '../models/approval';
import * as artwork from '../models/artwork';
import { maskEmail } from '../models/customer';
import * as event from '../models/event';
import * as invoice from '../models/invoice';
import * as message from '../models/message';
import * as order from '../models/order';
import * as paper from '../models/paper';
import * as payment from '../models/payment';
import * as pressFile from '../models/press-file';
import { formatMoney } from '../models/price';
import * as proof from '../models/proof';
import * as recordedApproval from '../models/recorded-approval';
import * as setting from '../models/setting';
import { findStaffOrNull } from '../models/staff';
import * as timestamp from '../models/timestamp';
import { dateWords } from '../models/wording';
import { asJpeg } from '../papers/picture';
import { type Payment as PaidHow, type Receipt, receiptPdf } from '../papers/receipt';
import { type ApprovalRecord, MAX_PAGE_PICTURES, recordPdf } from '../papers/record';
import type { Portal } from '../portal';
import { wordsFor } from '../words';
import { paperFor } from './invoice-tasks';
import { Moot, type Run } from './task-context';

const PDF = 'application/pdf';
/** What travels with one letter: mail servers commonly take 10 MB, and a letter's files grow by a third on the way. */
export const MAX_LETTER_BYTES = 7_000_000;

async function keep(
  { db, storage }: Portal,
  kind: paper.Paper['kind'],
  order_id: string,
  subject_id: string,
  make: () => Promise<Uint8Array>,
): Promise<paper.Paper> {
  const made = await paper.findOrNull(db, kind, subject_id);
  if (made) return made;
  const saved = await storage.save(Readable.from([Buffer.from(await make())]));
  return paper.keep(db, { kind, order_id, subject_id, sha256: saved.sha256 }, saved.bytes);
}

async function picture({ storage }: Portal, sha256: string): Promise<Uint8Array> {
  const { stream } = await storage.open(sha256);
  return asJpeg(await buffer(stream));
}

/** What is recorded of an approval, in the signer's language. */
export async function recordOf(
  portal: Portal,
  placed: order.PlacedOrder,
  signed: approval.Approval,
): Promise<ApprovalRecord> {
  const { db, config } = portal;
  const shop = await setting.shop(db);
  const shown = await proof.findProof(db, signed.proof_id);
  const file = await artwork.findArtwork(db, placed.id, shown.artwork_id);
  const lines = await event.history(db, placed.id);
  const signing = lines.find((line) => line.hash === signed.event_hash);
  const witness = await findStaffOrNull(db, signed.witness_staff_id);
  const hold = await payment.usableHoldOrNull(db, placed.id);
  const captured = await payment.capturedOrNull(db, placed.id);
  const { language } = signed;
  const recorded = await recordedApproval.findOrNull(db, signed.id);
  const t = wordsFor(language);
  const words = shown.specification.words[language];
  const looking = signed.looking as Record<
    string,
    {
      first_seen: string | null;
      visible_ms: number | null;
      max_zoom_percent: number | null;
      text_opened?: boolean | null;
    }
  >;
  const ticks = (kind: 'warning' | 'other') =>
    signed.ticks
      .filter((tick) => (tick.kind === 'warning') === (kind === 'warning'))
      .map((tick) => ({ text: tick.text, at: tick.ticked_at }));
  const seen = await pageViews(portal, shown.id, placed.id);
  return {
    language,
    time_zone: shop.time_zone,
    is_demo: config.payments.mode === 'stand_in',
    shop: { name: shop.name, lines: [...shop.address_lines, ...shop.legal_lines] },
    order: {
      ref: placed.ref,
      description: [
        words.quantity,
        '×',
        words.name,
        '–',
        [words.size, words.sides, words.paper, words.finishing].filter(Boolean).join(', '),
      ].join(' '),
      promised: dateWords(signed.promise.ready_on, 'day', language, shop.time_zone),
    },
    proof: { version: shown.version, page_count: shown.page_count, issued_at: shown.issued_at },
    statement: {
      version: String(signed.statement_version),
      text: signed.statement_text
        .split('\n')
        .filter((line) => !line.startsWith('☑'))
        .join('\n'),
    },
    ticks: ticks('other'),
    warnings: ticks('warning'),
    signer: { typed_name: signed.typed_name, capacity: signed.on_behalf_of },
    signature:
      recorded !== null
        ? null
        : signed.signature_method === 'drawn'
          ? { kind: 'drawn', strokes: signed.signature_strokes.map((stroke) => stroke.points) }
          : { kind: 'typed' },
    signed_at: signed.signed_at,
    pages: await Promise.all(
      shown.pages.map(async (page, index) => ({
        number: page.number,
        picture: index < MAX_PAGE_PICTURES ? await picture(portal, page.thumbnail_sha256) : null,
        first_displayed_at: seen.get(page.number) ?? null,
        displayed_ms: looking[page.number]?.visible_ms ?? null,
        highest_zoom: looking[page.number]?.max_zoom_percent
          ? `${looking[page.number].max_zoom_percent} %`
          : null,
      })),
    ),
    comparison_opened: (signing?.data.comparison_opened as boolean | null | undefined) ?? null,
    text_opened: textOpened(looking),
    recognised_by: recorded
      ? recordedBy(t, recorded, witness?.name ?? null)
      : recognised(t, signed, witness?.name ?? null),
    device: {
      channel: t(`papers:channel.${signed.channel}`),
      tablet: signed.tablet_id,
      ip: signed.device.ip,
      user_agent: signed.device.user_agent,
      viewport: signed.device.viewport,
      language: signed.device.language,
      time_zone_offset: signed.device.time_zone_offset,
    },
    hashes: {
      artworks: [{ name: file.name, sha256: signed.artwork_sha256 }],
      proof: signed.proof_sha256,
      press: (await pressFile.ofProof(db, shown.id)).sha256,
      specification: signed.specification_sha256,
      statement: signed.statement_sha256,
    },
    payment:
      signed.payment_method === 'counter'
        ? { kind: 'counter', amount: amountOf(signed), at: captured?.captured_at ?? null }
        : {
            kind: 'card',
            amount: amountOf(signed),
            last4: (captured ?? hold)?.card_last4 ?? null,
            state: captured ? 'charged' : 'to_be_charged',
            at: captured?.captured_at ?? signed.stop_until ?? signed.signed_at,
          },
    stop: { until: signed.stop_until, was_used: null },
    chain: signing
      ? {
          event_number: signing.seq,
          sha256: signing.hash,
          previous_sha256: lines[signing.seq - 2]?.hash ?? null,
        }
      : null,
    time_stamp: await timeStampOf(portal, signed),
    is_at_counter: signed.channel === 'counter' && recorded === null,
    is_recorded_by_staff: recorded !== null,
    button_label: signed.button_label,
    sending: await sendingOf(portal, placed, shown.issued_at, signed.signed_at),
    seal_root_sha256: portal.sealer.certificate.root_fingerprint_sha256,
    verification: {
      url: verificationUrl(config, signed.id),
      code: verificationCode(config, signed.id),
    },
  };
}

async function timeStampOf(
  { db, time_authority }: Portal,
  signed: approval.Approval,
): Promise<ApprovalRecord['time_stamp']> {
  const { state, stamp } = await timestamp.ofApproval(db, signed.id, time_authority !== null);
  return stamp
    ? { state: 'stamped', at: stamp.gen_time, authority: stamp.tsa }
    : { state: state as 'pending' };
}

/** The last letter that brought this proof before it was signed. */
async function sendingOf(
  { db }: Portal,
  placed: order.PlacedOrder,
  issued_at: string,
  signed_at: string,
): Promise<ApprovalRecord['sending']> {
  const letter = (await message.ofOrder(db, placed.id)).findLast(
    ({ template, state, created_at }) =>
      template === 'proof-ready' && state !== 'queued' && created_at >= issued_at && created_at <= signed_at,
  );
  return {
    to: letter?.to_address ?? null,
    at: letter?.sent_at ?? null,
    message_id: letter?.message_id ?? null,
    state: letter ? (letter.state as 'sent') : null,
    copy_to: placed.contact_email,
  };
}

/** Null when no page said so either way: a browser without scripts measures nothing. */
function textOpened(looking: Record<string, { text_opened?: boolean | null }>): boolean | null {
  const said = Object.values(looking).flatMap((page) => page.text_opened ?? []);
  return said.length > 0 ? said.includes(true) : null;
}

const amountOf = (signed: approval.Approval) =>
  formatMoney(signed.total_cents, signed.currency, signed.language);

async function pageViews({ db }: Portal, proof_id: string, order_id: string): Promise<Map<number, string>> {
  const lines = (await event.history(db, order_id)).filter(
    (line) => line.type === 'page.seen' && line.data.proof === proof_id,
  );
  const first = new Map<number, string>();
  for (const line of lines) {
    const page = line.data.page as number;
    if (!first.has(page)) first.set(page, line.at);
  }
  return first;
}

/** Nobody was recognised: a colleague says who approved, and what shows it. */
function recordedBy(
  t: (key: string, vars?: Record<string, unknown>) => string,
  recorded: recordedApproval.RecordedApproval,
  witness: string | null,
): string[] {
  const { attachment_name: name, attachment_sha256: sha256, reason } = recorded;
  return [
    t('record:paper.not_signed', { staff: witness ?? '–' }),
    t(`record:paper.given_by.${recorded.given_by}`),
    t('record:paper.reason', { reason }),
    t('record:paper.attachment', { name, sha256 }),
  ];
}

function recognised(
  t: (key: string, vars?: Record<string, unknown>) => string,
  signed: approval.Approval,
  witness: string | null,
): string[] {
  const { identity } = signed;
  if (identity.how === 'present_at_counter') {
    return [t('papers:recognised.counter', { staff: witness ?? '–' })];
  }
  const email = identity.email ? maskEmail(identity.email) : '–';
  return identity.how === 'link_and_code'
    ? [t('papers:recognised.link', { email }), t('papers:recognised.code', { email })]
    : [t('papers:recognised.link', { email }), t('papers:recognised.ordering_device')];
}

export async function receiptOf(
  portal: Portal,
  placed: order.PlacedOrder,
  how: PaidHow,
  issued_at: string,
  language: order.Language,
): Promise<Receipt> {
  const shop = await setting.shop(portal.db);
  const money = (cents: number) => formatMoney(cents, placed.currency, language);
  const percent = (milli: number) =>
    new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
      style: 'percent',
      maximumFractionDigits: 3,
    }).format(milli / 100_000);
  return {
    language,
    is_demo: portal.config.payments.mode === 'stand_in',
    issued_at,
    issued_on: dateWords(issued_at, 'day', language, shop.time_zone),
    number: null,
    seller: { name: shop.name, lines: [...shop.address_lines, shop.phone, shop.email, ...shop.legal_lines] },
    customer: [placed.contact_name, ...(placed.delivery_address?.split('\n') ?? [])],
    order_ref: placed.ref,
    lines: placed.quote.lines.map((line) => ({
      label: line.label[language],
      detail: null,
      quantity: line.kind === 'print' ? placed.specification.words[language].quantity : null,
      unit_price: null,
      amount: money(line.amount_cents),
    })),
    is_net: placed.quote.taxation?.prices === 'before_tax',
    taxes: placed.quote.vat.map((rate) => ({
      rate: [rate.name?.[language], percent(rate.percent_milli)].filter(Boolean).join(' '),
      net: money(rate.net_cents),
      tax: money(rate.vat_cents),
      gross: money(rate.net_cents + rate.vat_cents),
    })),
    total: money(placed.total_cents),
    payment: how,
    link: orderUrl(portal.config, placed.id),
  };
}

export function paidHow(
  captured: payment.Payment | null,
  hold: payment.Payment | null,
  signed: approval.Approval,
  zone: string,
): PaidHow {
  const words = (iso: string) => dateWords(iso, 'datetime', signed.language, zone);
  if (captured?.tender === 'cash' || captured?.tender === 'terminal') {
    return {
      kind: captured.tender,
      at: words(captured.captured_at as string),
      till_number: captured.receipt_ref,
    };
  }
  const last4 = (captured ?? hold)?.card_last4 ?? '····';
  if (captured) return { kind: 'card_charged', last4, at: words(captured.captured_at as string) };
  if (signed.payment_method === 'counter') return { kind: 'counter_due' };
  return { kind: 'card_to_be_charged', last4, at: words(signed.stop_until ?? signed.signed_at) };
}

async function sizeOf({ storage }: Portal, sha256: string): Promise<number> {
  const { stream, bytes } = await storage.open(sha256);
  stream.destroy();
  return bytes;
}

/** Makes the signed record and a receipt for what is (to be) paid, and sends both; later, the final receipt. */
export const makeRecord: Run = async (portal, task) => {
  const { db } = portal;
  const signed = await approval.findApproval(db, String(task.payload.approval_id));
  if (signed.withdrawn_at) throw new Moot('approval withdrawn');
  const placed = order.placed(await order.findOrder(db, signed.order_id));
  const shop = await setting.shop(db);
  const captured = await payment.capturedOrNull(db, placed.id);
  const hold = await payment.usableHoldOrNull(db, placed.id);
  const record = await keep(portal, 'record', placed.id, signed.id, async () =>
    portal.sealer.seal(await recordPdf(await recordOf(portal, placed, signed)), {
      reason: wordsFor(signed.language)('papers:seal.record', { ref: placed.ref }),
      name: shop.name,
    }),
  );
  const how = paidHow(captured, hold, signed, shop.time_zone);
  // Nothing was received yet from who pays at the counter: the receipt comes with the payment.
  const receipt =
    how.kind === 'counter_due'
      ? null
      : await keep(portal, 'receipt', placed.id, captured?.id ?? signed.id, async () =>
          receiptPdf(
            await receiptOf(portal, placed, how, captured?.captured_at ?? signed.signed_at, signed.language),
          ),
        );
  const attach = (made: paper.Paper, name: string): message.Attachment => ({
    filename: `${placed.ref}-${name}.pdf`,
    sha256: made.sha256,
    media_type: PDF,
  });
  const names =
    signed.language === 'fr'
      ? ['bon-a-tirer', 'recu', 'facture', 'epreuve']
      : ['approval', 'receipt', 'invoice', 'proof'];
  const attachments = [attach(record, names[0])];
  if (receipt) attachments.push(attach(receipt, names[1]));
  const issued = await invoice.ofOrderOrNull(db, placed.id);
  if (issued) {
    const sha256 = await paperFor(portal, issued);
    attachments.push({ filename: `${placed.ref}-${names[2]}.pdf`, sha256, media_type: PDF });
  }
  const shown = await proof.findProof(db, signed.proof_id);
  const others = await Promise.all(attachments.map(({ sha256 }) => sizeOf(portal, sha256)));
  if (others.reduce((sum, bytes) => sum + bytes, Number(shown.bytes)) <= MAX_LETTER_BYTES) {
    const filename = `${placed.ref}-${names[3]}-v${shown.version}.pdf`;
    attachments.push({ filename, sha256: shown.sha256, media_type: PDF });
  }
  await db.transaction((trx) => approval.sendRecord(trx, placed, signed, attachments));
};
