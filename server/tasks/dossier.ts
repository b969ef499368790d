// Gathers what is known of a signed order for its packs. What is unknown stays null and is printed as not recorded.
import { buffer } from 'node:stream/consumers';
import { Conflict } from '../errors';
import { actorInWords, eventInWords, eventNote, type Teller } from '../history-words';
import * as approval from '../models/approval';
import * as changeRequest from '../models/change-request';
import { now } from '../models/database';
import * as event from '../models/event';
import * as message from '../models/message';
import type * as order from '../models/order';
import * as payment from '../models/payment';
import { formatMoney } from '../models/price';
import * as printCheck from '../models/print-check';
import * as proof from '../models/proof';
import * as setting from '../models/setting';
import { list as listStaff } from '../models/staff';
import { dateWords } from '../models/wording';
import type { Dossier } from '../papers/dossier';
import { paperWords } from '../papers/words';
import type { Portal } from '../portal';
import { wordsFor } from '../words';
import { paidHow, receiptOf, recordOf } from './paper-tasks';

const JOB = /^job\./;

/** The live approval of an order, or Conflict: without a signature there is nothing to prove. */
export async function signedOr409(portal: Portal, placed: order.Order): Promise<approval.Approval> {
  const signed = await approval.liveOrNull(portal.db, placed);
  if (!signed) throw new Conflict('conflict.nothing_signed');
  return signed;
}

export async function dossierOf(
  portal: Portal,
  placed: order.PlacedOrder,
  signed: approval.Approval,
): Promise<Dossier> {
  const { db } = portal;
  const { language } = signed;
  const shop = await setting.shop(db);
  const t = wordsFor(language);
  const teller: Teller = {
    t,
    money: (cents, currency) => formatMoney(cents, currency, language),
    date: (iso, style) => dateWords(iso, style, language, shop.time_zone),
  };
  const names = new Map((await listStaff(db)).map((person) => [person.id, person.name]));
  const events = await event.history(db, placed.id);
  const told = events.map((each) => ({
    type: each.type,
    at: each.at,
    who: actorInWords(teller, each, names),
    text: eventInWords(teller, each),
    note: eventNote(teller, each),
  }));
  const shown = await proof.findProof(db, signed.proof_id);
  const captured = await payment.capturedOrNull(db, placed.id);
  const hold = await payment.usableHoldOrNull(db, placed.id);
  const how = paidHow(captured, hold, signed, shop.time_zone);
  const paid = await receiptOf(portal, placed, how, captured?.captured_at ?? signed.signed_at, language);
  const letters = await message.ofOrder(db, placed.id);
  const copy = letters.find(
    ({ template, attachments, created_at }) =>
      template === 'approved' && attachments.length > 0 && created_at >= signed.signed_at,
  );
  return {
    record: await recordOf(portal, placed, signed),
    order: {
      placed_at: placed.placed_at,
      customer: placed.contact_name,
      email: placed.contact_email,
      phone: placed.contact_phone,
      delivery: placed.delivery_address,
      specification: [
        { label: t('staff:order.product'), value: shown.specification.words[language].name },
        ...shown.specification.words[language].lines,
      ],
    },
    pages: await Promise.all(
      shown.pages.map(async ({ number, image_sha256 }) => ({
        number,
        picture: await portal.storage
          .open(image_sha256)
          .then(({ stream }) => buffer(stream))
          .catch(() => null),
      })),
    ),
    history: told.map(({ type: _, ...line }) => line),
    rounds: await roundsOf(portal, placed.id, t),
    letters: letters
      .filter(({ state }) => state !== 'queued')
      .map(({ sent_at, created_at, to_address, subject, text, state }) => ({
        at: sent_at ?? created_at,
        to: to_address,
        subject,
        text,
        how: paperWords('packs', language)(`letter_state.${state}`),
      })),
    receipt: {
      lines: paid.lines.map(({ label, amount }) => ({ label, amount })),
      taxes: paid.taxes.map(({ rate, tax }) => ({ rate, tax })),
      total: paid.total,
      paid: paperWords('papers', language)(`receipt.${how.kind}`, { ...how, till_number: '' }),
      processor_ref: captured?.payment_intent ?? null,
      refunded:
        captured && captured.refunded_cents > 0
          ? formatMoney(captured.refunded_cents, captured.currency, language)
          : null,
    },
    job: told.filter(({ type }) => JOB.test(type)).map(({ at, text, who }) => ({ at, text, who })),
    handed_over_at: told.find(({ type }) => type === 'job.handed_over')?.at ?? null,
    printed: await printedOf(portal, placed.id),
    policy: {
      version: t('legal:terms.version'),
      texts: ['proof', 'reprint', 'quantity', ...(shop.withdrawal_notice ? ['withdrawal'] : [])].map(
        (key) => ({
          title: t(`legal:terms.${key}`),
          text: t(`legal:terms.${key}_text`),
        }),
      ),
    },
    copy: {
      at: copy?.sent_at ?? null,
      to: copy?.to_address ?? null,
      message_id: copy?.message_id ?? null,
      reply: copy?.reply ?? null,
    },
    chain: { events: events.length, head: events.at(-1)!.hash },
    made_at: now(),
  };
}

async function printedOf({ db, storage }: Portal, order_id: string): Promise<Dossier['printed']> {
  const { photos, count, handover } = await printCheck.printed(db, order_id);
  return {
    photos: await Promise.all(
      photos.map(async ({ page, received_at, file_sha256, shown_sha256, name }) => ({
        page,
        at: received_at,
        sha256: file_sha256,
        name,
        picture: shown_sha256
          ? await storage
              .open(shown_sha256)
              .then(({ stream }) => buffer(stream))
              .catch(() => null)
          : null,
      })),
    ),
    count: count && {
      ordered: count.ordered,
      counted: count.counted,
      note: count.note,
      at: count.counted_at,
    },
    handover: handover && {
      how: handover.how,
      recipient: handover.recipient_name,
      signature:
        handover.signature_method === 'drawn'
          ? { kind: 'drawn', strokes: handover.signature_strokes.map(({ points }) => points) }
          : handover.signature_method && { kind: 'typed' },
      carrier: handover.carrier,
      tracking_number: handover.tracking_number,
      sent_on: handover.sent_on,
    },
  };
}

async function roundsOf(
  { db }: Portal,
  order_id: string,
  t: (key: string) => string,
): Promise<Dossier['rounds']> {
  const requests = await changeRequest.ofOrder(db, order_id);
  const versions = new Map((await proof.ofOrder(db, order_id)).map(({ id, version }) => [id, version]));
  return requests.map(({ round, proof_id, requested_at, note, points }) => ({
    number: round,
    version: versions.get(proof_id) ?? null,
    at: requested_at,
    note,
    points: points.map(({ number, page, text, answer }) => ({
      number,
      page,
      text,
      answer: answer && [t(`staff:answers.${answer.answer}`), answer.text].filter(Boolean).join(' – '),
    })),
  }));
}
