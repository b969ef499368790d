// Every version of a proof, for the shop's own eyes.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import { stream } from '../middleware/stream';
import * as approval from '../models/approval';
import * as invoices from '../models/invoice';
import * as paper from '../models/paper';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import { portal } from '../portal';
import { sendPdf, versionIn } from './proofs';
import { orderOf } from './staff-orders';

const IMAGE_AGE_S = 3600;

async function versionOf(req: Request) {
  const found = await orderOf(req);
  return { found, named: await proof.findVersion(portal(req).db, found.id, versionIn(req)) };
}

export async function image(req: Request, res: Response): Promise<void> {
  const { named } = await versionOf(req);
  const page = named.pages.find(({ number }) => String(number) === req.params.page);
  const kinds: Record<string, string | undefined> = {
    image: page?.image_sha256,
    thumbnail: page?.thumbnail_sha256,
  };
  const sha256 = kinds[String(req.params.kind)];
  if (!sha256) throw new NotFound();
  const file = await portal(req).storage.open(sha256);
  res.set({
    'Content-Type': 'image/webp',
    'Cache-Control': `private, max-age=${IMAGE_AGE_S}, immutable`,
  });
  await stream(res, file);
}

export async function pdf(req: Request, res: Response): Promise<void> {
  const { found, named } = await versionOf(req);
  await sendPdf(req, res, named.sha256, `${found.ref}-v${named.version}.pdf`);
}

export async function record(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const live = await approval.liveOrNull(db, found);
  const made = live ? await paper.findOrNull(db, 'record', live.id) : null;
  if (!made) throw new NotFound('paper_not_made');
  await sendPdf(req, res, made.sha256, `${found.ref}-bon-a-tirer.pdf`);
}

export async function receipt(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const captured = await payment.capturedOrNull(db, found.id);
  const made = captured ? await paper.findOrNull(db, 'receipt', captured.id) : null;
  if (!made) throw new NotFound('paper_not_made');
  await sendPdf(req, res, made.sha256, `${found.ref}-receipt.pdf`);
}

export async function invoice(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const wanted = (await invoices.ofOrder(db, found.id)).find(({ number }) => number === req.params.number);
  const made = wanted ? await invoices.paperOrNull(db, wanted.id) : null;
  if (!wanted || !made) throw new NotFound('paper_not_made');
  await sendPdf(req, res, made, `${wanted.number}.pdf`);
}
