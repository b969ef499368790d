// Photographs of the print, taken with a phone or a tablet at the press.
import type { Request, Response } from 'express';
import { Invalid, NotFound } from '../errors';
import { stream } from '../middleware/stream';
import { photoOrNull } from '../middleware/upload';
import * as photo from '../models/photo';
import * as printCheck from '../models/print-check';
import { portal, staff } from '../portal';
import { refusalOf, whole } from './form';
import { renderCheck } from './print-checks';
import { orderOf, orderPage } from './staff-orders';

const IMAGE_AGE_S = 3600;

/** Puts one photograph beside a page of the proof. Answers a script in JSON: the page to go to, or why not. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const wantsJson = req.accepts(['html', 'json']) === 'json';
  try {
    const upload = await photoOrNull(req);
    if (!upload) throw new Invalid({ photo: 'photo.none' });
    await printCheck.addPhoto(portal(req).db, found.id, whole(req, 'page'), upload, staff(req).id);
  } catch (error) {
    const refused = refusalOf(res, error, 'photos');
    if (!wantsJson) return renderCheck(req, res, refused);
    res.status(refused.status).json({ error: refused.errors[0].message });
    return;
  }
  portal(req).wake();
  const next = orderPage(found, '/check');
  if (wantsJson) res.json({ next });
  else res.redirect(303, next);
}

async function photoOf(req: Request): Promise<photo.Photo> {
  const found = await orderOf(req);
  return photo.findPhoto(portal(req).db, found.id, String(req.params.photo));
}

export async function show(req: Request, res: Response): Promise<void> {
  const { shown_sha256 } = await photoOf(req);
  if (!shown_sha256) throw new NotFound();
  const file = await portal(req).storage.open(shown_sha256);
  res.set({
    'Content-Type': 'image/webp',
    'Cache-Control': `private, max-age=${IMAGE_AGE_S}, immutable`,
  });
  await stream(res, file);
}

/** The photograph as the camera wrote it, to keep and to compare hashes; never shown as a page. */
export async function original(req: Request, res: Response): Promise<void> {
  const found = await photoOf(req);
  const file = await portal(req).storage.open(found.file_sha256);
  res.attachment(`${req.params.ref}-${found.name}`);
  res.set({
    'Content-Type': 'application/octet-stream',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  await stream(res, file);
}
