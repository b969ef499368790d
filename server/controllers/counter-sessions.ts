// Staff show an order on a counter tablet, and take it off again.
import type { Request, Response } from 'express';
import { Conflict } from '../errors';
import { shortName } from '../models/customer';
import * as order from '../models/order';
import type { OrderState } from '../models/order-state';
import * as tablet from '../models/tablet';
import { portal, staff } from '../portal';
import { text } from './form';
import { NOTHING_GIVEN, render, shownBy } from './tablets';

type Refusal = 'no_proof' | 'in_correction' | 'signed' | 'cancelled';

function refusal(state: OrderState): Refusal | null {
  switch (state) {
    case 'proofed':
      return null;
    case 'draft':
    case 'awaiting_artwork':
    case 'preparing':
      return 'no_proof';
    case 'changes_requested':
      return 'in_correction';
    case 'cancelled':
      return 'cancelled';
    default:
      return 'signed';
  }
}

/** Shows an order on a tablet, from the order's page or from the tablet's own card. */
export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await order.findByRef(db, String(req.params.ref ?? text(req, 'ref')));
  const screen = await tablet.findTablet(db, String(req.params.id ?? text(req, 'tablet_id')));
  const why = refusal(found.state);
  if (why) {
    const sentence = res.locals.t(`kiosk:tablets.refused.${why}`, { ref: found.ref });
    await render(req, res, 409, { ...NOTHING_GIVEN, refused: { ref: found.ref, text: sentence } });
    return;
  }
  const replace = text(req, 'replace') !== '';
  try {
    await tablet.push(db, screen, found.id, staff(req).id, { replace });
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const busy = await tablet.sessionOrNull(db, screen.id);
    if (busy?.order_id === found.id) return res.redirect(303, '/staff/tablets');
    return res.status(409).render('tablets/replace', {
      tablet: screen,
      order: { ref: found.ref, name: shortName(order.placed(found).contact_name) },
      shows: busy && (await shownBy(req, busy)),
    });
  }
  res.redirect(303, '/staff/tablets');
}

/** Takes the order off the tablet at once. Doing it twice is doing it once. */
export async function destroy(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const screen = await tablet.findTablet(db, String(req.params.id));
  const session = await tablet.sessionOrNull(db, screen.id);
  if (session) await tablet.close(db, session, 'recalled');
  res.redirect(303, '/staff/tablets');
}
