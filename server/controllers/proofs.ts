// The proof on the screen, online and at the counter: the same page, the same bytes, the same gates.
import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { Conflict, NotFound } from '../errors';
import { stream } from '../middleware/stream';
import * as approval from '../models/approval';
import * as changeRequest from '../models/change-request';
import { maskEmail } from '../models/customer';
import * as device from '../models/device';
import * as order from '../models/order';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import * as signOff from '../models/sign-off';
import { portal, type Room, room, shop } from '../portal';
import { doneTo } from './choice-locals';
import { summaryOrNull } from './comparisons';
import type { Shown } from './form';
import { printLimits } from './print-limits';

export const versionIn = (req: Request): number => {
  const text = String(req.params.version);
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
};

/** The version that the address names, which must be the order's current one. */
export async function currentProof(req: Request): Promise<proof.Proof> {
  const { order: found } = room(req);
  const named = await proof.findVersion(portal(req).db, found.id, versionIn(req));
  if (named.id !== found.current_proof_id) throw new NotFound();
  return named;
}

type ReadOnly = null | 'superseded' | 'approved' | 'expired' | 'on_hold';

function readOnly(found: order.Order, current: proof.Proof): ReadOnly {
  if (found.current_proof_id !== current.id) return 'superseded';
  if (found.live_approval_id) return 'approved';
  if (found.state !== 'proofed') return 'on_hold';
  return proof.hasExpired(current) ? 'expired' : null;
}

// `**bold**` becomes parts that a view can set without marking anything up itself.
function parts(text: string): Array<{ text: string; strong: boolean }> {
  return text
    .split('**')
    .map((part, index) => ({ text: part, strong: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}

export interface Given {
  ticks: Record<string, string>;
  values: Record<string, string>;
  errors: Shown[];
  idempotency_key?: string;
}

const NOTHING_GIVEN: Given = { ticks: {}, values: {}, errors: [] };

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: found, base } = room(req);
  const named = await proof.findVersion(db, found.id, versionIn(req));
  if (named.id !== found.current_proof_id) {
    await showSuperseded(req, res, named);
    return;
  }
  if (found.live_approval_id && base !== '/kiosk/s') {
    await showRecord(req, res, named);
    return;
  }
  await renderProof(req, res, named, NOTHING_GIVEN);
}

async function showSuperseded(req: Request, res: Response, old: proof.Proof): Promise<void> {
  const { db } = portal(req);
  const { order: found, base } = room(req);
  const current = await proof.currentOrNull(db, found);
  const requests = await changeRequest.ofOrder(db, found.id);
  res.render('proofs/superseded', {
    order: found,
    base,
    version: old.version,
    current: current && { version: current.version, url: `${base}/proof/${current.version}` },
    requests: requests.filter((request) => request.proof_id === old.id),
  });
}

async function showRecord(req: Request, res: Response, signed: proof.Proof): Promise<void> {
  const { db } = portal(req);
  const { base } = room(req);
  const placed = order.placed(room(req).order);
  const live = await approval.findApproval(db, placed.live_approval_id!);
  res.render('proofs/record', {
    order: orderLocals(placed, room(req), res),
    proof: { ...pageLocals(signed, base, new Map()), ...(await doneTo(req, res, signed)) },
    approval: live,
    stop_until: approval.stopUntil(live),
    links: { back: base, record: `${base}/record.pdf`, pdf: `${base}/proof/${signed.version}/proof.pdf` },
  });
}

function pageLocals(current: proof.Proof, base: string, seen: Map<number, string>) {
  const url = `${base}/proof/${current.version}`;
  return {
    id: current.id,
    version: current.version,
    sha256: current.sha256,
    issued_at: current.issued_at,
    expires_at: current.expires_at,
    text_available: current.pages.some((page) => page.text !== null),
    pages: current.pages.map((page) => ({
      ...page,
      places: placesOn(current, page),
      image_url: `${url}/pages/${page.number}/image.webp`,
      thumb_url: `${url}/pages/${page.number}/thumbnail.webp`,
      tiles_url: `${url}/pages/${page.number}/tiles`,
      seen: seen.has(page.number),
    })),
    report: current.report,
  };
}

interface NumberedPlace {
  /** Index among the warnings, as the ticks have it. */
  warning: number;
  number: number;
  page: number;
}

/** The warnings that have a place on a page, numbered as they are ticked. */
function numberedPlaces(current: proof.Proof): NumberedPlace[] {
  return proof
    .warnings(current)
    .flatMap(({ place, page }, warning) => (place && page ? [{ warning, page }] : []))
    .map((each, index) => ({ ...each, number: index + 1 }));
}

/** In pixels of the page image. */
function placesOn(current: proof.Proof, { number, trim_px, pixels_per_mm }: proof.Page) {
  const warnings = proof.warnings(current);
  return numberedPlaces(current)
    .filter(({ page }) => page === number)
    .map(({ warning, number }) => {
      const { x_mm, y_mm, width_mm, height_mm } = warnings[warning]!.place!;
      return {
        number,
        x: trim_px.x + x_mm * pixels_per_mm,
        y: trim_px.y + y_mm * pixels_per_mm,
        width: width_mm * pixels_per_mm,
        height: height_mm * pixels_per_mm,
      };
    });
}

function orderLocals(placed: order.PlacedOrder, { base }: Room, res: Response) {
  const lang: order.Language = res.locals.lang;
  const words = placed.specification.words[lang];
  return {
    ref: placed.ref,
    product: words.name,
    size: words.size,
    quantity: words.quantity,
    sides: words.sides,
    paper: words.paper,
    finishing: words.finishing,
    total_cents: placed.total_cents,
    currency: placed.currency,
    ready_on: placed.ready_on,
    url: base,
    payment_method: placed.payment_method,
    reference_photos: [],
  };
}

/** The proof screen, with what was already answered when it is shown again. */
export async function renderProof(
  req: Request,
  res: Response,
  current: proof.Proof,
  given: Given,
  status = 200,
): Promise<void> {
  const { db } = portal(req);
  const { base, counter, device_sha256 } = room(req);
  const placed = order.placed(await order.findOrder(db, room(req).order.id));
  const { t, lang } = res.locals;
  const words = await signOff.compose(db, placed, current, shop(req), lang);
  const signer = { device_sha256, counter_session_id: counter?.session_id ?? null };
  const gates = await signOff.gates(db, placed, current, words, signer, null);
  const needsCode = gates.some(({ key, is_met }) => key === 'G8' && !is_met);
  const sentAt = needsCode ? await device.lastSentAt(db, placed.id, device_sha256) : null;
  const seen = await proof.pagesSeen(db, current.id, device_sha256);
  const url = `${base}/proof/${current.version}`;
  const window = signOff.stopWindow(placed, shop(req));
  const charge =
    placed.payment_method === 'counter'
      ? t('proof:charge_at_counter', { amount: words.amount })
      : window > 0
        ? t('proof:charge_later', { amount: words.amount, minutes: window })
        : t('proof:charge_now', { amount: words.amount });
  const requests = await changeRequest.ofOrder(db, placed.id);
  const warnings = words.ticks.filter(({ kind }) => kind === 'warning');
  const places = numberedPlaces(current);
  const { press_sha256, done } = await doneTo(req, res, current);
  const changed = await summaryOrNull(db, placed, current, requests, base);
  res.status(status).render('proofs/show', {
    proof: { ...pageLocals(current, base, seen), press_sha256, is_current: true, superseded_by: null },
    done,
    order: { ...orderLocals(placed, room(req), res), ready_on: words.ready_on, cutoff_at: words.cutoff_at },
    statements: words.ticks.map((tick) => {
      const [first, ...rest] = parts(tick.text);
      return {
        key: tick.key,
        kind: tick.kind,
        place: places.find(({ warning }) => warning === warnings.indexOf(tick)) ?? null,
        title: first.strong ? first.text : '',
        text: (first.strong ? rest : [first, ...rest])
          .map((part) => part.text)
          .join('')
          .trim(),
        checked: Boolean(given.ticks[tick.key]),
      };
    }),
    signoff: {
      paragraphs: words.paragraphs.map(parts),
      version: words.version,
      language: words.language,
      sha256: words.sha256,
    },
    hidden: {
      proof_id: current.id,
      proof_sha256: current.sha256,
      specification_sha256: current.specification_sha256,
      total_cents: placed.total_cents,
      price_version: placed.price_version,
      statement_sha256: words.sha256,
      idempotency_key: given.idempotency_key ?? randomUUID(),
    },
    gates: gates.map((gate) => ({
      key: gate.key,
      met: gate.is_met || Boolean(given.ticks[gate.subject.replace(/^tick-/, '')]),
      subject: gate.subject,
      target: `#${gate.subject}`,
      label: t(`proof:gates.${gate.key}`, gate.vars),
    })),
    charge: { sentence: charge },
    identity: {
      needs_code: needsCode,
      code_sent_to: sentAt && placed.contact_email ? maskEmail(placed.contact_email) : null,
      email: placed.contact_email ? maskEmail(placed.contact_email) : null,
      send_url: `${url}/code`,
    },
    answers: requests.filter((request) => request.proof_id !== current.id),
    changed,
    money: {
      needs_reservation: gates.some(({ key, is_met }) => key === 'G9' && !is_met),
      words: (await payment.hasLapsed(db, placed.id)) ? 'ended' : 'missing',
      reserve_url: `${base}/pay`,
      amount: words.amount,
    },
    form: { action: `${url}/approval`, values: given.values, errors: given.errors },
    links: {
      changes: `${url}/changes`,
      compare: changed?.url ?? null,
      // A file would stay on the tablet.
      pdf: counter ? null : `${url}/proof.pdf`,
      seen: (page: number) => `${url}/pages/${page}/seen`,
      back: base,
    },
    kiosk: counter !== null,
    readonly: readOnly(placed, current),
    limits: await printLimits(db, placed, lang, t),
  });
}

const IMAGE_AGE_S = 3600;

export async function image(req: Request, res: Response): Promise<void> {
  const current = await currentProof(req);
  const page = current.pages.find(({ number }) => String(number) === req.params.page);
  const sha256 =
    req.params.kind === 'image'
      ? page?.image_sha256
      : req.params.kind === 'thumbnail'
        ? page?.thumbnail_sha256
        : null;
  if (!sha256) throw new NotFound();
  const file = await portal(req).storage.open(sha256);
  // The tablet forgets; a customer's own browser may keep the picture for the visit.
  const caching = room(req).counter ? 'no-store' : `private, max-age=${IMAGE_AGE_S}, immutable`;
  res.set({ 'Content-Type': 'image/webp', 'Cache-Control': caching });
  await stream(res, file);
}

export async function pdf(req: Request, res: Response): Promise<void> {
  const current = await currentProof(req);
  const { order: found } = room(req);
  await sendPdf(req, res, current.sha256, `${found.ref}-v${current.version}.pdf`);
}

/** Sends a kept PDF byte for byte. */
export async function sendPdf(req: Request, res: Response, sha256: string, name: string): Promise<void> {
  const file = await portal(req).storage.open(sha256);
  res.attachment(name);
  res.set({ 'Content-Type': 'application/pdf', 'Cache-Control': 'no-store' });
  await stream(res, file);
}

/** The page says that it was displayed long enough, or a person without scripts says so. */
export async function seePage(req: Request, res: Response): Promise<void> {
  const current = await currentProof(req);
  const { order: found, device_sha256, base } = room(req);
  if (found.state !== 'proofed') throw new Conflict('conflict.superseded');
  const page = Number(req.params.page);
  await proof.seePage(portal(req).db, current, page, device_sha256);
  if (req.accepts(['html', 'json']) === 'json') res.json({ seen: page });
  else res.redirect(303, `${base}/proof/${current.version}#page-${Math.min(page + 1, current.page_count)}`);
}

/** A code for this device, to the address that the order was made with. */
export async function sendCode(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: found, device_sha256, base } = room(req);
  const current = await currentProof(req);
  try {
    await device.sendCode(db, found, device_sha256);
  } catch (error) {
    if (!(error instanceof Conflict) || error.key !== 'conflict.code_sent') throw error;
  }
  portal(req).wake();
  if (req.accepts(['html', 'json']) === 'json') {
    res.json({ sent_to: found.contact_email && maskEmail(found.contact_email) });
  } else res.redirect(303, `${base}/proof/${current.version}#code`);
}
