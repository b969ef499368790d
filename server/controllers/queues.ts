// Every order as a table, a page at a time, and the search over all of them.
import type { Request, Response } from 'express';
import { DateTime } from 'luxon';
import * as order from '../models/order';
import { type OrderState, STATES } from '../models/order-state';
import { portal, shop } from '../portal';
import { jobOf, OPEN_STATES, todayIn } from './jobs';

export const PAGE_LENGTH = 50;
const CLOSED: readonly OrderState[] = ['handed_over', 'cancelled'];
// An order is never seen as merely paid: it is released in the same transaction.
const FILTERS = STATES.filter((state) => state !== 'draft' && state !== 'paid');
const MAX_WORDS_LENGTH = 100;

const AFTER = /^(\d{4}-\d\d-\d\d)_([\w-]{1,64})$/;

function afterOrNull(text: unknown): Pick<order.Row, 'ready_on' | 'id'> | null {
  const [, ready_on, id] = (typeof text === 'string' && AFTER.exec(text)) || [];
  return ready_on && DateTime.fromISO(ready_on).isValid ? { ready_on, id } : null;
}

export async function index(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const today = todayIn(shop(req));
  const state = FILTERS.find((known) => known === req.query.state) ?? null;
  const rows =
    state && CLOSED.includes(state)
      ? await order.latestIn(db, [state], PAGE_LENGTH)
      : await order.inStates(
          db,
          state ? [state] : [...OPEN_STATES],
          PAGE_LENGTH + 1,
          afterOrNull(req.query.after),
        );
  const shown = rows.slice(0, PAGE_LENGTH);
  const last = shown.at(-1);
  const query = new URLSearchParams({ ...(state ? { state } : {}), after: `${last?.ready_on}_${last?.id}` });
  res.render('staff/queue', {
    state,
    filters: FILTERS,
    jobs: shown.map((row) => jobOf(res, row, today)),
    is_later_page: req.query.after !== undefined,
    next_url: rows.length > PAGE_LENGTH ? `/staff/queue?${query}` : null,
  });
}

/** A whole reference opens its order; anything else lists what holds the words. */
export async function search(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const words =
    typeof req.query.q === 'string' ? req.query.q.normalize('NFC').trim().slice(0, MAX_WORDS_LENGTH) : '';
  const rows = words ? await order.search(db, words) : [];
  const exact = rows.find((row) => row.ref === words.toUpperCase());
  if (exact) {
    res.redirect(303, `/staff/orders/${exact.ref}`);
    return;
  }
  const today = todayIn(shop(req));
  res.render('staff/search', { words, jobs: rows.map((row) => jobOf(res, row, today)) });
}
