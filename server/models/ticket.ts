// The job ticket: it exists when, and only when, the order is signed and paid. Production moves by it.
import { Conflict, NotFound } from '../errors';
import { type Db, lockOrder, now, type Trx, within } from './database';
import * as event from './event';
import * as jobHold from './job-hold';
import * as message from './message';
import { may, move, type OrderState, type Verb } from './order-state';
import type { Payment } from './payment';
import * as pressFile from './press-file';
import { findProof } from './proof';
import * as task from './task';
import { randomCode } from './token';

export interface Ticket {
  order_id: string;
  scan_code: string;
  approval_id: string;
  proof_id: string;
  proof_sha256: string;
  payment_id: string;
  released_at: string;
}

const SCAN_CODE_LENGTH = 10;

/**
 * A payment was captured for a signed order: the order is paid and its job released, in the caller's transaction.
 * Conflict when the approval was withdrawn in the same instant; the database refuses what slips past.
 */
export async function pay(trx: Trx, payment: Payment): Promise<void> {
  const { order_id, approval_id } = payment;
  await move(trx, order_id, 'capture_payment', { where: { live_approval_id: approval_id } });
  const approval = await trx('approvals').where({ id: approval_id }).first('proof_id', 'proof_sha256');
  const scan_code = randomCode(SCAN_CODE_LENGTH);
  await trx('tickets').insert({
    order_id,
    scan_code,
    approval_id,
    proof_id: approval.proof_id,
    proof_sha256: approval.proof_sha256,
    payment_id: payment.id,
    released_at: now(),
  });
  await move(trx, order_id, 'release');
  const press = await pressFile.ofProof(trx, approval.proof_id);
  const { specification } = await findProof(trx, approval.proof_id);
  await event.append(trx, order_id, 'job.released', event.SYSTEM, {
    approval: approval_id,
    proof: approval.proof_id,
    proof_sha256: approval.proof_sha256,
    press_sha256: press.sha256,
    payment: payment.id,
  });
  if (pressFile.hasSheet(specification.print)) {
    const { proof_id } = approval;
    await task.enqueue(trx, 'make_press_sheet', { proof_id }, { key: `sheet:${proof_id}`, order_id });
  }
  await task.enqueue(
    trx,
    'make_record',
    { order_id, approval_id },
    { key: `receipt:${payment.id}`, order_id },
  );
}

export async function findOrNull(db: Db, order_id: string): Promise<Ticket | null> {
  return (await db('tickets').where({ order_id }).first()) ?? null;
}

export async function findByScanCode(db: Db, scan_code: string): Promise<Ticket> {
  const row = await db('tickets').where({ scan_code: scan_code.trim().toUpperCase() }).first();
  if (!row) throw new NotFound();
  return row;
}

export const STEPS = {
  printing: { verb: 'start_printing', type: 'job.printing' },
  finishing: { verb: 'start_finishing', type: 'job.finishing' },
  ready: { verb: 'make_ready', type: 'job.ready' },
  handed_over: { verb: 'hand_over', type: 'job.handed_over' },
} as const satisfies Record<string, { verb: Verb; type: event.EventType }>;
export type Step = keyof typeof STEPS;

export const isStep = (text: string): text is Step => Object.hasOwn(STEPS, text);

/** Steps that a job may take inside the shop from this state; handing it over is another matter. */
export const stepsFrom = (state: OrderState): Step[] =>
  (['printing', 'finishing', 'ready'] as const).filter((step) => may(STEPS[step].verb, state));

/** What the line of a step says beyond the step itself. */
interface Acknowledgement {
  data?: Parameters<typeof event.append>[4];
  personal?: Parameters<typeof event.append>[5];
}

// These two steps have forms of their own, which write down what was counted and who received it.
const CHECKED_IN = { ready: 'piece_counts', handed_over: 'handovers' } as const;

async function assertChecked(trx: Trx, order_id: string, step: Step): Promise<void> {
  if (step !== 'ready' && step !== 'handed_over') return;
  const row = await trx(CHECKED_IN[step]).where({ order_id }).first('order_id');
  if (!row) throw new Conflict(`conflict.${STEPS[step].verb}`);
}

/** Moves a released job one step on. Conflict when it is not released, or not where the colleague thinks. */
export async function advance(
  db: Db,
  order_id: string,
  step: Step,
  staff_id: string,
  { data = {}, personal = {} }: Acknowledgement = {},
): Promise<void> {
  const { verb, type } = STEPS[step];
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    await assertChecked(trx, order_id, step);
    await move(trx, order_id, verb);
    if (step === 'printing') await jobHold.assertFree(trx, order_id);
    const held = await findOrNull(trx, order_id);
    if (!held) throw new Conflict(`conflict.${verb}`);
    await event.append(
      trx,
      order_id,
      type,
      event.byStaff(staff_id),
      { ...data, proof_sha256: held.proof_sha256 },
      personal,
    );
    if (step !== 'printing') return;
    const order = await trx('orders').where({ id: order_id }).first('id', 'contact_email');
    await message.enqueue(trx, 'in-production', order, `in-production:${order_id}`);
  });
}
