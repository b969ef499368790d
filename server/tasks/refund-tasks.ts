// Money given back to a card. A refund is not guarded by the payment's state as a capture is: Stripe would make the
// same one twice. So whatever may have happened before is looked for before anything is asked anew.
import * as payment from '../models/payment';
import * as refund from '../models/refund';
import { type CardProcessor, ProcessorError } from '../stripe';
import { lookAndReduce, processor, requestKey } from './payment-tasks';
import { type Run, TryAnew } from './task-context';

async function existing(cards: CardProcessor, intent: string, id: string) {
  return (await cards.refunds(intent)).find((each) => each.refund === id) ?? null;
}

export const refundPayment: Run = async (portal, task) => {
  const { db } = portal;
  const cards = processor(portal);
  const asked = await refund.findRefund(db, String(task.payload.refund_id));
  if (asked.state !== 'requested') return;
  const { payment_intent } = await payment.findPayment(db, asked.payment_id);
  const intent = payment_intent as string;
  const isFirst = task.attempts <= 1 && task.generation === 0;
  let made = isFirst ? null : await existing(cards, intent, asked.id);
  if (!made) {
    try {
      made = await cards.refund(intent, asked, requestKey(task));
    } catch (error) {
      if (!(error instanceof ProcessorError) || error.kind === 'unknown') throw error;
      made = await existing(cards, intent, asked.id);
      if (!made && error.kind === 'fault') throw new TryAnew(error.message);
      if (!made) {
        await refund.refuse(db, asked.id, error.message);
        await lookAndReduce(portal, asked.payment_id);
        return;
      }
    }
  }
  // The sums first, while the refund is still known to be under way: then nobody takes it for somebody else's.
  await lookAndReduce(portal, asked.payment_id);
  await refund.settle(db, asked.id, made);
};
