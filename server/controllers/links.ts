// "I have lost my link": a fresh letter to the address on the order, and the same answer whoever asks.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import { append, CUSTOMER } from '../models/event';
import * as message from '../models/message';
import * as order from '../models/order';
import { foldEmail } from '../models/staff';
import { randomCode } from '../models/token';
import { portal } from '../portal';
import { text } from './form';

export function form(_req: Request, res: Response): void {
  res.render('links/form', { is_sent: false });
}

export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const email = foldEmail(text(req, 'email', 254));
  try {
    const found = await order.findByRef(db, text(req, 'ref', 20));
    if (found.placed_at && found.contact_email && foldEmail(found.contact_email) === email) {
      await db.transaction(async (trx) => {
        await append(trx, found.id, 'link.sent', CUSTOMER);
        await message.enqueue(trx, 'order-link', found, `order-link:${found.id}:${randomCode(8)}`);
      });
      portal(req).wake();
    }
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
  }
  res.render('links/form', { is_sent: true });
}
