import type { Request, Response } from 'express';
import * as stripeEvent from '../models/stripe-event';
import { portal } from '../portal';
import { ProcessorError } from '../stripe';

/** Signature first, then remember once, then answer; what it means is found out later. */
export async function create(req: Request, res: Response): Promise<void> {
  const { cards, db, wake } = portal(req);
  if (!cards || !Buffer.isBuffer(req.body)) {
    res.status(404).end();
    return;
  }
  let event: stripeEvent.StripeEvent;
  try {
    event = cards.readWebhook(req.body, String(req.headers['stripe-signature'] ?? ''));
  } catch (error) {
    if (!(error instanceof ProcessorError) && !(error instanceof SyntaxError)) throw error;
    res.status(400).json({ error: 'signature' });
    return;
  }
  await stripeEvent.receive(db, event);
  wake();
  res.json({ received: true });
}
