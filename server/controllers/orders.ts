// The customer's one page for an order: where it is, when it is ready, what comes next, how much, whom to call.
import type { Request, Response } from 'express';
import * as approval from '../models/approval';
import * as artwork from '../models/artwork';
import * as billing from '../models/billing';
import { readyOn } from '../models/calendar';
import * as changeRequest from '../models/change-request';
import { later, now } from '../models/database';
import { CUSTOMER } from '../models/event';
import * as invoice from '../models/invoice';
import * as order from '../models/order';
import type { OrderState } from '../models/order-state';
import { may } from '../models/order-state';
import * as paper from '../models/paper';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import { findStaffOrNull } from '../models/staff';
import { portal, room, shop } from '../portal';

export const STEPS = ['received', 'proof', 'signed', 'printing', 'ready', 'handed_over'] as const;

const REACHED: Record<OrderState, number> = {
  draft: -1,
  awaiting_artwork: 0,
  preparing: 0,
  proofed: 1,
  changes_requested: 1,
  approved: 2,
  paid: 2,
  released: 2,
  printing: 3,
  finishing: 3,
  ready: 4,
  handed_over: 5,
  cancelled: -1,
};

export type Money =
  | 'none'
  | 'held'
  | 'due_at_counter'
  | 'unpaid'
  | 'charging'
  | 'bank_silent'
  | 'on_account'
  | 'paid'
  | 'released';

/** Where the money of an order stands, from its payments; nothing of it is stored twice. */
export async function moneyOf(db: Parameters<typeof payment.ofOrder>[0], found: order.Order): Promise<Money> {
  if (await payment.capturedOrNull(db, found.id)) return 'paid';
  if (await payment.onAccountOrNull(db, found.id)) return 'on_account';
  if (found.state === 'cancelled') return 'released';
  const hold = await payment.usableHoldOrNull(db, found.id);
  if (hold && found.state === 'approved')
    return (await payment.chargeWaits(db, found.id)) ? 'bank_silent' : 'charging';
  if (hold) return 'held';
  if (found.state === 'approved') return found.payment_method === 'counter' ? 'due_at_counter' : 'unpaid';
  return found.payment_method === 'counter' ? 'due_at_counter' : 'none';
}

/** Before the signature; after it, an order is stopped first. */
const mayCancel = ({ state }: order.Order): boolean => may('cancel', state) && state !== 'approved';

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  const live = await approval.liveOrNull(db, placed);
  const current = await proof.currentOrNull(db, placed);
  const captured = await payment.capturedOrNull(db, placed.id);
  const record = live ? await paper.findOrNull(db, 'record', live.id) : null;
  const receipt = captured ? await paper.findOrNull(db, 'receipt', captured.id) : null;
  const invoices = await invoice.ofOrder(db, placed.id);
  const file = await artwork.currentOrNull(db, placed);
  const person = await findStaffOrNull(db, placed.staff_id);
  const isPromised = live !== null || REACHED[placed.state] > 1;
  res.render('orders/show', {
    order: placed,
    base,
    steps: STEPS.map((key, index) => ({
      key,
      is_done: index <= REACHED[placed.state],
      is_next: index === REACHED[placed.state] + 1 && placed.state !== 'cancelled',
    })),
    ...(isPromised
      ? { ready_on: placed.ready_on, cutoff_at: null }
      : readyOn(shop(req), now(), placed.specification.turnaround_days)),
    money_state: await moneyOf(db, placed),
    hold: await payment.usableHoldOrNull(db, placed.id),
    captured,
    person: person?.name ?? res.locals.shop.contact_person,
    artwork: file,
    proof: current && {
      version: current.version,
      issued_at: current.issued_at,
      page: current.pages[0],
      url: `${base}/proof/${current.version}`,
      thumbnail_url: `${base}/proof/${current.version}/pages/1/thumbnail.webp`,
    },
    invoices: invoices.map(({ kind, number }) => ({ kind, number })),
    billing_company: (await billing.findOrNull(db, placed.id))?.company ?? null,
    approval: live,
    stop_until: live ? approval.stopUntil(live) : null,
    requests: await changeRequest.ofOrder(db, placed.id),
    stopped: req.query.stopped !== undefined && placed.state === 'proofed',
    changes_sent: req.query.changes !== undefined,
    links: {
      artwork: artwork.mayBeSent(placed) && placed.state === 'awaiting_artwork' ? `${base}/artwork` : null,
      record: record && `${base}/record.pdf`,
      receipt: receipt && `${base}/receipt.pdf`,
      billing: invoices.length === 0 && placed.state !== 'cancelled' ? `${base}/billing` : null,
      cancel: mayCancel(placed) ? `${base}/cancellation` : null,
    },
  });
}

export async function preparing(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  if (placed.state === 'proofed') {
    res.redirect(303, `${base}/proof/${(await proof.findProof(db, placed.current_proof_id!)).version}`);
    return;
  }
  if (placed.state !== 'preparing') {
    res.redirect(303, base);
    return;
  }
  const shown = await progress(req, placed);
  res.render('orders/preparing', {
    order: placed,
    base,
    ...shown,
    sentence: shown.is_slow ? slowSentence(res, placed) : '',
    status_url: `${base}/status.json`,
  });
}

/** A proof that takes longer than this is promised by the clock. */
const SLOW_AFTER_MS = 60_000;

const slowSentence = (res: Response, placed: order.Order): string =>
  res.locals.t('order:preparing.slow', { time: res.locals.date(placed.proof_promised_at, 'datetime') });

async function progress(req: Request, placed: order.Order) {
  const { db } = portal(req);
  const file = await artwork.currentOrNull(db, placed);
  const checked =
    file && placed.specification_sha256
      ? await artwork.preflightOrNull(db, file.id, placed.specification_sha256)
      : null;
  const isReady = placed.state !== 'preparing' && placed.state !== 'awaiting_artwork';
  const done = {
    file_received: Boolean(file),
    file_checked: isReady || Boolean(checked),
    pages_drawn: isReady,
  };
  const keys = ['file_received', 'file_checked', 'pages_drawn'] as const;
  const current = keys.find((key) => !done[key]);
  return {
    steps: keys.map((key) => ({
      key,
      state: done[key] ? ('done' as const) : key === current ? ('now' as const) : ('next' as const),
    })),
    is_slow: !isReady && later(placed.state_since, SLOW_AFTER_MS) < now(),
    reservation: placed.payment_method === 'card' ? await moneyOf(db, placed) : null,
  };
}

/** What the waiting pages ask for every second. */
export async function status(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { base } = room(req);
  const found = room(req).order;
  const { steps, is_slow, reservation } = await progress(req, found);
  const current = await proof.currentOrNull(db, found);
  const url =
    found.state === 'preparing'
      ? null
      : found.state === 'proofed' && current
        ? `${base}/proof/${current.version}`
        : base;
  res.json({
    state: found.state,
    steps: Object.fromEntries(steps.map(({ key, state }) => [key, state])),
    reservation,
    sentence: is_slow ? slowSentence(res, found) : '',
    next: url,
  });
}

export function confirmCancellation(req: Request, res: Response): void {
  const placed = order.placed(room(req).order);
  res.render('cancellations/form', {
    order: placed,
    base: room(req).base,
    is_possible: mayCancel(placed),
    action: `${room(req).base}/cancellation`,
  });
}

export async function cancel(req: Request, res: Response): Promise<void> {
  await order.cancel(portal(req).db, room(req).order.id, CUSTOMER, 'customer_cancelled');
  portal(req).wake();
  res.redirect(303, room(req).base);
}
