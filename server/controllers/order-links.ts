import type { Request, Response } from 'express';
import { Conflict } from '../errors';
import { append, byStaff } from '../models/event';
import * as message from '../models/message';
import { randomCode } from '../models/token';
import { portal, staff } from '../portal';
import { act, orderOf } from './staff-orders';

/** A fresh letter with the private link, to the address on the order. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'link_sent', async () => {
    if (!found.contact_email) throw new Conflict('conflict.no_email');
    await portal(req).db.transaction(async (trx) => {
      await append(trx, found.id, 'link.sent', byStaff(staff(req).id));
      await message.enqueue(trx, 'order-link', found, `order-link:${found.id}:${randomCode(8)}`);
    });
  });
}
