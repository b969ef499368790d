// News from Stripe: whatever it claims, it only says what to look at.
import * as payment from '../models/payment';
import { lookAtDispute, lookAtWarning } from './dispute-tasks';
import { lookAndReduce, processor } from './payment-tasks';
import { Moot, type Run } from './task-context';

export const applyStripeEvent: Run = async (portal, task) => {
  const object_id = task.payload.object_id === null ? null : String(task.payload.object_id);
  if (!object_id) return;
  const { db } = portal;
  const type = String(task.payload.type);
  if (type.startsWith('charge.dispute.')) {
    await lookAtDispute(portal, object_id);
    return;
  }
  if (type.startsWith('radar.early_fraud_warning.')) {
    await lookAtWarning(portal, object_id);
    return;
  }
  let known = object_id.startsWith('cs_')
    ? await payment.findByCheckoutOrNull(db, object_id)
    : await payment.findByIntentOrNull(db, object_id);
  if (!known && object_id.startsWith('pi_')) {
    // The delivery was faster than our own note of which intent belongs to the checkout.
    const payment_id = await processor(portal).paymentIdOf(object_id);
    known = payment_id ? await payment.findPaymentOrNull(db, payment_id) : null;
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
