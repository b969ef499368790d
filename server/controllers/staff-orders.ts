// An order as the shop works on it: everything known, and every next thing that a colleague may do.
import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { toString as drawQr } from 'qrcode';
import { Conflict, Invalid } from '../errors';
import { orderPath, orderUrl } from '../link';
import * as account from '../models/account';
import * as approval from '../models/approval';
import * as artwork from '../models/artwork';
import * as artworkChoice from '../models/artwork-choice';
import * as billing from '../models/billing';
import * as changeRequest from '../models/change-request';
import type { Db } from '../models/database';
import * as event from '../models/event';
import * as invoice from '../models/invoice';
import * as jobHold from '../models/job-hold';
import * as message from '../models/message';
import * as order from '../models/order';
import * as orderChange from '../models/order-change';
import { may } from '../models/order-state';
import * as paper from '../models/paper';
import * as payment from '../models/payment';
import * as printCheck from '../models/print-check';
import * as proof from '../models/proof';
import * as recordedApproval from '../models/recorded-approval';
import * as refund from '../models/refund';
import { findStaffOrNull, list as listStaff } from '../models/staff';
import { stuckPayments } from '../models/stuck-payment';
import * as tablet from '../models/tablet';
import { stepsFrom } from '../models/ticket';
import { portal, shop, staff } from '../portal';
import { questionsFor } from './choice-locals';
import { amountText, type Shown, sentences } from './form';
import { historyInWords } from './histories';
import { dueOf, statusOf, todayIn } from './jobs';
import { moneyOf } from './orders';
import { photoLocals } from './photo-locals';

/** The longest reason that a form of the shop takes. */
export const MAX_REASON_LENGTH = 300;

/** The order that the address names by its reference. Drafts belong to whoever is writing them. */
export async function orderOf(req: Request): Promise<order.PlacedOrder> {
  return order.placed(await order.findByRef(portal(req).db, String(req.params.ref)));
}

export const orderPage = (found: order.Order, rest = ''): string => `/staff/orders/${found.ref}${rest}`;

const DONE = [
  'placed',
  'answered',
  'revised',
  'received',
  'paid',
  'withdrawn',
  'cancelled',
  'link_sent',
  'moved',
  'changed',
  'recorded',
  'refund_asked',
  'refund_settled',
  'job_resumed',
  'charge_stopping',
  'warning_answered',
] as const;
type Done = (typeof DONE)[number];

/** Which buttons there are: the state table's verbs, as far as a person in the shop has them. */
function actionsFor(found: order.PlacedOrder) {
  const { state } = found;
  return {
    submit: state === 'awaiting_artwork',
    answer: state === 'changes_requested',
    show_on_tablet: state === 'proofed',
    take_payment: may('capture_payment', state),
    withdraw: may('withdraw_approval', state),
    cancel: may('cancel', state),
    change: orderChange.mayBeChanged(state),
    resend: Boolean(found.contact_email) && state !== 'cancelled',
    hand_over: may('hand_over', state),
    steps: stepsFrom(state),
  };
}

async function filesOf(req: Request, found: order.PlacedOrder, versions: proof.Proof[]) {
  const { db } = portal(req);
  const files = await artwork.ofOrder(db, found.id);
  return Promise.all(
    files.map(async (file) => {
      const checked = await artwork.preflightOrNull(db, file.id, found.specification_sha256);
      return {
        ...file,
        is_current: file.id === found.current_artwork_id,
        url: orderPage(found, `/artworks/${file.id}`),
        refusal: checked?.refusal ?? null,
        questions:
          file.id === found.current_artwork_id && artworkChoice.mayRemake(found)
            ? await questionsFor(req, found, file, checked?.report ?? null)
            : [],
        report: checked?.report ?? versions.findLast((each) => each.artwork_id === file.id)?.report ?? null,
      };
    }),
  );
}

function proofsOf(found: order.PlacedOrder, versions: proof.Proof[]) {
  return versions.map((each) => ({
    version: each.version,
    is_current: each.id === found.current_proof_id,
    issued_at: each.issued_at,
    expires_at: each.expires_at,
    has_expired: proof.hasExpired(each),
    page_count: each.page_count,
    short_sha256: each.sha256.slice(0, 8),
    pdf_url: orderPage(found, `/proof/${each.version}/proof.pdf`),
    compare_url: each.version > 1 ? orderPage(found, `/proof/${each.version}/compare`) : null,
    pages: each.pages.map(({ number, width_px, height_px, text, read_back }) => ({
      number,
      text,
      read_back,
      width_px,
      height_px,
      image_url: orderPage(found, `/proof/${each.version}/pages/${number}/image.webp`),
      thumbnail_url: orderPage(found, `/proof/${each.version}/pages/${number}/thumbnail.webp`),
    })),
  }));
}

/** Set when nobody signed here: a colleague wrote the approval down. */
async function recordedLocals(
  db: Db,
  found: order.Order,
  live: approval.Approval,
  names: Map<string, string>,
) {
  const recorded = await recordedApproval.findOrNull(db, live.id);
  return (
    recorded && {
      ...recorded,
      staff_name: names.get(recorded.staff_id) ?? '',
      url: orderPage(found, `/recorded-approvals/${live.id}/attachment`),
    }
  );
}

async function printedLocals(db: Db, found: order.Order, names: Map<string, string>) {
  const printed = await printCheck.printed(db, found.id);
  const shown = photoLocals(orderPage(found), names);
  return {
    photos: printed.photos.map(shown),
    delivery_photo: printed.delivery_photo && shown(printed.delivery_photo),
    count: printed.count && { ...printed.count, staff_name: names.get(printed.count.staff_id) ?? null },
    handover: printed.handover,
  };
}

/** What was given back, and what this colleague may still give back. */
async function refundsOf(req: Request, found: order.PlacedOrder) {
  const { db } = portal(req);
  return {
    made: await refund.ofOrder(db, found.id),
    /** One at a time; money that nobody signed for comes first. */
    possible: (await refund.refundable(db, found.id)).slice(0, 1).map((each) => ({
      ...each,
      left: amountText(each.left_cents, each.currency),
    })),
    allowance_cents: await refund.allowanceOf(db, found.id, staff(req)),
    key: randomUUID(),
  };
}

export interface Rendering {
  status?: number;
  errors?: Shown[];
  /** What was written in a form that did not pass. */
  given?: Record<string, string>;
}

/** The order's page, after a form that did not pass with the sentences that say why. */
export async function renderOrder(
  req: Request,
  res: Response,
  ref: string,
  { status = 200, errors = [], given = {} }: Rendering = {},
): Promise<void> {
  const { config, db } = portal(req);
  const found = order.placed(await order.findByRef(db, ref));
  const lang: order.Language = res.locals.lang;
  const names = new Map((await listStaff(db)).map((person) => [person.id, person.name]));
  const versions = await proof.ofOrder(db, found.id);
  const requests = await changeRequest.ofOrder(db, found.id);
  const live = await approval.liveOrNull(db, found);
  const captured = await payment.capturedOrNull(db, found.id);
  const lines = await event.lines(db, found.id);
  const url = orderUrl(config, found.id);
  res.status(status).render('staff-orders/show', {
    order: found,
    words: found.specification.words[lang],
    status: statusOf(res, found.state),
    due: dueOf(res, found.state, found.ready_on as string, todayIn(shop(req))),
    person: (await findStaffOrNull(db, found.staff_id))?.name ?? null,
    money_state: await moneyOf(db, found),
    payments: (await payment.ofOrder(db, found.id)).map((each) => ({
      ...each,
      staff_name: each.staff_id ? (names.get(each.staff_id) ?? null) : null,
    })),
    refunds: await refundsOf(req, found),
    money_stuck: await stuckPayments(db, found.id),
    job_holds: await jobHold.ofOrder(db, found.id),
    files: await filesOf(req, found, versions),
    proofs: proofsOf(found, versions).reverse(),
    next_version: (versions.at(-1)?.version ?? 0) + 1,
    approval: live,
    recorded: live && (await recordedLocals(db, found, live, names)),
    may_record: found.state === 'proofed' && shop(req).staff_may_record_approvals,
    signed_version: versions.find((each) => each.id === live?.proof_id)?.version ?? null,
    stop_until: live ? approval.stopUntil(live) : null,
    invoices: (await invoice.ofOrder(db, found.id)).map(({ kind, number }) => ({ kind, number })),
    billing: await billing.findOrNull(db, found.id),
    till: shop(req).till,
    account: await account.forOrderOrNull(db, found),
    on_account: await payment.onAccountOrNull(db, found.id),
    papers: {
      record:
        live && (await paper.findOrNull(db, 'record', live.id)) ? orderPage(found, '/record.pdf') : null,
      receipt:
        captured && (await paper.findOrNull(db, 'receipt', captured.id))
          ? orderPage(found, '/receipt.pdf')
          : null,
    },
    printed: await printedLocals(db, found, names),
    may_be_checked: printCheck.mayBeChecked(found.state),
    requests: requests.map((request) => ({
      ...request,
      version: versions.find((each) => each.id === request.proof_id)?.version ?? null,
      has_file: request.artwork_id !== null,
    })),
    open_points: changeRequest.openPoints(requests),
    brings_own_file: requests.at(-1)?.artwork_id ?? null,
    letters: await message.ofOrder(db, found.id),
    history: historyInWords(res, await event.history(db, found.id), names),
    fault: event.firstFault(lines),
    tablets: await tablet.list(db),
    actions: actionsFor(found),
    customer: { url: orderPath(config, found.id), qr: await drawQr(url, { type: 'svg', margin: 0 }) },
    base: orderPage(found),
    done: DONE.find((known) => known === req.query.done) ?? null,
    errors,
    given,
  });
}

export const show = (req: Request, res: Response) => renderOrder(req, res, String(req.params.ref));

/** Does one thing to an order and goes back to its page, which says so, or says why it cannot be done. */
export async function act(
  req: Request,
  res: Response,
  found: order.Order,
  done: Done,
  work: () => Promise<unknown>,
  {
    given = {},
    field,
    conflict = 'next',
  }: { given?: Record<string, string>; field?: string; conflict?: string } = {},
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Invalid) {
      const errors = sentences(res, error).map((shown) => ({ ...shown, field: field ?? shown.field }));
      return renderOrder(req, res, found.ref, { status: error.status, errors, given });
    }
    if (error instanceof Conflict) {
      const message = res.locals.t([`staff:${error.key}`, `errors:${error.key}.text`], error.vars);
      return renderOrder(req, res, found.ref, {
        status: 409,
        errors: [{ field: field ?? conflict, message }],
        given,
      });
    }
    throw error;
  }
  portal(req).wake();
  res.redirect(303, orderPage(found, `?done=${done}`));
}
