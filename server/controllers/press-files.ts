// The file that production prints: exactly the bytes that the signed proof was drawn from, and only once the job is
// released.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import * as pressFile from '../models/press-file';
import * as proof from '../models/proof';
import * as ticket from '../models/ticket';
import { portal } from '../portal';
import { sendPdf } from './proofs';
import { orderOf } from './staff-orders';

async function send(req: Request, res: Response, kind: pressFile.PressFile['kind']): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const held = await ticket.findOrNull(db, found.id);
  if (!held) throw new NotFound('press_file_unreleased');
  const press = await pressFile.findOrNull(db, held.proof_id, kind);
  if (!press) throw new NotFound('paper_not_made');
  const { version } = await proof.findProof(db, held.proof_id);
  await sendPdf(req, res, press.sha256, pressFile.nameOf(found.ref, version, press));
}

export const show = (req: Request, res: Response) => send(req, res, 'file');

/** Two copies on a sheet, for the guillotine. */
export const sheet = (req: Request, res: Response) => send(req, res, 'sheet');
