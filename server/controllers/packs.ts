// Evidence packs of one order, for the owner: have one made, wait, take it away.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import { stream } from '../middleware/stream';
import * as pack from '../models/pack';
import { list as listStaff } from '../models/staff';
import { portal, staff } from '../portal';
import { orderOf } from './staff-orders';

export async function index(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const { making, parked } = await pack.underWay(db, found.id);
  const names = new Map((await listStaff(db)).map((person) => [person.id, person.name]));
  res.set('Cache-Control', 'no-store');
  res.render('packs/index', {
    order: found,
    base: `/owner/packs/${found.ref}`,
    is_signed: found.live_approval_id !== null,
    making,
    parked,
    packs: (await pack.ofOrder(db, found.id)).map((each) => ({
      ...each,
      who: each.made_by ? (names.get(each.made_by) ?? null) : null,
    })),
  });
}

export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const { kind } = req.body;
  if (!pack.isKind(kind)) throw new NotFound();
  await pack.ask(portal(req).db, found, kind, staff(req).id);
  portal(req).wake();
  res.redirect(303, `/owner/packs/${found.ref}`);
}

/** For the waiting page: where to go once nothing is being made any more. */
export async function status(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const { making } = await pack.underWay(portal(req).db, found.id);
  res.json(making.length > 0 ? {} : { next: `/owner/packs/${found.ref}` });
}

export async function show(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const { kind, sha256 } = await pack.findPack(portal(req).db, found.id, String(req.params.pack));
  const file = await portal(req).storage.open(sha256);
  res.attachment(`${kind === 'bank' ? 'bank' : 'evidence'}-${found.ref}.zip`);
  res.set({ 'Content-Type': 'application/zip', 'Cache-Control': 'no-store' });
  await stream(res, file);
}
