// One order's personal data: what the shop may do with them at its customer's word, and what forbids it.
import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import * as erasure from '../models/erasure';
import { byStaff } from '../models/event';
import * as legalHold from '../models/legal-hold';
import * as order from '../models/order';
import { findStaffOrNull } from '../models/staff';
import { portal, staff } from '../portal';
import { type Shown, sentences, text } from './form';

const find = (req: Request) => order.findByRef(portal(req).db, String(req.params.ref));

async function render(req: Request, res: Response, status: number, errors: Shown[], reason = '') {
  const { db } = portal(req);
  const found = await find(req);
  const hold = await legalHold.ofOrderOrNull(db, found.id);
  res.status(status).render('owner/personal-data', {
    order: found,
    hold: hold && { ...hold, by: (await findStaffOrNull(db, hold.staff_id))?.name ?? '–' },
    refusal: await erasure.refusalOrNull(db, found.id),
    errors,
    reason,
    done: req.query.done,
  });
}

export async function show(req: Request, res: Response): Promise<void> {
  await render(req, res, 200, []);
}

async function act(req: Request, res: Response, done: string, work: (id: string) => Promise<void>) {
  const found = await find(req);
  try {
    await work(found.id);
  } catch (error) {
    if (error instanceof Invalid) {
      return render(req, res, 422, sentences(res, error), text(req, 'reason', legalHold.MAX_REASON_LENGTH));
    }
    if (error instanceof Conflict) {
      const message = res.locals.t(`errors:${error.key}.text`);
      return render(req, res, 409, [{ field: 'main', message }]);
    }
    throw error;
  }
  portal(req).wake();
  res.redirect(303, `/owner/orders/${found.ref}/personal-data?done=${done}`);
}

const reasonOf = (req: Request) => text(req, 'reason', legalHold.MAX_REASON_LENGTH);

export const hold = (req: Request, res: Response): Promise<void> =>
  act(req, res, 'held', (id) => legalHold.set(portal(req).db, id, reasonOf(req), staff(req).id));

export const liftHold = (req: Request, res: Response): Promise<void> =>
  act(req, res, 'lifted', (id) => legalHold.lift(portal(req).db, id, reasonOf(req), staff(req).id));

export const erase = (req: Request, res: Response): Promise<void> =>
  act(req, res, 'erased', async (id) => {
    if (text(req, 'sure') !== 'on') throw new Invalid({ sure: 'evidence.sure_needed' });
    const options = { because: 'request', with_files: text(req, 'with_files') === 'on' } as const;
    await erasure.erase(portal(req).db, id, byStaff(staff(req).id), options);
  });
