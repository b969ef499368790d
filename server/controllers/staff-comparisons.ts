// What changed between any two versions in a row, for the shop's own eyes.
import type { Request, Response } from 'express';
import * as changeRequest from '../models/change-request';
import * as proof from '../models/proof';
import { portal } from '../portal';
import { comparedOf, comparisonLocals, PICTURE_CACHING, sendPicture } from './comparisons';
import { versionIn } from './proofs';
import { orderOf, orderPage } from './staff-orders';

async function read(req: Request) {
  const { db } = portal(req);
  const found = await orderOf(req);
  const after = await proof.findVersion(db, found.id, versionIn(req));
  return { found, compared: await comparedOf(db, after) };
}

export async function show(req: Request, res: Response): Promise<void> {
  const { found, compared } = await read(req);
  const url = orderPage(found, `/proof/${compared.after.version}/compare`);
  const requests = await changeRequest.ofOrder(portal(req).db, found.id);
  res.render('comparisons/show', {
    order: { ref: found.ref },
    ...comparisonLocals(compared, requests, url, req.query),
    links: { back: orderPage(found) },
    kind: 'staff',
  });
}

export async function image(req: Request, res: Response): Promise<void> {
  await sendPicture(req, res, (await read(req)).compared, PICTURE_CACHING);
}
