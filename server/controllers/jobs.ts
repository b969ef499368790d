// One order as a line of a staff page: what it is, how far it is, when it is due. Never what it costs.
import type { Response } from 'express';
import { DateTime } from 'luxon';
import type { Language, Row } from '../models/order';
import { type OrderState, STATES } from '../models/order-state';
import type { Shop } from '../models/setting';

export const OPEN_STATES = STATES.filter((state) => !['draft', 'handed_over', 'cancelled'].includes(state));
const FINISHED: readonly OrderState[] = ['ready', 'handed_over', 'cancelled'];

const TONES: Record<OrderState, 'info' | 'ok' | 'warn' | 'bad' | 'hold' | 'neutral'> = {
  draft: 'neutral',
  awaiting_artwork: 'warn',
  preparing: 'info',
  proofed: 'warn',
  changes_requested: 'hold',
  approved: 'ok',
  paid: 'ok',
  released: 'ok',
  printing: 'info',
  finishing: 'info',
  ready: 'ok',
  handed_over: 'neutral',
  cancelled: 'neutral',
};

export interface Job {
  ref: string;
  url: string;
  name: string;
  what: string;
  paper: string;
  size: string;
  state: OrderState;
  is_rush: boolean;
  status: { tone: string; label: string };
  due: Due;
  since: string;
}

export interface Due {
  due: 'late' | 'today' | 'soon' | 'done';
  label: string;
  datetime: string;
}

export const todayIn = (shop: Shop): string => DateTime.now().setZone(shop.time_zone).toISODate() as string;

const daysBetween = (from: string, to: string) =>
  Math.round(DateTime.fromISO(to).diff(DateTime.fromISO(from), 'days').days);

export function statusOf(res: Response, state: OrderState): Job['status'] {
  return { tone: TONES[state], label: res.locals.t(`staff:states.${state}`) };
}

/** "Late 1 day", "Today", "Fri 27 Nov"; a finished job is never late. */
export function dueOf(res: Response, state: OrderState, ready_on: string, today: string): Due {
  const { t, date } = res.locals;
  const short = date(ready_on, 'short');
  if (FINISHED.includes(state)) return { due: 'done', label: short, datetime: ready_on };
  const late = daysBetween(ready_on, today);
  if (late > 0) return { due: 'late', label: t('staff:due.late', { count: late }), datetime: ready_on };
  if (late === 0) return { due: 'today', label: t('staff:due.today'), datetime: ready_on };
  return { due: 'soon', label: short, datetime: ready_on };
}

export function jobOf(res: Response, row: Row, today: string): Job {
  const words = row.product[res.locals.lang as Language];
  return {
    ref: row.ref,
    url: `/staff/orders/${row.ref}`,
    name: row.contact_name,
    what: `${words.quantity} × ${words.name}`,
    paper: words.paper,
    size: words.size,
    state: row.state,
    is_rush: row.rush,
    status: statusOf(res, row.state),
    due: dueOf(res, row.state, row.ready_on as string, today),
    since: row.state_since,
  };
}

/** "3 days", "2 h": how long the oldest of these has been where it is. */
export function ageOf(res: Response, rows: Row[]): string | null {
  if (rows.length === 0) return null;
  const oldest = rows.map((row) => row.state_since).sort()[0];
  const hours = Math.floor((Date.now() - Date.parse(oldest)) / 3_600_000);
  const { t } = res.locals;
  if (hours < 1) return null;
  return hours < 24
    ? t('staff:age.hours', { count: hours })
    : t('staff:age.days', { count: Math.floor(hours / 24) });
}
