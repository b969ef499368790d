// The whole life of an order, and the only code that writes orders.state.
import { Conflict } from '../errors';
import { now, type Trx } from './database';

export const STATES = [
  'draft',
  'awaiting_artwork',
  'preparing',
  'proofed',
  'changes_requested',
  'approved',
  'paid',
  'released',
  'printing',
  'finishing',
  'ready',
  'handed_over',
  'cancelled',
] as const;
export type OrderState = (typeof STATES)[number];

interface Move {
  from: OrderState[];
  to: OrderState;
}

// `capture_payment` leaves only `approved`, and `release` only `paid`: the promise, as a table.
export const MOVES = {
  place: { from: ['draft'], to: 'preparing' },
  place_without_artwork: { from: ['draft'], to: 'awaiting_artwork' },
  refuse_artwork: { from: ['preparing'], to: 'awaiting_artwork' },
  submit_artwork: { from: ['awaiting_artwork', 'changes_requested'], to: 'preparing' },
  rework: { from: ['proofed'], to: 'preparing' },
  issue_proof: { from: ['preparing'], to: 'proofed' },
  request_changes: { from: ['proofed'], to: 'changes_requested' },
  approve: { from: ['proofed'], to: 'approved' },
  change_order: { from: ['preparing', 'proofed', 'approved'], to: 'preparing' },
  withdraw_approval: { from: ['approved'], to: 'proofed' },
  capture_payment: { from: ['approved'], to: 'paid' },
  release: { from: ['paid'], to: 'released' },
  start_printing: { from: ['released'], to: 'printing' },
  start_finishing: { from: ['printing'], to: 'finishing' },
  make_ready: { from: ['printing', 'finishing'], to: 'ready' },
  hand_over: { from: ['ready'], to: 'handed_over' },
  cancel: {
    from: ['draft', 'awaiting_artwork', 'preparing', 'proofed', 'changes_requested', 'approved'],
    to: 'cancelled',
  },
} as const satisfies Record<string, { from: readonly OrderState[]; to: OrderState }>;
export type Verb = keyof typeof MOVES;

const table: Record<string, Move> = MOVES as unknown as Record<string, Move>;

/** States that no sequence of verbs reaches from a draft; a mistake in the table above. */
export function unreachableStates(moves: Record<string, Move> = table): OrderState[] {
  const reached = new Set<OrderState>(['draft']);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to } of Object.values(moves)) {
      if (!reached.has(to) && from.some((state) => reached.has(state))) {
        reached.add(to);
        grew = true;
      }
    }
  }
  return STATES.filter((state) => !reached.has(state));
}

if (unreachableStates().length > 0) {
  throw new Error(`order-state: no verb leads to ${unreachableStates().join(', ')}`);
}

export function may(verb: Verb, state: OrderState): boolean {
  return table[verb].from.includes(state);
}

export function verbsFrom(state: OrderState): Verb[] {
  return (Object.keys(MOVES) as Verb[]).filter((verb) => may(verb, state));
}

/**
 * Moves one order by one conditional UPDATE, the first statement of every verb. Somebody else was faster, or
 * what `where` names is stale: Conflict, and nothing has changed.
 * `where` and `set` are columns of `orders`; `key` is the sentence for the reader who lost.
 */
export async function move(
  trx: Trx,
  order_id: string,
  verb: Verb,
  {
    where = {},
    set = {},
    key = `conflict.${verb}`,
  }: { where?: Record<string, unknown>; set?: Record<string, unknown>; key?: string } = {},
): Promise<void> {
  const moved = await trx('orders')
    .where({ ...where, id: order_id })
    .whereIn('state', table[verb].from)
    .update({ ...set, state: table[verb].to, state_since: now() });
  if (moved === 0) throw new Conflict(key);
}
