// Every state of money that does not go on by itself, with the one thing to do next.
import { type Db, later, now } from './database';
import * as dispute from './dispute';
import * as fraudWarning from './fraud-warning';
import * as payment from './payment';
import * as refund from './refund';

export type Stuck =
  /** Signed for a card, and nothing is reserved or being charged any more. */
  | 'unpaid'
  /** A charge was tried and is being tried again: the processor does not answer, or answers badly. */
  | 'charge_waits'
  /** A charge, a reservation's return or a refund was tried to the end; an owner can start it again. */
  | 'parked'
  | 'unsigned_money'
  | 'refund_waits'
  | 'refund_failed'
  | 'dispute'
  | 'fraud_warning';

export interface StuckPayment {
  kind: Stuck;
  order_id: string;
  since: string;
  amount_cents: number;
  currency: string;
  /** The processor's last words, when there were any. */
  said: string | null;
  due_at: string | null;
  subject_id: string;
}

const MONEY_TASKS = [
  'capture_payment',
  'release_hold',
  'sync_payment',
  'refund_payment',
  'stage_evidence',
  'submit_evidence',
  'accept_dispute',
];
/** A reservation takes this long to be confirmed at worst; a signature without one is only then called unpaid. */
export const CONFIRMATION_MS = 2 * 60_000;

async function unpaid(db: Db): Promise<StuckPayment[]> {
  const rows = await db('orders')
    .where({ state: 'approved', payment_method: 'card' })
    .select('id', 'state_since', 'total_cents', 'currency');
  const found: StuckPayment[] = [];
  for (const { id, state_since, total_cents, currency } of rows) {
    if ((await payment.usableHoldOrNull(db, id)) || (await isMoving(db, id))) continue;
    const last = (await payment.ofOrder(db, id)).at(-1);
    if (last && isConfirming(last)) continue;
    const subject_id = id;
    const said = last?.last_error ?? null;
    const money = { amount_cents: total_cents, currency };
    found.push({
      kind: 'unpaid',
      order_id: id,
      since: state_since,
      ...money,
      said,
      due_at: null,
      subject_id,
    });
  }
  return found;
}

const isConfirming = ({ state, created_at }: payment.Payment) =>
  ['created', 'open', 'requires_action'].includes(state) && created_at > later(now(), -CONFIRMATION_MS);

async function isMoving(db: Db, order_id: string): Promise<boolean> {
  const tasks = await db('tasks')
    .where({ order_id, kind: 'capture_payment' })
    .whereIn('state', ['ready', 'leased', 'parked'])
    .first('id');
  return Boolean(tasks);
}

async function tasksThat(
  db: Db,
  kind: Stuck,
  where: { kinds: string[]; states: string[]; attempts: number },
): Promise<StuckPayment[]> {
  const rows = await db('tasks')
    .join('orders', 'orders.id', 'tasks.order_id')
    .whereIn('tasks.kind', where.kinds)
    .whereIn('tasks.state', where.states)
    .where('tasks.attempts', '>=', where.attempts)
    .select(
      'tasks.id',
      'tasks.order_id',
      'tasks.created_at',
      'tasks.last_error',
      'orders.total_cents',
      'orders.currency',
    );
  return rows.map((row) => ({
    kind,
    order_id: row.order_id,
    since: row.created_at,
    amount_cents: row.total_cents,
    currency: row.currency,
    said: row.last_error,
    due_at: null,
    subject_id: row.id,
  }));
}

/** Everything about money that waits for a person, oldest first; `order_id` narrows it to one order. */
export async function stuckPayments(db: Db, order_id?: string): Promise<StuckPayment[]> {
  const given = (row: { order_id: string; amount_cents: number; currency: string }) => ({
    order_id: row.order_id,
    amount_cents: row.amount_cents,
    currency: row.currency,
  });
  const found: StuckPayment[] = [
    ...(await unpaid(db)),
    ...(await tasksThat(db, 'charge_waits', {
      kinds: ['capture_payment'],
      states: ['ready', 'leased'],
      attempts: 1,
    }).then((rows) => rows.filter(({ said }) => said !== null))),
    ...(await tasksThat(db, 'refund_waits', {
      kinds: ['refund_payment'],
      states: ['ready', 'leased'],
      attempts: 1,
    }).then((rows) => rows.filter(({ said }) => said !== null))),
    ...(await tasksThat(db, 'parked', { kinds: MONEY_TASKS, states: ['parked'], attempts: 0 })),
  ];
  for (const each of await payment.alerts(db)) {
    const amount_cents = each.captured_cents - each.refunded_cents;
    found.push({
      ...given(each),
      amount_cents,
      kind: 'unsigned_money',
      since: each.captured_at ?? each.updated_at,
      said: null,
      due_at: null,
      subject_id: each.id,
    });
  }
  for (const each of await refund.unresolved(db)) {
    const since = each.settled_at ?? each.created_at;
    found.push({
      ...given(each),
      kind: 'refund_failed',
      since,
      said: each.last_error,
      due_at: null,
      subject_id: each.id,
    });
  }
  for (const each of await dispute.waiting(db)) {
    found.push({
      ...given(each),
      kind: 'dispute',
      since: each.opened_at,
      said: null,
      due_at: each.due_by,
      subject_id: each.id,
    });
  }
  for (const each of await fraudWarning.waiting(db)) {
    const paid = await payment.findPayment(db, each.payment_id);
    const money = { amount_cents: paid.captured_cents, currency: paid.currency };
    found.push({
      order_id: each.order_id,
      ...money,
      kind: 'fraud_warning',
      since: each.warned_at,
      said: null,
      due_at: null,
      subject_id: each.id,
    });
  }
  return found
    .filter((each) => !order_id || each.order_id === order_id)
    .sort((a, b) => a.since.localeCompare(b.since));
}
