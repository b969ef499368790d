// Reading what a form sent: text is trimmed and cut, everything else is not there.
import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import { minorUnits } from '../models/price';
import { MOST_CENTS } from '../models/product-definition';

export interface Shown {
  field: string;
  message: string;
}

// A cut in the middle of a character leaves half of one, which no history line may hold; control characters are
// nobody's text, and PostgreSQL keeps none of the first.
const UNWRITTEN = /(?![\t\n\r])[\p{Cc}\p{Surrogate}]/gu;

/** What somebody wrote, composed and trimmed, of at most `max` UTF-16 units. */
export const written = (value: string, max: number): string =>
  value.normalize('NFC').trim().slice(0, max).replace(UNWRITTEN, '');

export function text(req: Request, name: string, max = 200): string {
  const value: unknown = req.body?.[name];
  return typeof value === 'string' ? written(value, max) : '';
}

const WHOLE = /^\d{1,9}$/;

/** A whole number as our own pages send it, or -1, which is no amount and no version of anything. */
export const whole = (req: Request, name: string): number => {
  const digits = text(req, name);
  return WHOLE.test(digits) ? Number(digits) : -1;
};

export const textOrNull = (req: Request, name: string, max?: number): string | null =>
  text(req, name, max) || null;

export function record(req: Request, name: string): Record<string, string> {
  const value: unknown = req.body?.[name];
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** The sentences of a form that did not pass, in the reader's language. */
export function sentences(res: Response, error: Invalid): Shown[] {
  return Object.entries(error.fields).map(([field, key]) => ({
    field,
    message: res.locals.t(`errors:${key}`, error.vars),
  }));
}

/**
 * The status and the sentences of a form that did not pass; a conflict is told at `field`. Anything else that went
 * wrong is nothing the reader can mend, and is thrown again.
 */
export function refusalOf(res: Response, error: unknown, field: string): { status: number; errors: Shown[] } {
  if (error instanceof Invalid) return { status: error.status, errors: sentences(res, error) };
  if (!(error instanceof Conflict)) throw error;
  const message = res.locals.t(`errors:${error.key}.text`, error.vars);
  return { status: error.status, errors: [{ field, message }] };
}

/** "12,50" and "12.50" in the currency's minor units; null when it is no amount of it. */
export function centsOrNull(amount: string, currency: string): number | null {
  const digits = amount.replace(',', '.').replace(/\s/g, '');
  if (!/^\d+(\.\d+)?$/.test(digits)) return null;
  const cents = Number(digits) * minorUnits(currency);
  const rounded = Math.round(cents);
  return Math.abs(rounded - cents) < 1e-6 && rounded <= MOST_CENTS ? rounded : null;
}

/** An amount as a field shows it, without its currency: "12.50". */
export function amountText(cents: number, currency: string): string {
  const units = minorUnits(currency);
  return (cents / units).toFixed(Math.log10(units));
}

const EMAIL = /^[^\s@<>"(),;:\\[\]]+@[^\s@<>"(),;:\\[\]]+\.[^\s@<>"(),;:\\[\]]{2,}$/;
const MAX_EMAIL_LENGTH = 254;
export const isEmail = (value: string): boolean => value.length <= MAX_EMAIL_LENGTH && EMAIL.test(value);

const MIN_PHONE_DIGITS = 6;
export const isPhone = (value: string): boolean =>
  value.replace(/\D/g, '').length >= MIN_PHONE_DIGITS && /^[+\d\s().\-/]+$/.test(value);

/** The lines of a text, without the empty ones. */
export const textLines = (value: string): string[] =>
  value
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
