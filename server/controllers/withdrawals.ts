import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import * as approval from '../models/approval';
import { byStaff } from '../models/event';
import { portal, staff } from '../portal';
import { text } from './form';
import { act, MAX_REASON_LENGTH, orderOf } from './staff-orders';

/** The customer asked the shop to take the signature back. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const reason = text(req, 'reason', MAX_REASON_LENGTH);
  await act(
    req,
    res,
    found,
    'withdrawn',
    async () => {
      if (!found.live_approval_id) throw new Conflict('conflict.too_late_to_stop');
      if (!reason) throw new Invalid({ reason: 'order.reason_needed' });
      const { id } = staff(req);
      await approval.withdraw(portal(req).db, found.id, found.live_approval_id, 'staff', reason, byStaff(id));
    },
    { field: 'withdrawal-reason' },
  );
}
