// What every page has at hand: its language, the shop, words, dates, money and asset addresses.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NextFunction, Request, Response } from 'express';
import { isOpen, nextOpening } from '../models/calendar';
import { now } from '../models/database';
import type { Language } from '../models/order';
import { formatMoney } from '../models/price';
import * as setting from '../models/setting';
import { type DateStyle, dateWords } from '../models/wording';
import { portal } from '../portal';
import { isLanguage, VIEWS, wordsFor } from '../words';
import { LANGUAGE_COOKIE, readCookie, setLanguage } from './cookies';

export const PUBLIC = join(__dirname, '..', '..', 'public');
const VERSION_LENGTH = 10;
const versions = new Map<string, string>();

/** '/assets/styles/base.css?v=…': the hash makes a year of caching safe. */
export function asset(path: string): string {
  let version = versions.get(path);
  if (version === undefined) {
    const file = [join(VIEWS, path), join(PUBLIC, path)].find((candidate) => existsSync(candidate));
    version = file
      ? createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, VERSION_LENGTH)
      : '';
    versions.set(path, version);
  }
  return version ? `/assets/${path}?v=${version}` : `/assets/${path}`;
}

/** The language chosen on this device, else the order's, else the browser's, else the shop's. */
export function languageOf(req: Request): Language {
  const chosen = readCookie(req, LANGUAGE_COOKIE);
  if (isLanguage(chosen)) return chosen;
  if (req.room) return req.room.order.language;
  const accepted = req.acceptsLanguages('en', 'fr');
  return isLanguage(accepted) ? accepted : (req.shop?.language ?? 'fr');
}

/** The address of this page as a path of ours: `//elsewhere.example` would be read as another shop's. */
function pathOf({ baseUrl, path }: Request): string {
  return (baseUrl + (baseUrl && path === '/' ? '' : path)).replace(/^[/\\]+/, '/');
}

/** Puts the reader's language on the page; again after a room was entered, whose order has one of its own. */
export function speak(req: Request, res: Response, language: Language = languageOf(req)): void {
  const { config } = portal(req);
  const shop = req.shop as setting.Shop;
  const other: Language = language === 'en' ? 'fr' : 'en';
  const path = pathOf(req);
  const query = new URLSearchParams(req.originalUrl.split('?').slice(1).join('?'));
  query.set('hl', other);
  const t = wordsFor(language);
  Object.assign(res.locals, {
    lang: language,
    otherLang: other,
    otherLangUrl: `${path}?${query}`,
    path,
    t,
    asset,
    money: (cents: number, currency: string) => formatMoney(cents, currency, language),
    date: (iso: string, style: DateStyle = 'day') => dateWords(iso, style, language, shop.time_zone),
    shop: {
      ...shop,
      opening_text: openingText(shop, language),
      next_opening_text: nextOpeningText(shop, language),
    },
    isDemoPayments: config.payments.mode === 'stand_in',
    counterOnly: config.payments.mode === 'counter_only',
    staff: req.staff ? { name: req.staff.name, role: req.staff.role } : null,
    page_kind: res.locals.page_kind ?? 'customer',
  });
}

const weekday = (day: string, language: Language) =>
  dateWords(`2026-11-0${Number(day) + 1}`, 'short', language, 'UTC').split(' ')[0];

/** "Mon–Fri 09:00–12:30, 14:00–18:30 · Sat 10:00–13:00" */
export function openingText(shop: setting.Shop, language: Language): string {
  const groups: Array<{ from: string; to: string; hours: string }> = [];
  for (const day of ['1', '2', '3', '4', '5', '6', '7'] as const) {
    const hours = (shop.opening_hours[day] ?? []).map(([from, to]) => `${from}–${to}`).join(', ');
    const last = groups.at(-1);
    if (last && last.hours === hours && Number(last.to) === Number(day) - 1) last.to = day;
    else groups.push({ from: day, to: day, hours });
  }
  return groups
    .filter((group) => group.hours)
    .map(({ from, to, hours }) => {
      const days =
        from === to ? weekday(from, language) : `${weekday(from, language)}–${weekday(to, language)}`;
      return `${days} ${hours}`;
    })
    .join(' · ');
}

function nextOpeningText(shop: setting.Shop, language: Language): string | null {
  const at = now();
  return isOpen(shop, at) ? null : dateWords(nextOpening(shop, at), 'datetime', language, shop.time_zone);
}

export async function page(req: Request, res: Response, next: NextFunction): Promise<void> {
  const { hl, ...query } = req.query;
  if (isLanguage(hl) && req.method === 'GET') {
    setLanguage(req, res, hl);
    const rest = new URLSearchParams(query as Record<string, string>).toString();
    res.redirect(303, pathOf(req) + (rest ? `?${rest}` : ''));
    return;
  }
  req.shop = await setting.shop(portal(req).db);
  speak(req, res);
  next();
}
