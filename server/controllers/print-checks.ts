// The print beside its signed proof, before it is made ready: photographs, and how many pieces there are.
import type { Request, Response } from 'express';
import type { Language } from '../models/order';
import { may } from '../models/order-state';
import * as photo from '../models/photo';
import * as printCheck from '../models/print-check';
import * as proof from '../models/proof';
import { listStaffNames } from '../models/staff';
import * as ticket from '../models/ticket';
import { portal, shop, staff } from '../portal';
import { refusalOf, type Shown, text, textOrNull, whole } from './form';
import { statusOf } from './jobs';
import { photoLocals } from './photo-locals';
import { orderOf, orderPage } from './staff-orders';

const isBeingCopied = (photos: photo.Photo[]) => photos.some((each) => !each.shown_sha256 && !each.is_broken);

interface Rendering {
  status?: number;
  errors?: Shown[];
  given?: Record<string, string>;
}

export async function renderCheck(
  req: Request,
  res: Response,
  { status = 200, errors = [], given = {} }: Rendering = {},
): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const held = await ticket.findOrNull(db, found.id);
  const signed = held ? await proof.findProof(db, held.proof_id) : null;
  const photos = await photo.ofOrder(db, found.id, 'quality');
  const base = orderPage(found);
  res.status(status).render('print-checks/form', {
    order: found,
    words: found.specification.words[res.locals.lang as Language],
    status: statusOf(res, found.state),
    version: signed?.version ?? null,
    pages: (signed?.pages ?? []).map((page) => ({
      ...page,
      url: `${base}/proof/${signed?.version}/pages/${page.number}/image.webp`,
    })),
    photos: photos.map(photoLocals(base, await listStaffNames(db))),
    count: await printCheck.countOrNull(db, found.id),
    may_add: held !== null && printCheck.mayBeChecked(found.state),
    may_finish: may('make_ready', found.state),
    is_photo_required: shop(req).quality_photo_required,
    is_waiting: isBeingCopied(photos),
    base,
    errors,
    given,
  });
}

export const show = (req: Request, res: Response) => renderCheck(req, res);

/** Whether every photograph can be shown by now; the page then loads itself again. */
export async function status(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const isWaiting = isBeingCopied(await photo.ofOrder(portal(req).db, found.id, 'quality'));
  res.json({ next: isWaiting ? null : orderPage(found, '/check') });
}

/** The pieces are counted: the job is ready. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const given = {
    counted: text(req, 'counted', 12),
    note: text(req, 'note', printCheck.MAX_COUNT_NOTE_LENGTH),
  };
  try {
    await printCheck.makeReady(
      portal(req).db,
      found.id,
      {
        ordered: found.specification.choice.quantity,
        counted: whole(req, 'counted'),
        note: textOrNull(req, 'note', printCheck.MAX_COUNT_NOTE_LENGTH),
      },
      shop(req),
      staff(req).id,
    );
  } catch (error) {
    return renderCheck(req, res, { ...refusalOf(res, error, 'counted'), given });
  }
  portal(req).wake();
  res.redirect(303, orderPage(found, '?done=moved'));
}
