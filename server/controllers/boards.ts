// The production board, by promised date. What a job costs has no place on it.
import type { Request, Response } from 'express';
import * as order from '../models/order';
import { may, type OrderState } from '../models/order-state';
import { STEPS, type Step } from '../models/ticket';
import { portal, shop } from '../portal';
import { ageOf, type Job, jobOf, OPEN_STATES, todayIn } from './jobs';

export const COLUMNS = {
  proofing: ['awaiting_artwork', 'preparing'],
  customer: ['proofed'],
  changes: ['changes_requested'],
  approved: ['approved', 'paid', 'released'],
  printing: ['printing'],
  finishing: ['finishing'],
  ready: ['ready'],
} as const satisfies Record<string, readonly OrderState[]>;
export type Column = keyof typeof COLUMNS;

const LONGEST_BOARD = 500;
const LAST_HANDED_OVER = 20;
const BY_HAND: Step[] = ['printing', 'finishing', 'ready'];

interface Card extends Job {
  steps: Step[];
  handover_url: string | null;
}

/** Steps that the job may take now; from where it may take none, the one that will say why. */
function stepsFrom(state: OrderState): Step[] {
  const open = BY_HAND.filter((step) => may(STEPS[step].verb, state));
  return open.length > 0 || state === 'ready' ? open : ['printing'];
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const today = todayIn(shop(req));
  const rows = await order.inStates(db, [...OPEN_STATES], LONGEST_BOARD);
  const columns = (Object.keys(COLUMNS) as Column[]).map((key) => {
    const states: readonly OrderState[] = COLUMNS[key];
    const mine = rows.filter((row) => states.includes(row.state));
    const cards: Card[] = mine.map((row) => ({
      ...jobOf(res, row, today),
      steps: stepsFrom(row.state),
      handover_url: row.state === 'ready' ? `/staff/orders/${row.ref}/handover` : null,
    }));
    return { key, cards, age: ageOf(res, mine) };
  });
  const gone = await order.latestIn(db, ['handed_over'], LAST_HANDED_OVER);
  res.render('staff/board', { columns, handed_over: gone.map((row) => jobOf(res, row, today)) });
}
