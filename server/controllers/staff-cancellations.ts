import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import { byStaff } from '../models/event';
import * as order from '../models/order';
import { portal, staff } from '../portal';
import { text } from './form';
import { act, MAX_REASON_LENGTH, orderOf } from './staff-orders';

export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const reason = text(req, 'reason', MAX_REASON_LENGTH);
  await act(
    req,
    res,
    found,
    'cancelled',
    async () => {
      if (!reason) throw new Invalid({ reason: 'order.reason_needed' });
      await order.cancel(portal(req).db, found.id, byStaff(staff(req).id), reason);
    },
    { field: 'cancellation-reason' },
  );
}
