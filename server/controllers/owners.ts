import type { Request, Response } from 'express';
import * as event from '../models/event';
import * as order from '../models/order';
import { portal } from '../portal';

/** The owner's doors, and whether every history of the shop still holds. */
export async function show(req: Request, res: Response): Promise<void> {
  const { db, sealer } = portal(req);
  const isChecked = req.query.check !== undefined;
  const fault = isChecked ? await event.verifyAll(db) : null;
  res.render('owner/home', {
    seal_expiry: sealer.expiry(),
    is_checked: isChecked,
    broken_ref: fault ? (await order.findOrder(db, fault.order_id)).ref : null,
  });
}
