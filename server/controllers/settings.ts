// The shop as its owner describes it: name, hours, promises, money.
import type { Request, Response } from 'express';
import { IANAZone } from 'luxon';
import { minorUnits } from '../models/price';
import * as setting from '../models/setting';
import { portal, shop } from '../portal';
import { centsOrNull, isEmail, isPhone, type Shown, text, textLines } from './form';

const DAYS = ['1', '2', '3', '4', '5', '6', '7'] as const;
const MAX_LINES_LENGTH = 2_000;
const TIME = /^([01]?\d|2[0-3])[:h]([0-5]\d)$/;
const PERIOD = /^(\S+)\s*[-–]\s*(\S+)$/;
const LONGEST_STOP_MINUTES = 24 * 60;
const LONGEST_PROOF_MINUTES = 10_000;
const LONGEST_PROOF_DAYS = 365;

type Values = Record<string, string> & { hours: Record<string, string> };

function valuesOf(settings: setting.Shop): Values {
  const units = minorUnits(settings.currency);
  const hours = DAYS.map((day) => [
    day,
    (settings.opening_hours[day] ?? []).map(([from, to]) => `${from}-${to}`).join(', '),
  ]);
  return {
    ...(settings as unknown as Record<string, string>),
    address_lines: settings.address_lines.join('\n'),
    legal_lines: settings.legal_lines.join('\n'),
    holidays: settings.holidays.join('\n'),
    delivery: (settings.delivery_cents / units).toFixed(Math.log10(units)),
    withdrawal_notice: settings.withdrawal_notice ? 'on' : '',
    quality_photo_required: settings.quality_photo_required ? 'on' : '',
    staff_may_record_approvals: settings.staff_may_record_approvals ? 'on' : '',
    hours: Object.fromEntries(hours),
  };
}

function render(res: Response, status: number, values: Values, errors: Shown[], is_saved = false): void {
  res.status(status).render('owner/shop', { values, days: DAYS, errors, is_saved });
}

export function show(req: Request, res: Response): void {
  render(res, 200, valuesOf(shop(req)), [], req.query.saved !== undefined);
}

/** "9:00" and « 9h00 » both become "09:00"; null when it is no time of day. */
function timeOrNull(written: string): string | null {
  const [, hour, minute] = TIME.exec(written.trim().toLowerCase()) ?? [];
  return hour === undefined ? null : `${hour.padStart(2, '0')}:${minute}`;
}

/** "09:00-12:30, 14:00-18:30", in order and without overlap; null when it does not read so. Empty is closed. */
export function periodsOrNull(written: string): Array<[string, string]> | null {
  if (written.trim() === '') return [];
  const periods: Array<[string, string]> = [];
  for (const part of written.split(',')) {
    const [, from, to] = PERIOD.exec(part.trim()) ?? [];
    const opens = from ? timeOrNull(from) : null;
    const closes = to ? timeOrNull(to) : null;
    const before = periods.at(-1)?.[1] ?? '';
    if (!opens || !closes || opens >= closes || opens < before) return null;
    periods.push([opens, closes]);
  }
  return periods;
}

const isDay = (line: string) => /^\d{4}-\d\d-\d\d$/.test(line) && !Number.isNaN(Date.parse(line));

function wholeNumber(written: string, least: number, most: number): number | null {
  const number = /^\d+$/.test(written) ? Number(written) : Number.NaN;
  return number >= least && number <= most ? number : null;
}

function read(req: Request): { values: Values; wrong: Record<string, string>; settings: setting.Shop } {
  const before = shop(req);
  const wrong: Record<string, string> = {};
  const values = {
    // Not hours[1], hours[2]…: the form reader would make that a list, and move every day by one.
    hours: Object.fromEntries(DAYS.map((day) => [day, text(req, `hours-${day}`)])),
    withdrawal_notice: text(req, 'withdrawal_notice'),
    quality_photo_required: text(req, 'quality_photo_required'),
    staff_may_record_approvals: text(req, 'staff_may_record_approvals'),
  } as unknown as Values;
  const short = ['name', 'contact_person', 'phone', 'email', 'language', 'currency', 'time_zone', 'cutoff'];
  for (const name of [...short, 'delivery', 'stop_window_minutes', 'proof_minutes', 'proof_valid_days']) {
    values[name] = text(req, name);
  }
  for (const name of ['address_lines', 'legal_lines', 'holidays'])
    values[name] = text(req, name, MAX_LINES_LENGTH);

  /** Notes what is wrong and goes on with what was there before, so that every mistake is found at once. */
  const keep = <T>(field: string, given: T | null, otherwise: T): T => {
    if (given === null) wrong[field] = field.startsWith('hours') ? 'hours' : field;
    return given ?? otherwise;
  };
  const when = (isRight: boolean, written: string) => (isRight ? written : null);
  const opening_hours = Object.fromEntries(
    DAYS.map((day) => [day, keep(`hours-${day}`, periodsOrNull(values.hours[day] ?? ''), [])]),
  ) as setting.Shop['opening_hours'];
  if (!Object.keys(wrong).length && DAYS.every((day) => opening_hours[day]?.length === 0))
    wrong['hours-1'] = 'never_open';
  const currency = keep(
    'currency',
    when(/^[A-Z]{3}$/.test(values.currency), values.currency),
    before.currency,
  );
  const settings: setting.Shop = {
    ...before,
    name: keep('name', values.name || null, before.name),
    contact_person: keep('contact_person', values.contact_person || null, before.contact_person),
    phone: keep('phone', when(isPhone(values.phone), values.phone), before.phone),
    email: keep('email', when(isEmail(values.email), values.email), before.email),
    address_lines: keep(
      'address_lines',
      textLines(values.address_lines).length ? textLines(values.address_lines) : null,
      before.address_lines,
    ),
    legal_lines: textLines(values.legal_lines),
    language: values.language === 'en' ? 'en' : 'fr',
    currency,
    time_zone: keep(
      'time_zone',
      when(IANAZone.isValidZone(values.time_zone), values.time_zone),
      before.time_zone,
    ),
    opening_hours,
    holidays: keep(
      'holidays',
      textLines(values.holidays).every(isDay) ? textLines(values.holidays) : null,
      before.holidays,
    ),
    cutoff: keep('cutoff', timeOrNull(values.cutoff), before.cutoff),
    delivery_cents: keep('delivery', centsOrNull(values.delivery, currency), before.delivery_cents),
    stop_window_minutes: keep(
      'stop_window_minutes',
      wholeNumber(values.stop_window_minutes, 0, LONGEST_STOP_MINUTES),
      0,
    ),
    proof_minutes: keep('proof_minutes', wholeNumber(values.proof_minutes, 1, LONGEST_PROOF_MINUTES), 1),
    proof_valid_days: keep(
      'proof_valid_days',
      wholeNumber(values.proof_valid_days, 1, LONGEST_PROOF_DAYS),
      1,
    ),
    withdrawal_notice: values.withdrawal_notice === 'on',
    quality_photo_required: values.quality_photo_required === 'on',
    staff_may_record_approvals: values.staff_may_record_approvals === 'on',
  };
  return { values, wrong, settings };
}

export async function update(req: Request, res: Response): Promise<void> {
  const { values, wrong, settings } = read(req);
  const errors = Object.entries(wrong).map(([field, key]) => ({
    field,
    message: res.locals.t(`staff:shop.wrong.${key}`),
  }));
  if (errors.length > 0) {
    render(res, 422, values, errors);
    return;
  }
  await setting.saveShop(portal(req).db, settings);
  res.redirect(303, '/owner/shop?saved=1');
}
