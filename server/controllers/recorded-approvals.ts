// An approval that the customer gave on paper or by mail, written down by a colleague. One order at a time.
import type { Request, Response } from 'express';
import { Forbidden, NotFound } from '../errors';
import { stream } from '../middleware/stream';
import { uploadOrNull } from '../middleware/upload';
import * as proof from '../models/proof';
import * as recordedApproval from '../models/recorded-approval';
import { portal, shop, staff } from '../portal';
import { refusalOf, type Shown, text, textOrNull, whole } from './form';
import { MAX_REASON_LENGTH, orderOf, orderPage } from './staff-orders';

const MEGABYTE = 1024 * 1024;

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
  const { config, db } = portal(req);
  if (!shop(req).staff_may_record_approvals) throw new Forbidden('recording_off');
  const found = await orderOf(req);
  const current = await proof.currentOrNull(db, found);
  const base = orderPage(found);
  res.status(status).render('recorded-approvals/form', {
    order: found,
    base,
    proof: current && {
      id: current.id,
      version: current.version,
      pages: current.pages.map((page) => ({
        ...page,
        url: `${base}/proof/${current.version}/pages/${page.number}/image.webp`,
      })),
    },
    may_record: found.state === 'proofed',
    ways: recordedApproval.WAYS,
    objection_minutes: Math.max(shop(req).stop_window_minutes, recordedApproval.MIN_OBJECTION_MINUTES),
    limit_mb: Math.floor(config.upload_limit_bytes / MEGABYTE),
    errors,
    given,
  });
}

export const form = (req: Request, res: Response) => render(req, res);

export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const { id, name } = staff(req);
  const given = Object.fromEntries(
    ['typed_name', 'on_behalf_of', 'given_by', 'reason', 'is_seen'].map((field) => [
      field,
      text(req, field, MAX_REASON_LENGTH),
    ]),
  );
  try {
    if (!shop(req).staff_may_record_approvals) throw new Forbidden('recording_off');
    const claim = {
      typed_name: text(req, 'typed_name'),
      on_behalf_of: textOrNull(req, 'on_behalf_of'),
      given_by: recordedApproval.WAYS.find((way) => way === given.given_by) ?? null,
      reason: given.reason,
      attachment: uploadOrNull(req),
      is_seen: given.is_seen !== '',
    };
    const named = {
      proof_id: text(req, 'proof_id'),
      price_version: whole(req, 'price_version'),
      total_cents: whole(req, 'total_cents'),
    };
    await recordedApproval.record(portal(req).db, found.id, named, claim, shop(req), { id, name });
  } catch (error) {
    return render(req, res, { ...refusalOf(res, error, 'record'), given });
  }
  portal(req).wake();
  res.redirect(303, orderPage(found, '?done=recorded'));
}

/** What shows the approval, as it was handed in: a download that can do nothing. */
export async function attachment(req: Request, res: Response): Promise<void> {
  const { db, storage } = portal(req);
  const found = await orderOf(req);
  const recorded = await recordedApproval.findOrNull(db, String(req.params.approval));
  if (!recorded || recorded.order_id !== found.id) throw new NotFound();
  const file = await storage.open(recorded.attachment_sha256);
  res.attachment(`${found.ref}-${recorded.attachment_name}`);
  res.set({
    'Content-Type': 'application/octet-stream',
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  await stream(res, file);
}
