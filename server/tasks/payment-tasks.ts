// Everything that talks to the card processor after the checkout. Each ends in one place: look, then reduce.
import * as approval from '../models/approval';
import * as order from '../models/order';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import * as refund from '../models/refund';
import type { Task } from '../models/task';
import type { Portal } from '../portal';
import { type CardProcessor, ProcessorError } from '../stripe';
import { Hopeless, Moot, type Run, TryAnew } from './task-context';

export function processor({ cards }: Portal): CardProcessor {
  if (!cards)
    throw new Hopeless('No card processor is set up any more: set STRIPE_SECRET_KEY and try again.');
  return cards;
}

async function look(portal: Portal, payment_id: string): Promise<payment.Facts> {
  const facts = await processor(portal).look(await payment.findPayment(portal.db, payment_id));
  await payment.reduce(portal.db, payment_id, facts);
  await lookAtRefunds(portal, payment_id);
  return facts;
}

/** Refunds that were made here may still come back: their bank has the last word, days later. */
async function lookAtRefunds(portal: Portal, payment_id: string): Promise<void> {
  const { payment_intent } = await payment.findPayment(portal.db, payment_id);
  const ours = (await refund.ofPayment(portal.db, payment_id)).filter(
    ({ tender, state }) => tender === 'card' && (state === 'pending' || state === 'succeeded'),
  );
  if (!payment_intent || ours.length === 0) return;
  for (const theirs of await processor(portal).refunds(payment_intent)) {
    const known = ours.find(({ id }) => id === theirs.refund);
    if (known) await refund.settle(portal.db, known.id, theirs);
  }
}

export async function lookAndReduce(portal: Portal, payment_id: string): Promise<payment.Payment> {
  await look(portal, payment_id);
  return payment.findPayment(portal.db, payment_id);
}

export const syncPayment: Run = async (portal, task) => {
  await lookAndReduce(portal, String(task.payload.payment_id));
};

const METADATA_VALUE_LENGTH = 480;

/** The approval travels with the payment before it is captured: an anchor outside this house. */
async function anchor(
  cards: CardProcessor,
  portal: Portal,
  held: payment.Payment,
  signed: approval.Approval,
  key: string,
) {
  const { ref } = await order.findOrder(portal.db, signed.order_id);
  const { version } = await proof.findProof(portal.db, signed.proof_id);
  const name = signed.typed_name.slice(0, METADATA_VALUE_LENGTH);
  try {
    await cards.describe(
      held.payment_intent as string,
      `${ref} – proof v${version} approved ${signed.signed_at.slice(0, 10)} by ${name}`,
      { approval: signed.id, proof_sha256: signed.proof_sha256, approval_hash: signed.event_hash },
      key,
    );
  } catch (error) {
    // A payment that takes no description can still be charged.
    if (!(error instanceof ProcessorError) || error.kind !== 'refused') throw error;
  }
}

export const requestKey = (task: Task) => `${task.id}:${task.generation}`;

export const capturePayment: Run = async (portal, task) => {
  const { db } = portal;
  const cards = processor(portal);
  const payment_id = String(task.payload.payment_id);
  const signed = await approval.findApproval(db, String(task.payload.approval_id));
  // A captured payment is never captured again, whatever this task believes of itself.
  const held = await lookAndReduce(portal, payment_id);
  if (held.state === 'captured' || held.state === 'refunded') return;
  const found = await order.findOrder(db, signed.order_id);
  if (signed.withdrawn_at || found.live_approval_id !== signed.id) throw new Moot('approval withdrawn');
  if (found.state !== 'approved') throw new Moot('paid otherwise');
  if (held.state === 'lapsed' || held.state === 'released' || held.state === 'failed') {
    if (!(await payment.wasGivenBack(db, payment_id))) await payment.tellLapse(db, payment_id);
    throw new Moot('the reservation is gone');
  }
  if (held.state !== 'authorized' || !held.payment_intent)
    throw new Moot(`nothing is reserved: ${held.state}`);
  try {
    await anchor(cards, portal, held, signed, `anchor:${requestKey(task)}`);
    await cards.capture(held.payment_intent, signed.total_cents, requestKey(task));
  } catch (error) {
    await afterFailedCapture(portal, payment_id, error);
    return;
  }
  const after = await lookAndReduce(portal, payment_id);
  if (after.state === 'authorized') throw new TryAnew('the capture was answered, but nothing was captured');
};

// What a failed call means is decided by what the payment says now, not by the failure.
async function afterFailedCapture(portal: Portal, payment_id: string, error: unknown): Promise<void> {
  if (!(error instanceof ProcessorError) || error.kind === 'unknown') throw error;
  const after = await lookAndReduce(portal, payment_id);
  if (after.state === 'captured' || after.state === 'refunded') return;
  if (after.state !== 'authorized') {
    if (!(await payment.wasGivenBack(portal.db, payment_id))) await payment.tellLapse(portal.db, payment_id);
    return;
  }
  if (error.kind === 'fault') throw new TryAnew(error.message);
  await payment.refuseCapture(portal.db, payment_id, error.message);
}

export const releaseHold: Run = async (portal, task) => {
  const payment_id = String(task.payload.payment_id);
  const before = await payment.findPayment(portal.db, payment_id);
  if (!before.checkout_session && !before.payment_intent) {
    await payment.abandon(portal.db, payment_id);
    return;
  }
  // What the processor says decides, not what we believe: a reservation whose charge failed may still stand.
  const facts = await look(portal, payment_id);
  if (isOver(facts)) return;
  try {
    await processor(portal).release(
      await payment.findPayment(portal.db, payment_id),
      facts,
      requestKey(task),
    );
  } catch (error) {
    if (!(error instanceof ProcessorError) || error.kind === 'unknown') throw error;
  }
  if (!isOver(await look(portal, payment_id))) throw new TryAnew('the reservation is still there');
};

const isOver = ({ state }: payment.Facts): boolean => state === 'captured' || state === 'canceled';
