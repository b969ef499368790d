// What a customer sees on the counter tablet: one order, for as long as it takes, and nothing afterwards.
import type { NextFunction, Request, Response } from 'express';
import { Gone } from '../errors';
import { clearCounterSession, setCounterSession } from '../middleware/cookies';
import { speak } from '../middleware/page';
import * as approval from '../models/approval';
import * as changeRequest from '../models/change-request';
import { shortName } from '../models/customer';
import type { Db } from '../models/database';
import * as order from '../models/order';
import * as proof from '../models/proof';
import * as tablet from '../models/tablet';
import { portal, room, shop } from '../portal';
import { isLanguage } from '../words';
import { helpOf } from './counter-calls';
import { text } from './form';
import { moneyOf } from './orders';

const START = '/kiosk';
const BASE = '/kiosk/s';
/** Seconds without a touch before the tablet asks whether anybody is there. */
export const IDLE_S = 60;
/** Reading a proof takes longer than reading a sentence. */
export const IDLE_ON_PROOF_S = 180;
export const IDLE_COUNTDOWN_S = 30;
/** Seconds after which the last page clears itself. */
export const DONE_S = 12;

const CLEAR = { 'Clear-Site-Data': '"cache"' };

const here = (req: Request): string => req.baseUrl + req.path;

/** Where on the tablet an order belongs in the state that it is in now. */
async function pageOf(db: Db, found: order.Order): Promise<string> {
  switch (found.state) {
    case 'proofed':
      return `${BASE}/proof/${(await proof.findProof(db, found.current_proof_id!)).version}`;
    case 'changes_requested':
      return `${BASE}/changes-sent`;
    case 'draft':
    case 'awaiting_artwork':
    case 'preparing':
    case 'cancelled':
      return `${BASE}/wait`;
    default:
      return `${BASE}/done`;
  }
}

/** The start: a greeting when staff opened an order for somebody, an invitation otherwise. */
export async function attract(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const session = await tablet.liveSessionOrNull(db, res.locals.tablet);
  const found = session && (await order.findOrder(db, session.order_id));
  const page = found ? await pageOf(db, found) : START;
  const isOver = page === `${BASE}/done` || page === `${BASE}/changes-sent`;
  if (session && isOver) await tablet.close(db, session, 'done');
  const shown = isOver ? null : found;
  if (!shown) {
    clearCounterSession(req, res);
    res.set(CLEAR);
  }
  speak(req, res, shown?.language ?? shop(req).language);
  res.render('kiosk/attract', {
    name: shown?.state === 'proofed' ? shortName(order.placed(shown).contact_name) : null,
    watch: { session: shown ? session!.id : '', page: shown ? page : START },
  });
}

/** What every page of the tablet asks for every two seconds. */
export async function state(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const session = await tablet.liveSessionOrNull(db, res.locals.tablet);
  if (!session) {
    res.json({ session: '', page: START, help: null });
    return;
  }
  const found = await order.findOrder(db, session.order_id);
  speak(req, res, session.language ?? found.language);
  res.json({ session: session.id, page: await pageOf(db, found), help: await helpOf(req, res, session) });
}

/** What the frame of every page of an opened order needs: the guard against the next person in the queue. */
export async function frame(req: Request, res: Response, next: NextFunction): Promise<void> {
  const { db } = portal(req);
  const { order: found, counter } = room(req);
  const { session_id: id, staff_id } = counter!;
  const isProof = here(req).startsWith(`${BASE}/proof/`);
  res.locals.counter = {
    session: id,
    page: await pageOf(db, found),
    help: await helpOf(req, res, { id, staff_id }),
    idle_after_s: isProof ? IDLE_ON_PROOF_S : IDLE_S,
    idle_countdown_s: IDLE_COUNTDOWN_S,
  };
  next();
}

/** Lets the pages of the current proof through; from any other the tablet goes to where the order is now. */
export function onlyCurrent(req: Request, res: Response, next: NextFunction): void {
  const { page } = res.locals.counter;
  const isCurrent = here(req) === page || here(req).startsWith(`${page}/`);
  if (isCurrent || req.method !== 'GET') next();
  else res.redirect(303, BASE);
}

export function show(_req: Request, res: Response): void {
  res.redirect(303, res.locals.counter.page);
}

/** The customer touched a language: the tablet speaks it until this order is done, and not a moment longer. */
export async function open(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const language = text(req, 'language');
  const session = await tablet.liveSessionOrNull(db, res.locals.tablet);
  if (!session || session.id !== text(req, 'session') || !isLanguage(language)) {
    res.redirect(303, START);
    return;
  }
  await tablet.speak(db, session, language);
  setCounterSession(req, res, session.id);
  res.redirect(303, BASE);
}

const belongs = (req: Request, res: Response) => res.locals.counter.page === here(req);

/** The last page of a visit stays until it clears itself, whatever becomes of the order meanwhile. */
function stay(res: Response): void {
  res.locals.counter.page = '';
}

export function wait(req: Request, res: Response): void {
  if (belongs(req, res)) res.render('kiosk/wait', { is_cancelled: room(req).order.state === 'cancelled' });
  else res.redirect(303, BASE);
}

export async function done(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const placed = order.placed(room(req).order);
  if (!belongs(req, res)) {
    res.redirect(303, BASE);
    return;
  }
  stay(res);
  const live = await approval.liveOrNull(db, placed);
  res.render('kiosk/done', {
    name: shortName(placed.contact_name),
    ref: placed.ref,
    ready_on: placed.ready_on,
    money_state: await moneyOf(db, placed),
    amount: res.locals.money(placed.total_cents, placed.currency),
    charged_at: live && approval.stopUntil(live),
    has_email: placed.contact_email !== null,
    clear_after_s: DONE_S,
  });
}

export async function changesSent(req: Request, res: Response): Promise<void> {
  const placed = order.placed(room(req).order);
  if (!belongs(req, res)) {
    res.redirect(303, BASE);
    return;
  }
  stay(res);
  const last = (await changeRequest.ofOrder(portal(req).db, placed.id)).at(-1);
  res.render('kiosk/changes-sent', {
    name: shortName(placed.contact_name),
    ref: placed.ref,
    count: last?.points.length ?? 0,
    has_email: placed.contact_email !== null,
    clear_after_s: DONE_S,
  });
}

/** The customer has finished, or nobody is there any more: the tablet forgets. */
export const end = (because: 'done' | 'idle') => async (req: Request, res: Response) => {
  const { db } = portal(req);
  const session = await tablet.sessionOrNull(db, res.locals.tablet.id);
  if (session) await tablet.close(db, session, because);
  clearCounterSession(req, res);
  res.set(CLEAR).redirect(303, START);
};

/** An order that was taken off the tablet leaves no error page behind, only the start. */
export function backToStart(error: unknown, req: Request, res: Response, next: NextFunction): void {
  if (error instanceof Gone && req.accepts(['html', 'json']) === 'html') res.set(CLEAR).redirect(303, START);
  else next(error);
}
