// Across the counter or with a carrier: what was signed, large, beside what was printed; and who received it.
import type { Request, Response } from 'express';
import { DateTime } from 'luxon';
import { photoOrNull } from '../middleware/upload';
import * as approval from '../models/approval';
import * as handover from '../models/handover';
import type { Language } from '../models/order';
import { may } from '../models/order-state';
import * as payment from '../models/payment';
import * as photo from '../models/photo';
import * as proof from '../models/proof';
import { readStrokes } from '../models/sign-off';
import { listStaffNames } from '../models/staff';
import { portal, shop, staff } from '../portal';
import { refusalOf, type Shown, text, textOrNull } from './form';
import { statusOf } from './jobs';
import { photoLocals } from './photo-locals';
import { orderOf, orderPage } from './staff-orders';

const MAX_STROKES_LENGTH = 400_000;

interface Rendering {
  status?: number;
  errors?: Shown[];
  given?: Record<string, string>;
}

async function render(
  req: Request,
  res: Response,
  { status = 200, errors = [], given = {} }: Rendering = {},
): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const live = await approval.liveOrNull(db, found);
  const signed = live ? await proof.findProof(db, live.proof_id) : null;
  const captured = await payment.capturedOrNull(db, found.id);
  const base = orderPage(found);
  res.status(status).render('handovers/show', {
    order: found,
    words: found.specification.words[res.locals.lang as Language],
    status: statusOf(res, found.state),
    approval: live,
    version: signed?.version ?? null,
    short_sha256: signed?.sha256.slice(0, 8) ?? null,
    pages: (signed?.pages ?? []).map((page) => ({
      ...page,
      url: `${base}/proof/${signed?.version}/pages/${page.number}/image.webp`,
    })),
    photos: (await photo.ofOrder(db, found.id, 'quality')).map(photoLocals(base, await listStaffNames(db))),
    balance_cents: Math.max(0, found.total_cents - (captured?.captured_cents ?? 0)),
    may_hand_over: may('hand_over', found.state),
    may_make_ready: may('make_ready', found.state),
    how: given.how ?? (found.specification.choice.delivery === 'delivery' ? 'delivered' : 'collected'),
    today: DateTime.now().setZone(shop(req).time_zone).toISODate(),
    base,
    errors,
    given,
  });
}

export const show = (req: Request, res: Response) => render(req, res);

async function read(req: Request): Promise<handover.Collected | handover.Delivered> {
  if (text(req, 'how') !== 'delivered') {
    return {
      how: 'collected',
      recipient_name: text(req, 'typed_name'),
      signature_method: text(req, 'signature_method') === 'drawn' ? 'drawn' : 'typed',
      strokes: readStrokes(text(req, 'signature_strokes', MAX_STROKES_LENGTH)),
      signature_typed_name: text(req, 'signature_typed_name'),
      signature_typed_confirm: text(req, 'signature_typed_confirm') !== '',
    };
  }
  return {
    how: 'delivered',
    recipient_name: text(req, 'recipient_name'),
    carrier: text(req, 'carrier', handover.MAX_CARRIER_LENGTH),
    tracking_number: textOrNull(req, 'tracking_number', handover.MAX_TRACKING_LENGTH),
    sent_on: text(req, 'sent_on', 10),
    photo: await photoOrNull(req),
  };
}

const KEPT = [
  'how',
  'typed_name',
  'signature_typed_name',
  'signature_typed_confirm',
  'recipient_name',
  'carrier',
  'tracking_number',
  'sent_on',
];

export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const given = Object.fromEntries(KEPT.map((name) => [name, text(req, name)]).filter(([, value]) => value));
  try {
    await handover.handOver(portal(req).db, found.id, await read(req), staff(req).id);
  } catch (error) {
    return render(req, res, { ...refusalOf(res, error, 'handover'), given });
  }
  portal(req).wake();
  res.redirect(303, orderPage(found, '?done=moved'));
}
