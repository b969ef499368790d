import type { CookieOptions, Request, Response } from 'express';
import { newToken, sha256 } from '../models/token';
import { portal } from '../portal';

const YEAR_MS = 365 * 24 * 60 * 60_000;
const MAX_COOKIE_HEADER = 8_192;

export function readCookie(req: Request, name: string): string | undefined {
  const header = (req.headers.cookie ?? '').slice(0, MAX_COOKIE_HEADER);
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) {
      try {
        return decodeURIComponent(pair.slice(at + 1).trim());
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}

const isHttps = (req: Request) => portal(req).config.base_url.startsWith('https:');

/** Browsers bind a `__Host-` cookie to this one host, but only over HTTPS. */
const named = (req: Request, name: string) => (isHttps(req) ? `__Host-${name}` : name);

function options(req: Request, more: CookieOptions = {}): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: isHttps(req), path: '/', ...more };
}

export const STAFF_COOKIE = 'staff';
export const LANGUAGE_COOKIE = 'hl';
const DEVICE_COOKIE = 'device';
const TABLET_COOKIE = 'tablet';
const COUNTER_COOKIE = 'counter';

export const staffToken = (req: Request) => readCookie(req, named(req, STAFF_COOKIE));

export function setStaffToken(req: Request, res: Response, token: string, maxAge: number): void {
  res.cookie(named(req, STAFF_COOKIE), token, options(req, { maxAge }));
}

export function clearStaffToken(req: Request, res: Response): void {
  res.clearCookie(named(req, STAFF_COOKIE), options(req));
}

/** The hash that stands for this browser on the orders it opens; a new browser is given one. */
export function deviceSha256(req: Request, res: Response): string {
  let token = readCookie(req, named(req, DEVICE_COOKIE));
  if (!token || token.length < 32) {
    token = newToken();
    res.cookie(named(req, DEVICE_COOKIE), token, options(req, { maxAge: YEAR_MS }));
  }
  return sha256(token);
}

export function setLanguage(req: Request, res: Response, language: string): void {
  res.cookie(LANGUAGE_COOKIE, language, options(req, { maxAge: YEAR_MS }));
}

// A tablet's cookie is sent to the kiosk's pages only and carries no rights but to show what staff opened.
export const tabletToken = (req: Request) => readCookie(req, TABLET_COOKIE);

export function setTabletToken(req: Request, res: Response, token: string): void {
  res.cookie(TABLET_COOKIE, token, options(req, { path: '/kiosk', maxAge: YEAR_MS }));
}

export function clearTabletToken(req: Request, res: Response): void {
  res.clearCookie(TABLET_COOKIE, options(req, { path: '/kiosk' }));
}

/** Which opened order the person at this tablet touched: a page of the customer before shows nothing of the next. */
export const counterSession = (req: Request) => readCookie(req, COUNTER_COOKIE);

export function setCounterSession(req: Request, res: Response, id: string): void {
  res.cookie(COUNTER_COOKIE, id, options(req, { path: '/kiosk' }));
}

export function clearCounterSession(req: Request, res: Response): void {
  res.clearCookie(COUNTER_COOKIE, options(req, { path: '/kiosk' }));
}
