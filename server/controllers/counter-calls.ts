// "Call someone": staff see it on their tablets page, the customer reads who comes.
import type { Request, Response } from 'express';
import * as counterCall from '../models/counter-call';
import { firstName } from '../models/customer';
import { findStaffOrNull } from '../models/staff';
import * as tablet from '../models/tablet';
import { portal, room, staff } from '../portal';

/** What the customer reads about their call for help, or null when they did not call. */
export async function helpOf(
  req: Request,
  res: Response,
  session: { id: string; staff_id: string },
): Promise<string | null> {
  const { db } = portal(req);
  const call = await counterCall.ofSessionOrNull(db, session.id);
  if (!call) return null;
  const person = await findStaffOrNull(db, call.answered_by ?? session.staff_id);
  const name = firstName(person?.name ?? res.locals.shop.contact_person);
  return call.answered_at
    ? res.locals.t('kiosk:help.coming', { name })
    : res.locals.t('kiosk:help.called', { name });
}

export async function create(req: Request, res: Response): Promise<void> {
  const { session_id: id, staff_id } = room(req).counter!;
  await counterCall.ring(portal(req).db, id);
  if (req.accepts(['html', 'json']) === 'json') res.json({ help: await helpOf(req, res, { id, staff_id }) });
  else res.redirect(303, room(req).base);
}

/** A colleague says that they are on the way. */
export async function update(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const screen = await tablet.findTablet(db, String(req.params.id));
  const session = await tablet.sessionOrNull(db, screen.id);
  if (session) await counterCall.answer(db, session.id, staff(req).id);
  res.redirect(303, '/staff/tablets');
}
