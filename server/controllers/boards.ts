// The production board, by promised date. What a job costs has no place on it.
import type { Request, Response } from 'express';
import * as order from '../models/order';
import type { OrderState } from '../models/order-state';
import { type Step, stepsFrom } from '../models/ticket';
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

interface Card extends Job {
  /** The others are in the menu too, unseen: a card that is moved has other steps. */
  steps: Step[];
  handover_url: string | null;
}

/** Where a job may take no step at all, one is offered that says why. */
function offeredSteps(state: OrderState): Step[] {
  const open = stepsFrom(state);
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
      steps: offeredSteps(row.state),
      handover_url: row.state === 'ready' ? `/staff/orders/${row.ref}/handover` : null,
    }));
    return { key, cards, age: ageOf(res, mine) };
  });
  const gone = await order.latestIn(db, ['handed_over'], LAST_HANDED_OVER);
  res.render('staff/board', { columns, handed_over: gone.map((row) => jobOf(res, row, today)) });
}
