// When the shop is open, and what it may therefore promise. All local time is the shop's, summer time included.
import { DateTime, IANAZone } from 'luxon';
import type { Shop } from './setting';

/** `opening_hours` by ISO weekday, Monday first; no period: closed. `holidays` are closed whatever the weekday. */
export type Calendar = Pick<Shop, 'time_zone' | 'opening_hours' | 'holidays' | 'cutoff'>;

/** A shop that has not opened by then has no opening hours at all. */
export const FURTHEST_DAYS = 400;

const MINUTE_MS = 60_000;

interface Day {
  date: string;
  /** Moments in milliseconds, in order; never empty. */
  periods: Array<{ from: number; to: number }>;
  /** Approved before this moment, the job belongs to this day. */
  cutoff: number;
}

/** From the day of `at` on, the days on which the shop opens. */
function* openDays(calendar: Calendar, at: string): Generator<Day, never> {
  if (!IANAZone.isValidZone(calendar.time_zone)) throw new Error(`Unknown time zone: ${calendar.time_zone}`);
  const today = DateTime.fromISO(at, { zone: calendar.time_zone }).startOf('day');
  if (!today.isValid) throw new Error(`Not a moment: ${at}`);
  for (let days = 0; days <= FURTHEST_DAYS; days += 1) {
    const day = openDayOrNull(calendar, today.plus({ days }));
    if (day) yield day;
  }
  throw new Error(
    `The shop does not open in the ${FURTHEST_DAYS} days after ${at}: check its opening hours.`,
  );
}

function openDayOrNull(calendar: Calendar, day: DateTime): Day | null {
  const date = day.toISODate()!;
  if (calendar.holidays.includes(date)) return null;
  const hours = calendar.opening_hours[String(day.weekday) as keyof Calendar['opening_hours']] ?? [];
  const periods = hours
    .map(([opens, closes]) => ({ from: momentOn(day, opens), to: momentOn(day, closes) }))
    // The hour that summer time skips leaves nothing between opening and closing.
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  if (periods.length === 0) return null;
  const closing = Math.max(...periods.map(({ to }) => to));
  return { date, periods, cutoff: Math.min(momentOn(day, calendar.cutoff), closing) };
}

function momentOn(day: DateTime, time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return day.set({ hour, minute }).toMillis();
}

function* openPeriods(calendar: Calendar, at: string): Generator<{ from: number; to: number }, never> {
  const days = openDays(calendar, at);
  for (;;) yield* days.next().value.periods;
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

export function isOpen(calendar: Calendar, at: string): boolean {
  const moment = Date.parse(at);
  const day = openDayOrNull(calendar, DateTime.fromISO(at, { zone: calendar.time_zone }).startOf('day'));
  return day?.periods.some(({ from, to }) => from <= moment && moment < to) ?? false;
}

/** When the doors open next, as ISO UTC; while they are open, the opening after this one. */
export function nextOpening(calendar: Calendar, at: string): string {
  const moment = Date.parse(at);
  const periods = openPeriods(calendar, at);
  for (;;) {
    const { from } = periods.next().value;
    if (from > moment) return iso(from);
  }
}

/**
 * The day on which a job approved at this moment is ready, `working_days` open days after the day of approval, and
 * the moment (ISO UTC) before which it must be approved for that. After the cut-off, or after closing time when
 * that comes first, a job belongs to the next open day.
 */
export function readyOn(
  calendar: Calendar,
  approved_at: string,
  working_days: number,
): { ready_on: string; cutoff_at: string } {
  const approved = Date.parse(approved_at);
  const days = openDays(calendar, approved_at);
  let day = days.next().value;
  while (day.cutoff <= approved) day = days.next().value;
  const cutoff_at = iso(day.cutoff);
  for (let left = working_days; left > 0; left -= 1) day = days.next().value;
  return { ready_on: day.date, cutoff_at };
}

/** The moment (ISO UTC) by which so many minutes of opening time have passed: "by 15:40 today". */
export function promisedBy(calendar: Calendar, from: string, minutes_of_opening: number): string {
  const start = Date.parse(from);
  const periods = openPeriods(calendar, from);
  let left = minutes_of_opening * MINUTE_MS;
  for (;;) {
    const period = periods.next().value;
    if (period.to <= start) continue;
    const begins = Math.max(period.from, start);
    if (begins + left <= period.to) return iso(begins + left);
    left -= period.to - begins;
  }
}
