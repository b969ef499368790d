// Files as they came. They are only ever handed out as a download: what is in them is not ours.
import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import { stream } from '../middleware/stream';
import { uploadOrNull } from '../middleware/upload';
import * as artwork from '../models/artwork';
import { byStaff } from '../models/event';
import { portal, staff } from '../portal';
import { act, orderOf } from './staff-orders';

export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  await act(req, res, found, 'received', async () => {
    const file = uploadOrNull(req);
    if (!file) throw new Invalid({ artwork: 'artwork.none' });
    await artwork.submit(portal(req).db, found, file, 'staff', byStaff(staff(req).id));
  });
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db, storage } = portal(req);
  const found = await orderOf(req);
  const file = await artwork.findArtwork(db, found.id, String(req.params.artwork));
  const kept = await storage.open(file.file_sha256);
  res.attachment(`${found.ref}-${file.name}`);
  res.set({
    'Content-Type': 'application/octet-stream',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  await stream(res, kept);
}
