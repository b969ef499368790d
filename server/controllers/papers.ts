import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import * as invoices from '../models/invoice';
import * as paper from '../models/paper';
import * as payment from '../models/payment';
import { portal, room } from '../portal';
import { sendPdf } from './proofs';

export async function record(req: Request, res: Response): Promise<void> {
  const { order } = room(req);
  const made = order.live_approval_id
    ? await paper.findOrNull(portal(req).db, 'record', order.live_approval_id)
    : null;
  if (!made) throw new NotFound('paper_not_made');
  await sendPdf(req, res, made.sha256, `${order.ref}-bon-a-tirer.pdf`);
}

export async function receipt(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order } = room(req);
  const captured = await payment.capturedOrNull(db, order.id);
  const made = captured ? await paper.findOrNull(db, 'receipt', captured.id) : null;
  if (!made) throw new NotFound('paper_not_made');
  await sendPdf(req, res, made.sha256, `${order.ref}-receipt.pdf`);
}

/** The customer's own invoice, or one of its credit notes. */
export async function invoice(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const all = await invoices.ofOrder(db, room(req).order.id);
  const wanted = all.find(({ number }) => number === req.params.number);
  const made = wanted ? await invoices.paperOrNull(db, wanted.id) : null;
  if (!wanted || !made) throw new NotFound('paper_not_made');
  await sendPdf(req, res, made, `${wanted.number}.pdf`);
}
