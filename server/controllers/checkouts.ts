// Reserving the amount on a card, on the processor's own page. Coming back proves nothing: the worker looks.
import type { Request, Response } from 'express';
import { Conflict } from '../errors';
import * as order from '../models/order';
import * as payment from '../models/payment';
import { randomCode } from '../models/token';
import { portal, room } from '../portal';
import { ProcessorError } from '../stripe';

const PAYABLE: order.Order['state'][] = [
  'awaiting_artwork',
  'preparing',
  'proofed',
  'changes_requested',
  'approved',
];

export async function show(req: Request, res: Response): Promise<void> {
  const { db, cards } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  const hold = await payment.usableHoldOrNull(db, placed.id);
  if (hold || !PAYABLE.includes(placed.state)) {
    res.redirect(303, base);
    return;
  }
  res.render('payments/form', {
    order: placed,
    base,
    has_cards: cards !== null,
    is_confirming: req.query.returned !== undefined,
    was_cancelled: req.query.cancelled !== undefined,
    failed: (await payment.ofOrder(db, placed.id)).some(
      ({ state }) => state === 'failed' || state === 'lapsed',
    ),
    status_url: `${base}/status.json`,
    action: `${base}/pay`,
    error: null,
  });
}

export async function create(req: Request, res: Response): Promise<void> {
  const { config, db, cards } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  if (!cards || !PAYABLE.includes(placed.state)) throw new Conflict('conflict.cannot_pay');
  if (placed.payment_method !== 'card' && placed.state !== 'approved')
    await order.payBy(db, placed.id, 'card');
  if (await payment.usableHoldOrNull(db, placed.id)) {
    res.redirect(303, base);
    return;
  }
  const open = await payment.openCheckoutOrNull(db, placed.id);
  if (open?.checkout_url) {
    res.redirect(303, open.checkout_url);
    return;
  }
  const opened = await payment.openCard(db, placed.id);
  try {
    const checkout = await cards.startCheckout({
      payment_id: opened.id,
      order_id: placed.id,
      order_ref: placed.ref,
      price_version: placed.price_version,
      amount_cents: placed.total_cents,
      currency: placed.currency,
      email: placed.contact_email,
      language: res.locals.lang,
      label: `${res.locals.shop.name} – ${placed.ref} – ${placed.specification.words[placed.language].name}`,
      success_url: `${config.base_url}${base}/return?sid={CHECKOUT_SESSION_ID}`,
      cancel_url: `${config.base_url}${base}/pay?cancelled=1`,
    });
    // Cancelled, or paid otherwise, while the bank was preparing its page: nobody is sent there any more.
    if (!(await payment.noteCheckout(db, opened.id, checkout))) throw new Conflict('conflict.cannot_pay');
    res.redirect(303, checkout.url);
  } catch (error) {
    if (!(error instanceof ProcessorError)) throw error;
    await payment.abandon(db, opened.id);
    res.status(503).render('payments/form', {
      order: placed,
      base,
      has_cards: true,
      is_confirming: false,
      was_cancelled: false,
      failed: false,
      status_url: `${base}/status.json`,
      action: `${base}/pay`,
      error: 'bank_unreachable',
    });
  }
}

// The worker usually hears from the bank within this; a customer who waits longer is told so on the next page.
const CONFIRMATION_WAIT_MS = 4_000;
const CONFIRMATION_LOOK_MS = 150;

async function confirmed(req: Request, payment_id: string): Promise<void> {
  const deadline = Date.now() + CONFIRMATION_WAIT_MS;
  while (Date.now() < deadline) {
    const { state } = await payment.findPayment(portal(req).db, payment_id);
    if (state !== 'open' && state !== 'requires_action' && state !== 'created') return;
    await new Promise((done) => setTimeout(done, CONFIRMATION_LOOK_MS));
  }
}

/** The customer is back from the payment page. */
export async function comeBack(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: found, base } = room(req);
  const returned = await payment.findByCheckoutOrNull(db, String(req.query.sid ?? ''));
  if (returned && returned.order_id === found.id) {
    await payment.enqueueSync(db, returned, `returned-${randomCode(6)}`);
    portal(req).wake();
    await confirmed(req, returned.id);
  }
  res.redirect(303, found.state === 'approved' ? `${base}/approved` : `${base}/preparing`);
}

/** The customer would rather pay at the counter; nothing stays reserved. */
export async function payAtCounter(req: Request, res: Response): Promise<void> {
  await order.payBy(portal(req).db, room(req).order.id, 'counter');
  portal(req).wake();
  res.redirect(303, room(req).base);
}
