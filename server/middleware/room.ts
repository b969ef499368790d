// Who may see an order: the holder of its private link, or the person at the tablet that staff opened it on.
import type { NextFunction, Request, Response } from 'express';
import { Gone, NotFound } from '../errors';
import * as order from '../models/order';
import * as tablet from '../models/tablet';
import { sha256 } from '../models/token';
import { portal } from '../portal';
import { clearTabletToken, counterSession, deviceSha256, tabletToken } from './cookies';
import { speak } from './page';

const LINK_TOKEN = /^[\w-]{43}$/;

function enter(req: Request, res: Response): void {
  res.set('Cache-Control', 'no-store');
  res.set('Referrer-Policy', 'no-referrer');
  res.set('X-Robots-Tag', 'noindex');
  speak(req, res);
}

export async function byLink(req: Request, res: Response, next: NextFunction): Promise<void> {
  const token = String(req.params.token);
  if (!LINK_TOKEN.test(token)) throw new NotFound('link_not_found');
  const found = await order.findByLink(portal(req).db, token);
  const base = found.state === 'draft' ? `/order/${token}` : `/o/${token}`;
  req.room = { order: found, base, device_sha256: deviceSha256(req, res), counter: null };
  enter(req, res);
  next();
}

/** A placed order's pages; a draft is sent back to its form, and the other way round. */
export function inState(wanted: 'draft' | 'placed') {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { order: found, base } = req.room!;
    const isDraft = found.state === 'draft';
    if (isDraft === (wanted === 'draft')) {
      next();
      return;
    }
    if (req.method === 'GET') res.redirect(303, isDraft ? `${base}/product` : base);
    else throw isDraft ? new NotFound() : new Gone('order_placed');
  };
}

export async function byTablet(req: Request, res: Response, next: NextFunction): Promise<void> {
  const { db } = portal(req);
  res.locals.page_kind = 'kiosk';
  res.set('Cache-Control', 'no-store');
  const screen = await tablet.findByTokenOrNull(db, tabletToken(req));
  if (!screen?.paired_at) {
    if (tabletToken(req) && !screen) clearTabletToken(req, res);
    if (req.method === 'GET') res.redirect(303, '/kiosk/pair');
    else throw new Gone('counter_closed');
    return;
  }
  await tablet.see(db, screen);
  res.locals.tablet = screen;
  next();
}

export async function atCounter(req: Request, res: Response, next: NextFunction): Promise<void> {
  const { db } = portal(req);
  const screen: tablet.Tablet = res.locals.tablet;
  const session = await tablet.liveSessionOrNull(db, screen);
  if (!session || session.id !== counterSession(req)) {
    if (req.method === 'GET') res.redirect(303, '/kiosk');
    else throw new Gone('counter_closed');
    return;
  }
  const found = await order.findOrder(db, session.order_id);
  req.room = {
    order: session.language ? { ...found, language: session.language } : found,
    base: '/kiosk/s',
    device_sha256: sha256(`counter:${session.id}`),
    counter: { session_id: session.id, staff_id: session.staff_id, tablet_id: screen.id },
  };
  enter(req, res);
  speak(req, res, session.language ?? found.language);
  next();
}
