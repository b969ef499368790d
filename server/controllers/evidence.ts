// What stands behind the shop's evidence: outside time, daily anchors, and how long personal data are kept.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import * as anchor from '../models/anchor';
import * as legalHold from '../models/legal-hold';
import * as retention from '../models/retention';
import * as timestamp from '../models/timestamp';
import { portal } from '../portal';
import { type Shown, text } from './form';

async function render(req: Request, res: Response, status: number, errors: Shown[], given?: string) {
  const { db, anchors, time_authority, config } = portal(req);
  res.status(status).render('owner/evidence', {
    authority: time_authority?.host ?? null,
    unstamped: time_authority ? await timestamp.waiting(db) : 0,
    newest: await anchor.newestOrNull(db),
    standing: await anchor.standing(db, anchors),
    anchor_mail: config.anchor_mail,
    months: given ?? String(await retention.months(db)),
    held: await legalHold.list(db),
    errors,
    is_saved: req.query.saved !== undefined,
  });
}

export async function show(req: Request, res: Response): Promise<void> {
  await render(req, res, 200, []);
}

export async function updateRetention(req: Request, res: Response): Promise<void> {
  const given = text(req, 'months', 5);
  const months = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!(months <= retention.MOST_MONTHS)) {
    const message = res.locals.t('evidence:retention.wrong', { most: retention.MOST_MONTHS });
    return render(req, res, 422, [{ field: 'months', message }], given);
  }
  await retention.setMonths(portal(req).db, months);
  res.redirect(303, '/owner/evidence?saved=1');
}

/** The newest anchor, for whoever keeps it elsewhere by hand. */
export async function anchorFile(req: Request, res: Response): Promise<void> {
  const day = String(req.params.day);
  const file = (await portal(req).anchors.days()).includes(day)
    ? await portal(req).anchors.readOrNull(day)
    : null;
  if (file === null) throw new NotFound();
  res.attachment(`${day}.txt`);
  res.type('text/plain').send(file);
}
