// What somebody chooses to have done about a finding: the customer for their own file, a colleague for an order at the
// counter. The same questions for both.
import type { Request, Response } from 'express';
import { Invalid, NotFound } from '../errors';
import * as artwork from '../models/artwork';
import * as artworkChoice from '../models/artwork-choice';
import { byStaff, CUSTOMER } from '../models/event';
import type * as order from '../models/order';
import { portal, room, staff } from '../portal';
import { renderArtwork } from './drafts';
import { record } from './form';
import { act, orderOf } from './staff-orders';

const ANOTHER = 'another';

function answersIn(req: Request): { answers: Record<string, string>; wants_another: boolean } {
  const given = Object.entries(record(req, 'choices'));
  return {
    answers: Object.fromEntries(given.filter(([, answer]) => answer !== ANOTHER)),
    wants_another: given.some(([, answer]) => answer === ANOTHER),
  };
}

async function reportOf(req: Request, found: order.Order, file: artwork.Artwork) {
  const checked = await artwork.preflightOrNull(
    portal(req).db,
    file.id,
    found.specification_sha256 as string,
  );
  if (!checked?.report) throw new NotFound();
  return checked.report;
}

export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: found, base } = room(req);
  const file = await artwork.currentOrNull(db, found);
  if (!file) throw new NotFound();
  const report = await reportOf(req, found, file);
  const { answers, wants_another } = answersIn(req);
  try {
    if (wants_another) {
      res.redirect(303, `${base}/artwork#send`);
      return;
    }
    if (found.state === 'draft') {
      await artworkChoice.choose(db, found.id, file, report, answers, CUSTOMER);
      const chosen = await artworkChoice.ofArtwork(db, file.id, found);
      const is_usable =
        report.findings.every(({ severity }) => severity !== 'error') ||
        artworkChoice.answersErrors(report, chosen);
      if (!is_usable) throw new Invalid({ choices: 'choices.needed' });
      res.redirect(303, `${base}/${found.contact_name ? 'check' : 'details'}`);
      return;
    }
    if (found.state !== 'awaiting_artwork') throw new NotFound();
    await artworkChoice.remake(db, found.id, file, report, answers, CUSTOMER);
    portal(req).wake();
    res.redirect(303, `${base}/preparing`);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    await renderArtwork(req, res, error);
  }
}

/** A colleague chooses for the customer, who sees it on the next version before signing. */
export async function createForCustomer(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const file = await artwork.currentOrNull(db, found);
  if (!file) throw new NotFound();
  const report = await reportOf(req, found, file);
  const { answers } = answersIn(req);
  await act(
    req,
    res,
    found,
    'revised',
    () => artworkChoice.remake(db, found.id, file, report, answers, byStaff(staff(req).id)),
    { field: 'file-choices' },
  );
}
