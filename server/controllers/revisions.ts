import type { Request, Response } from 'express';
import { uploadOrNull } from '../middleware/upload';
import * as changeRequest from '../models/change-request';
import { portal, staff } from '../portal';
import { act, orderOf } from './staff-orders';

/** The next version: of the shop's file, or of the one that came with the request. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'revised', async () =>
    changeRequest.revise(portal(req).db, found, uploadOrNull(req), staff(req).id),
  );
}
