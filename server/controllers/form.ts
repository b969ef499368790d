// Reading what a form sent: text is trimmed and cut, everything else is not there.
import type { Request, Response } from 'express';
import type { Invalid } from '../errors';

export interface Shown {
  field: string;
  message: string;
}

export function text(req: Request, name: string, max = 200): string {
  const value: unknown = req.body?.[name];
  return typeof value === 'string' ? value.normalize('NFC').trim().slice(0, max) : '';
}

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

const EMAIL = /^[^\s@<>"(),;:\\[\]]+@[^\s@<>"(),;:\\[\]]+\.[^\s@<>"(),;:\\[\]]{2,}$/;
const MAX_EMAIL_LENGTH = 254;
export const isEmail = (value: string): boolean => value.length <= MAX_EMAIL_LENGTH && EMAIL.test(value);

const MIN_PHONE_DIGITS = 6;
export const isPhone = (value: string): boolean =>
  value.replace(/\D/g, '').length >= MIN_PHONE_DIGITS && /^[+\d\s().\-/]+$/.test(value);
