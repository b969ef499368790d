// Everything that talks to the card processor after the checkout. Each ends in one place: look, then reduce.
import * as approval from '../models/approval';
import * as order from '../models/order';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import type { Task } from '../models/task';
import type { Portal } from '../portal';
import { type CardProcessor, ProcessorError } from '../stripe';
import { Hopeless, Moot, type Run, TryAnew } from './task-context';

function processor({ cards }: Portal): CardProcessor {
  if (!cards)
    throw new Hopeless('No card processor is set up any more: set STRIPE_SECRET_KEY and try again.');
  return cards;
}

async function lookAndReduce(portal: Portal, payment_id: string): Promise<payment.Payment> {
  const before = await payment.findPayment(portal.db, payment_id);
  await payment.reduce(portal.db, payment_id, await processor(portal).look(before));
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
) {
  const { ref } = await order.findOrder(portal.db, signed.order_id);
  const { version } = await proof.findProof(portal.db, signed.proof_id);
  const name = signed.typed_name.slice(0, METADATA_VALUE_LENGTH);
  await cards.describe(
    held.payment_intent as string,
    `${ref} – proof v${version} approved ${signed.signed_at.slice(0, 10)} by ${name}`,
    { approval: signed.id, proof_sha256: signed.proof_sha256, approval_hash: signed.event_hash },
    `anchor:${signed.id}:${held.id}`,
  );
}

const captureKey = (task: Task) => `${task.id}:${task.generation}`;

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
  if (held.state === 'lapsed' || held.state === 'released' || held.state === 'failed') {
    await payment.tellLapse(db, payment_id);
    throw new Moot('the reservation is gone');
  }
  if (held.state !== 'authorized' || !held.payment_intent)
    throw new Moot(`nothing is reserved: ${held.state}`);
  await anchor(cards, portal, held, signed);
  try {
    await cards.capture(held.payment_intent, signed.total_cents, captureKey(task));
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
    await payment.tellLapse(portal.db, payment_id);
    return;
  }
  if (error.kind === 'fault') throw new TryAnew(error.message);
  await payment.refuseCapture(portal.db, payment_id, error.message);
}

export const releaseHold: Run = async (portal, task) => {
  const payment_id = String(task.payload.payment_id);
  const held = await lookAndReduce(portal, payment_id);
  if (!['created', 'open', 'requires_action', 'authorized'].includes(held.state)) return;
  if (!held.checkout_session && !held.payment_intent) {
    await payment.abandon(portal.db, payment_id);
    return;
  }
  try {
    await processor(portal).release(held, captureKey(task));
  } catch (error) {
    if (!(error instanceof ProcessorError) || error.kind === 'unknown') throw error;
    if (error.kind === 'fault') throw new TryAnew(error.message);
  }
  const after = await lookAndReduce(portal, payment_id);
  if (after.state === 'authorized') throw new TryAnew('the reservation is still there');
};

export const applyStripeEvent: Run = async (portal, task) => {
  const object_id = task.payload.object_id === null ? null : String(task.payload.object_id);
  if (!object_id) return;
  const { db } = portal;
  let known = object_id.startsWith('cs_')
    ? await payment.findByCheckoutOrNull(db, object_id)
    : await payment.findByIntentOrNull(db, object_id);
  if (!known && object_id.startsWith('pi_')) {
    // The delivery was faster than our own note of which intent belongs to the checkout.
    const payment_id = await processor(portal).paymentIdOf(object_id);
    known = payment_id ? await payment.findPayment(db, payment_id).catch(() => null) : null;
    if (known) {
      await payment.reduce(
        db,
        known.id,
        await processor(portal).look({ payment_intent: object_id, checkout_session: null }),
      );
      return;
    }
  }
  if (!known) throw new Moot('not a payment of this shop');
  await lookAndReduce(portal, known.id);
};

/** Asks after every payment that may have moved while nobody told us. */
export const sweepPayments: Run = async (portal) => {
  for (const open of await payment.unsettled(portal.db)) await lookAndReduce(portal, open.id);
};
