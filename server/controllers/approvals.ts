// Signing. The page's word is never taken for a gate: everything is looked at again here.
import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import * as approval from '../models/approval';
import * as device from '../models/device';
import { CUSTOMER } from '../models/event';
import * as order from '../models/order';
import * as proof from '../models/proof';
import { readStrokes, type Submission } from '../models/sign-off';
import { portal, room, shop } from '../portal';
import { record, type Shown, sentences, text, textOrNull, whole } from './form';
import { moneyOf } from './orders';
import { renderProof, versionIn } from './proofs';

const MAX_STROKES_LENGTH = 400_000;
const MAX_LOOKING_LENGTH = 20_000;
const IDEMPOTENCY_KEY = /^[\w-]{8,64}$/;

function readSubmission(req: Request): Submission {
  return {
    ticks: record(req, 'statements'),
    typed_name: text(req, 'typed_name', 200),
    signature_method: text(req, 'signature_method') === 'typed' ? 'typed' : 'drawn',
    strokes: readStrokes(text(req, 'signature_strokes', MAX_STROKES_LENGTH)),
    signature_typed_name: text(req, 'signature_typed_name', 200),
    signature_typed_confirm: text(req, 'signature_typed_confirm') !== '',
  };
}

/** What the page measured of the looking: plain numbers per page, anything else is left out. */
function readLooking(req: Request): Record<string, unknown> {
  let read: unknown;
  try {
    read = JSON.parse(text(req, 'looking', MAX_LOOKING_LENGTH) || '{}');
  } catch {
    return {};
  }
  if (typeof read !== 'object' || read === null) return {};
  const pages: Record<string, unknown> = {};
  for (const [page, seen] of Object.entries(read)) {
    if (!/^\d{1,4}$/.test(page) || typeof seen !== 'object' || seen === null) continue;
    const { first_seen, visible_ms, max_zoom, text_opened } = seen as Record<string, unknown>;
    pages[page] = {
      first_seen: typeof first_seen === 'string' ? first_seen.slice(0, 30) : null,
      visible_ms: Number.isFinite(visible_ms) ? Math.round(visible_ms as number) : null,
      max_zoom_percent: Number.isFinite(max_zoom) ? Math.round((max_zoom as number) * 100) : null,
      text_opened: typeof text_opened === 'boolean' ? text_opened : null,
    };
  }
  return pages;
}

export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: found, counter, device_sha256, base } = room(req);
  const named = await proof.findVersion(db, found.id, versionIn(req));
  const submission = readSubmission(req);
  const idempotency_key = text(req, 'idempotency_key', 64);
  const given = {
    ticks: submission.ticks,
    idempotency_key: IDEMPOTENCY_KEY.test(idempotency_key) ? idempotency_key : undefined,
    values: {
      typed_name: submission.typed_name,
      on_behalf_of: text(req, 'on_behalf_of'),
      signature_method: submission.signature_method,
      signature_strokes: submission.strokes.length > 0 ? JSON.stringify(submission.strokes) : '',
      signature_typed_name: submission.signature_typed_name,
      signature_typed_confirm: submission.signature_typed_confirm ? 'on' : '',
    },
  };
  const again = async (status: number, errors: Shown[]) => {
    const now = await order.findOrder(db, found.id);
    const current = await proof.currentOrNull(db, now);
    if (!current) throw new Conflict('conflict.superseded');
    req.room = { ...room(req), order: now };
    // A newer version, price or text is a fresh page: what was answered for the old one does not count.
    const isSame = status !== 409;
    await renderProof(
      req,
      res,
      current,
      { ...given, ...(isSame ? {} : { ticks: {}, idempotency_key: undefined }), errors },
      status,
    );
  };
  try {
    if (!given.idempotency_key) throw new Conflict('conflict.stale_proof');
    const code = text(req, 'code', 20);
    if (code && !counter && !(await device.isKnown(db, found.id, device_sha256))) {
      await device.verifyCode(db, found.id, device_sha256, code);
    }
    await approval.approve(
      db,
      found.id,
      {
        proof_id: named.id === text(req, 'proof_id') ? named.id : '',
        proof_sha256: text(req, 'proof_sha256'),
        specification_sha256: text(req, 'specification_sha256'),
        price_version: whole(req, 'price_version'),
        total_cents: whole(req, 'total_cents'),
        statement_sha256: text(req, 'statement_sha256'),
      },
      submission,
      {
        idempotency_key: given.idempotency_key,
        language: res.locals.lang,
        button_label: res.locals.t('proof:sign'),
        on_behalf_of: textOrNull(req, 'on_behalf_of'),
        looking: readLooking(req),
        ip: req.ip ?? null,
        ip_source: req.ip === req.socket.remoteAddress ? 'connection' : 'trusted proxy',
        user_agent: req.get('user-agent')?.slice(0, 300) ?? null,
        viewport: textOrNull(req, 'viewport', 20),
        time_zone_offset: textOrNull(req, 'time_zone_offset', 10),
        device_sha256,
        counter,
      },
      shop(req),
    );
  } catch (error) {
    if (error instanceof approval.GatesOpen) return again(422, openPoints(res, error));
    if (error instanceof Invalid) return again(422, sentences(res, error));
    if (error instanceof Conflict) {
      const now = await order.findOrder(db, found.id);
      if (now.live_approval_id && base === '/kiosk/s') return res.redirect(303, `${base}/done`);
      return again(409, [{ field: 'proof', message: res.locals.t(`errors:${error.key}.text`) }]);
    }
    throw error;
  }
  portal(req).wake();
  res.redirect(303, counter ? `${base}/done` : `${base}/approved`);
}

function openPoints(res: Response, error: approval.GatesOpen): Shown[] {
  return error.open.map(({ key, subject, vars }) => ({
    field: subject,
    message: res.locals.t(`proof:gates.${key}`, vars),
  }));
}

/** Thank you: what was signed, when it is charged, until when it can be stopped. */
export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  const live = await approval.liveOrNull(db, placed);
  if (!live) {
    res.redirect(303, base);
    return;
  }
  res.render('approvals/show', {
    order: placed,
    base,
    approval: live,
    version: (await proof.findProof(db, live.proof_id)).version,
    stop_until: approval.stopUntil(live),
    money_state: await moneyOf(db, placed),
    links: {
      stop: `${base}/stop`,
      record: `${base}/record.pdf`,
      track: base,
      pay: `${base}/pay`,
    },
  });
}

export async function confirmStop(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  const live = await approval.liveOrNull(db, placed);
  res.render('approvals/stop', {
    order: placed,
    base,
    stop_until: live ? approval.stopUntil(live) : null,
    is_signed: live !== null,
    action: `${base}/stop`,
  });
}

/** Stopping takes the signature back; nothing is charged and the proof waits as before. */
export async function destroy(req: Request, res: Response): Promise<void> {
  const { order: found, base } = room(req);
  if (!found.live_approval_id) throw new Conflict('conflict.too_late_to_stop');
  await approval.withdraw(
    portal(req).db,
    found.id,
    found.live_approval_id,
    'customer',
    'stopped_by_customer',
    CUSTOMER,
  );
  res.redirect(303, `${base}?stopped=1`);
}
