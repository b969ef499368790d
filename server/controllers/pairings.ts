// A new screen asks to become a counter tablet: it shows a code until a colleague has typed it in.
import type { NextFunction, Request, Response } from 'express';
import { toString as drawQr } from 'qrcode';
import { setTabletToken, staffToken, tabletToken } from '../middleware/cookies';
import { staffOrNull } from '../models/session';
import * as tablet from '../models/tablet';
import { portal } from '../portal';

/** The code of a screen that already has one. Others go on to `create`. */
export async function show(req: Request, res: Response, next: NextFunction): Promise<void> {
  const screen = await tablet.findByTokenOrNull(portal(req).db, tabletToken(req));
  if (screen?.paired_at) res.redirect(303, '/kiosk');
  else if (screen) await render(req, res, screen.pairing_code!, screen.pairing_expires_at!);
  else next();
}

export async function create(req: Request, res: Response): Promise<void> {
  const { token, code, expires_at } = await tablet.offer(portal(req).db);
  setTabletToken(req, res, token);
  await render(req, res, code, expires_at);
}

async function render(req: Request, res: Response, code: string, expires_at: string): Promise<void> {
  // The address under which this screen reached us is the one that a phone in the shop reaches, too.
  const address = `${req.protocol}://${req.host}/staff/tablets`;
  res.locals.page_kind = 'kiosk';
  res.set('Cache-Control', 'no-store');
  res.render('kiosk/pair', {
    code,
    expires_at,
    address: address.replace(/^https?:\/\//, ''),
    qr: await drawQr(`${address}?code=${code}`, { type: 'svg', margin: 0 }),
    is_signed_in: (await staffOrNull(portal(req).db, staffToken(req))) !== null,
  });
}

/** What the waiting screen asks for every two seconds. */
export async function status(req: Request, res: Response): Promise<void> {
  const screen = await tablet.findByTokenOrNull(portal(req).db, tabletToken(req));
  res.set('Cache-Control', 'no-store');
  res.json({ session: screen?.pairing_code ?? '', page: screen?.paired_at ? '/kiosk' : '/kiosk/pair' });
}
