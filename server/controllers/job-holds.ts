import type { Request, Response } from 'express';
import * as jobHold from '../models/job-hold';
import { portal, staff } from '../portal';
import { act, orderOf } from './staff-orders';

/** An owner lets a job go to the press although its payment is contested or was given back. */
export async function lift(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'job_resumed', () => jobHold.lift(portal(req).db, found.id, staff(req).id));
}
