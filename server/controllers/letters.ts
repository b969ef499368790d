// Letters that left the shop, readable without any mail program.
import type { Request, Response } from 'express';
import * as message from '../models/message';
import * as order from '../models/order';
import { portal } from '../portal';

const STATES = ['queued', 'sent', 'kept', 'refused'] as const;

/** A code that went to a customer's mailbox is for that mailbox alone: nobody in the shop can sign with it. */
const isSealed = (letter: message.Message) => letter.template === 'sign-code' && letter.state !== 'kept';

export async function index(req: Request, res: Response): Promise<void> {
  const state = STATES.find((known) => known === req.query.state) ?? null;
  res.render('letters/index', { state, letters: await message.list(portal(req).db, state) });
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const letter = await message.findMessage(db, String(req.params.letter));
  const about = letter.order_id ? await order.findOrder(db, letter.order_id) : null;
  res.render('letters/show', {
    letter,
    order: about,
    is_sealed: isSealed(letter),
    url: `/staff/letters/${letter.id}/letter.html`,
  });
}

/** The letter as the customer's mail program draws it, on a page that can do nothing. */
export async function html(req: Request, res: Response): Promise<void> {
  const letter = await message.findMessage(portal(req).db, String(req.params.letter));
  if (isSealed(letter)) {
    res.redirect(303, `/staff/letters/${letter.id}`);
    return;
  }
  res.set(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; sandbox allow-popups",
  );
  res.type('html').send(letter.html);
}
