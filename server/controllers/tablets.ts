// The counter tablets as staff see them: which there are, what they show, how far the customer is.
import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import * as counterCall from '../models/counter-call';
import { shortName } from '../models/customer';
import { later, now } from '../models/database';
import * as order from '../models/order';
import * as proof from '../models/proof';
import { findStaffOrNull } from '../models/staff';
import * as tablet from '../models/tablet';
import { sha256 } from '../models/token';
import { portal, staff } from '../portal';
import { type Shown, sentences, text } from './form';

/** A tablet asks for news every two seconds and is noted twice a minute; after this it is not there. */
const AWAY_AFTER_MS = 90_000;
const MAX_CHOICES = 50;

export interface Given {
  code: string;
  name: string;
  errors: Shown[];
  /** Why an order was not put on a tablet. */
  refused: { ref: string; text: string } | null;
}

export async function render(req: Request, res: Response, status: number, given: Given): Promise<void> {
  const { db } = portal(req);
  const tablets = [];
  for (const each of await tablet.list(db)) tablets.push(await described(req, each));
  res.status(status).render('tablets/index', {
    tablets,
    given,
    waiting_orders: await order.inStates(db, ['proofed'], MAX_CHOICES),
    kiosk_address: `${req.host}/kiosk`,
    name_length: tablet.MAX_TABLET_NAME_LENGTH,
    code_length: tablet.PAIRING_CODE_LENGTH,
  });
}

async function described(req: Request, each: tablet.Tablet & { session: tablet.CounterSession | null }) {
  const { id, name, seen_at, session } = each;
  const is_away = !seen_at || later(seen_at, AWAY_AFTER_MS) < now();
  return { id, name, seen_at, is_away, shows: session && (await shownBy(req, session)) };
}

export async function shownBy(req: Request, session: tablet.CounterSession) {
  const { db } = portal(req);
  const found = order.placed(await order.findOrder(db, session.order_id));
  const current = await proof.currentOrNull(db, found);
  const seen = current && (await proof.pagesSeen(db, current.id, sha256(`counter:${session.id}`)));
  const call = await counterCall.ofSessionOrNull(db, session.id);
  return {
    ref: found.ref,
    name: shortName(found.contact_name),
    state: found.state,
    is_opened: session.language !== null,
    pages_seen: seen?.size ?? 0,
    page_count: current?.page_count ?? 0,
    called_at: call?.called_at ?? null,
    answered_by: call?.answered_by ? ((await findStaffOrNull(db, call.answered_by))?.name ?? null) : null,
  };
}

export const NOTHING_GIVEN: Given = { code: '', name: '', errors: [], refused: null };

export async function index(req: Request, res: Response): Promise<void> {
  const code = typeof req.query.code === 'string' ? req.query.code.slice(0, tablet.PAIRING_CODE_LENGTH) : '';
  await render(req, res, 200, { ...NOTHING_GIVEN, code });
}

/** Pairs the screen that shows this code. */
export async function create(req: Request, res: Response): Promise<void> {
  const code = text(req, 'code', 20).replace(/\W/g, '').toUpperCase();
  const name = text(req, 'name', tablet.MAX_TABLET_NAME_LENGTH);
  try {
    if (!name) throw new Invalid({ name: 'tablet.name_missing' });
    await tablet.pair(portal(req).db, code, name, staff(req).id);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    await render(req, res, 422, { ...NOTHING_GIVEN, code, name, errors: sentences(res, error) });
    return;
  }
  res.redirect(303, '/staff/tablets');
}

/** A tablet that is lost or given away shows nothing any more. */
export async function destroy(req: Request, res: Response): Promise<void> {
  await tablet.forget(portal(req).db, String(req.params.id));
  res.redirect(303, '/staff/tablets');
}
