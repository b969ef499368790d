// Asks after everything that may have moved while nobody told us, and writes down what that found.
import { later, now } from '../models/database';
import * as dispute from '../models/dispute';
import * as fraudWarning from '../models/fraud-warning';
import * as order from '../models/order';
import * as payment from '../models/payment';
import * as sweep from '../models/sweep';
import type { Portal } from '../portal';
import { ProcessorError } from '../stripe';
import { lookAtDispute, paymentOf } from './dispute-tasks';
import { lookAndReduce, processor } from './payment-tasks';
import type { Run } from './task-context';

/** How far back the processor's own lists are read: a little more than how long it repeats a delivery. */
const LONG_LOOK_MS = 4 * 24 * 3_600_000;

interface Findings {
  looked: number;
  repaired: number;
  unresolved: sweep.Unresolved[];
}

/** Nobody answers at all, or the key is not taken: what was seen so far says nothing of the payments. */
class Unreachable extends Error {}

const amounts = (paid: payment.Payment) =>
  [paid.state, paid.authorized_cents, paid.captured_cents, paid.refunded_cents].join(' ');

async function note(
  portal: Portal,
  found: Findings,
  paid: payment.Payment,
  problem: sweep.Unresolved['problem'],
  detail: string,
): Promise<void> {
  const { ref } = await order.findOrder(portal.db, paid.order_id);
  found.unresolved.push({ problem, order_ref: ref, payment_intent: paid.payment_intent, detail });
}

/** Does one look. One thing that the processor does not know hides no other; a processor that is away ends it all. */
async function attempt(
  portal: Portal,
  found: Findings,
  paid: payment.Payment,
  look: () => Promise<boolean>,
): Promise<void> {
  found.looked += 1;
  try {
    if (await look()) found.repaired += 1;
  } catch (error) {
    if (!(error instanceof ProcessorError)) {
      await note(portal, found, paid, 'failed', error instanceof Error ? error.message : String(error));
    } else if (error.kind === 'refused') await note(portal, found, paid, 'unknown_there', error.message);
    else throw new Unreachable(error.message);
  }
}

async function lookAtOpen(portal: Portal, found: Findings): Promise<void> {
  const { db } = portal;
  for (const { id } of await payment.unsettled(db)) {
    const before = await payment.findPayment(db, id);
    await attempt(
      portal,
      found,
      before,
      async () => amounts(await lookAndReduce(portal, id)) !== amounts(before),
    );
  }
  for (const open of await dispute.unsettled(db)) {
    const paid = await payment.findPayment(db, open.payment_id);
    await attempt(portal, found, paid, async () => {
      const facts = await lookAtDispute(portal, open.id);
      return facts.status !== open.status;
    });
  }
}

/** What the processor's lists hold that we have not heard of. */
async function lookAtLists(portal: Portal, found: Findings, since: string): Promise<void> {
  const { db } = portal;
  const looked_at = now();
  const listed = await processor(portal).since(since);
  for (const { payment_intent, payment_id, facts } of listed.payments) {
    const known = payment_id ? await payment.findPaymentOrNull(db, payment_id) : null;
    if (!known) {
      const detail = `${facts.state} ${facts.captured_cents || facts.authorized_cents}`;
      found.unresolved.push({ problem: 'unknown_here', order_ref: null, payment_intent, detail });
      continue;
    }
    await attempt(portal, found, known, async () => {
      if (known.payment_intent && known.payment_intent !== payment_intent) return false;
      await payment.reduce(db, known.id, facts);
      const after = await payment.findPayment(db, known.id);
      const isSame =
        after.captured_cents === facts.captured_cents && after.refunded_cents === facts.refunded_cents;
      if (!isSame) {
        const detail = `${after.captured_cents}/${facts.captured_cents}, ${after.refunded_cents}/${facts.refunded_cents}`;
        await note(portal, found, after, 'differs', detail);
      }
      return amounts(after) !== amounts(known);
    });
  }
  for (const facts of listed.disputes) {
    const paid = await paymentOf(portal, facts.payment_intent);
    if (paid) await attempt(portal, found, paid, () => dispute.reduce(db, paid, facts, looked_at));
  }
  for (const facts of listed.warnings) {
    const paid = await paymentOf(portal, facts.payment_intent);
    if (paid) await attempt(portal, found, paid, () => fraudWarning.note(db, paid, facts));
  }
}

/** Compares our open payments with the processor; once a day also its own lists with ours. Never fails: it reports. */
export const sweepPayments: Run = async (portal, task) => {
  const { db } = portal;
  const started_at = now();
  const found: Findings = { looked: 0, repaired: 0, unresolved: [] };
  const last = await sweep.lastGood(db, true);
  const isLong =
    task.payload.long === true || !last || last.started_at < later(started_at, -sweep.LONG_EVERY_MS);
  let failure: string | null = null;
  try {
    await lookAtOpen(portal, found);
    if (isLong) await lookAtLists(portal, found, later(started_at, -LONG_LOOK_MS));
  } catch (error) {
    if (!(error instanceof Unreachable) && !(error instanceof ProcessorError)) throw error;
    failure = error.message;
  }
  await sweep.record(db, { started_at, is_long: isLong ? 1 : 0, ...found, failure });
};
