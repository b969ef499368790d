// The order form: product, artwork, details, check. Each step is a page of its own and keeps what was said.
import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import { linkToken, linkTokenSha256 } from '../link';
import { deviceSha256 } from '../middleware/cookies';
import { uploadOrNull } from '../middleware/upload';
import * as artwork from '../models/artwork';
import * as artworkChoice from '../models/artwork-choice';
import { promisedBy, readyOn } from '../models/calendar';
import { now } from '../models/database';
import { CUSTOMER } from '../models/event';
import * as order from '../models/order';
import * as product from '../models/product';
import { portal, room, shop } from '../portal';
import { chosenInWords, questionsFor } from './choice-locals';
import { isEmail, isPhone, sentences, text, textOrNull, whole } from './form';
import { choiceForm, readChoice } from './products';

const MAX_ADDRESS_LENGTH = 400;
const MAX_NOTE_LENGTH = 1_000;
const MEGABYTE = 1024 * 1024;

export async function create(req: Request, res: Response): Promise<void> {
  const { config, db } = portal(req);
  const chosen = await product.findProduct(db, String(req.params.product));
  const { choice, errors } = readChoice(res, chosen, req.body ?? {});
  if (errors.length > 0 || req.body?.update !== undefined) {
    res.status(errors.length > 0 ? 422 : 200);
    res.render('products/form', choiceForm(chosen, choice, shop(req), `/order/new/${chosen.key}`, errors));
    return;
  }
  const id = order.newId();
  deviceSha256(req, res);
  await order.start(db, {
    id,
    link_token_sha256: linkTokenSha256(config, id),
    channel: 'web',
    language: res.locals.lang,
    actor: CUSTOMER,
  });
  await order.choose(db, id, chosen, choice, shop(req));
  res.redirect(303, `/order/${linkToken(config, id)}/artwork`);
  portal(req).wake();
}

export async function showProduct(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: draft, base } = room(req);
  const wanted = typeof req.query.product === 'string' ? req.query.product : draft.product_key;
  if (!wanted) {
    res.redirect(303, '/order/new');
    return;
  }
  const chosen = await product.findProduct(db, wanted);
  const isSame = draft.specification?.choice.product_key === chosen.key;
  const choice = isSame ? draft.specification!.choice : product.chooseDefaults(chosen);
  res.render('products/form', choiceForm(chosen, choice, shop(req), `${base}/product`));
}

export async function updateProduct(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: draft, base } = room(req);
  const chosen = await product.findProduct(db, text(req, 'product_key') || (draft.product_key ?? ''));
  const { choice, errors } = readChoice(res, chosen, req.body ?? {});
  if (errors.length > 0 || req.body?.update !== undefined) {
    res.status(errors.length > 0 ? 422 : 200);
    res.render('products/form', choiceForm(chosen, choice, shop(req), `${base}/product`, errors));
    return;
  }
  await order.choose(db, draft.id, chosen, choice, shop(req));
  const file = await artwork.currentOrNull(db, draft);
  if (file) await artwork.check(db, file);
  portal(req).wake();
  res.redirect(303, `${base}/${nextStep(await order.findOrder(db, draft.id), 'product')}`);
}

// Who came from the check page to change one thing goes back there.
function nextStep(draft: order.Order, from: 'product' | 'artwork' | 'details'): string {
  if (order.missingSteps(draft).length === 0) return 'check';
  return from === 'product' ? 'artwork' : 'details';
}

export async function showArtwork(req: Request, res: Response): Promise<void> {
  const { order: found, base } = room(req);
  if (!artwork.mayBeSent(found) || found.state === 'changes_requested') {
    res.redirect(303, base);
    return;
  }
  await renderArtwork(req, res);
}

/** The page of the file, with what the check found and what may be done about it. */
export async function renderArtwork(req: Request, res: Response, error?: Invalid): Promise<void> {
  const { config, db } = portal(req);
  const { order: draft, base } = room(req);
  const file = await artwork.currentOrNull(db, draft);
  const preflight =
    file && draft.specification_sha256
      ? await artwork.preflightOrNull(db, file.id, draft.specification_sha256)
      : null;
  res.status(error ? error.status : 200).render('artworks/form', {
    order: draft,
    base,
    artwork: file,
    preflight,
    questions: file ? await questionsFor(req, draft, file, preflight?.report ?? null) : [],
    is_checking: Boolean(file && !preflight),
    limit_mb: Math.floor(config.upload_limit_bytes / MEGABYTE),
    errors: error ? sentences(res, error) : [],
    action: `${base}/artwork`,
    choices_action: `${base}/artwork/choices`,
    status_url: `${base}/artwork/check.json`,
    next_url: `${base}/${nextStep(draft, 'artwork')}`,
  });
}

export async function createArtwork(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: draft, base } = room(req);
  try {
    const upload = uploadOrNull(req);
    if (!upload) throw new Invalid({ artwork: 'artwork.none' }, 'artwork_none');
    await artwork.submit(db, draft, upload, 'customer', CUSTOMER);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    if (req.accepts(['html', 'json']) === 'json') {
      res.status(error.status).json({ error: sentences(res, error)[0].message });
      return;
    }
    await renderArtwork(req, res, error);
    return;
  }
  portal(req).wake();
  const next = draft.state === 'draft' ? `${base}/artwork` : `${base}/preparing`;
  if (req.accepts(['html', 'json']) === 'json') res.json({ next });
  else res.redirect(303, next);
}

/** Whether the check of the current file has come to an end; the page then loads itself again. */
export async function checkStatus(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: draft, base } = room(req);
  const file = await artwork.currentOrNull(db, draft);
  const preflight =
    file && draft.specification_sha256
      ? await artwork.preflightOrNull(db, file.id, draft.specification_sha256)
      : null;
  res.json({ next: preflight ? `${base}/artwork` : null });
}

export function showDetails(req: Request, res: Response): void {
  const { order: draft, base } = room(req);
  res.render('details/form', { order: draft, values: draft, errors: [], action: `${base}/details`, base });
}

function readDetails(
  req: Request,
  draft: order.Order,
): { details: order.Details; wrong: Record<string, string> } {
  const isDelivered = draft.specification?.choice.delivery === 'delivery';
  const details: order.Details = {
    contact_name: text(req, 'contact_name', 120),
    contact_email: textOrNull(req, 'contact_email', 254),
    contact_phone: textOrNull(req, 'contact_phone', 40),
    delivery_address: isDelivered ? textOrNull(req, 'delivery_address', MAX_ADDRESS_LENGTH) : null,
    note: textOrNull(req, 'note', MAX_NOTE_LENGTH),
    language: text(req, 'language') === 'en' ? 'en' : text(req, 'language') === 'fr' ? 'fr' : draft.language,
  };
  const wrong: Record<string, string> = {};
  if (details.contact_name.length < 2) wrong.contact_name = 'details.name';
  if (!details.contact_email) wrong.contact_email = 'details.email_missing';
  else if (!isEmail(details.contact_email)) wrong.contact_email = 'details.email_wrong';
  if (!details.contact_phone) wrong.contact_phone = 'details.phone_missing';
  else if (!isPhone(details.contact_phone)) wrong.contact_phone = 'details.phone_wrong';
  if (isDelivered && !details.delivery_address) wrong.delivery_address = 'details.address';
  return { details, wrong };
}

export async function updateDetails(req: Request, res: Response): Promise<void> {
  const { order: draft, base } = room(req);
  const { details, wrong } = readDetails(req, draft);
  if (Object.keys(wrong).length > 0) {
    res.status(422).render('details/form', {
      order: draft,
      values: details,
      errors: sentences(res, new Invalid(wrong)),
      action: `${base}/details`,
      base,
    });
    return;
  }
  await order.giveDetails(portal(req).db, draft.id, details);
  res.redirect(303, `${base}/check`);
}

async function renderCheck(
  req: Request,
  res: Response,
  status: number,
  notice: string | null,
): Promise<void> {
  const { config, db, cards } = portal(req);
  const draft = await order.findOrder(db, room(req).order.id);
  const { base } = room(req);
  const missing = order.missingSteps(draft);
  if (missing.length > 0) {
    res.redirect(303, `${base}/${missing[0]}`);
    return;
  }
  const file = await artwork.currentOrNull(db, draft);
  const preflight = file ? await artwork.preflightOrNull(db, file.id, draft.specification_sha256!) : null;
  const chosen = file ? await artworkChoice.ofArtwork(db, file.id, draft) : [];
  if (preflight && !preflight.is_accepted && !artworkChoice.answersErrors(preflight.report, chosen)) {
    res.redirect(303, `${base}/artwork`);
    return;
  }
  const promise = readyOn(shop(req), now(), draft.specification!.turnaround_days);
  res.status(status).render('orders/check', {
    order: draft,
    base,
    artwork: file,
    preflight,
    chosen: file ? await chosenInWords(req, res, draft, file) : '',
    ...promise,
    has_cards: cards !== null,
    mode: config.payments.mode,
    withdrawal_notice: shop(req).withdrawal_notice,
    notice,
    action: `${base}/check`,
    errors: [],
  });
}

export const showCheck = (req: Request, res: Response) => renderCheck(req, res, 200, null);

export async function place(req: Request, res: Response): Promise<void> {
  const { config, db, cards } = portal(req);
  const { order: draft, device_sha256 } = room(req);
  if (order.missingSteps(draft).length > 0) {
    await renderCheck(req, res, 422, null);
    return;
  }
  const payment_method = cards && text(req, 'payment_method') !== 'counter' ? 'card' : 'counter';
  const { ready_on } = readyOn(shop(req), now(), draft.specification!.turnaround_days);
  try {
    await order.place(db, draft.id, {
      total_cents: whole(req, 'total_cents'),
      specification_sha256: text(req, 'specification_sha256'),
      payment_method,
      ready_on,
      proof_promised_at: promisedBy(shop(req), now(), shop(req).proof_minutes),
      device_sha256,
      actor: CUSTOMER,
    });
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const now = await order.findOrder(db, draft.id);
    if (now.state !== 'draft') res.redirect(303, `/o/${linkToken(config, draft.id)}`);
    else await renderCheck(req, res, 409, error.key);
    return;
  }
  portal(req).wake();
  const placed = `/o/${linkToken(config, draft.id)}`;
  res.redirect(303, payment_method === 'card' ? `${placed}/pay` : `${placed}/preparing`);
}

/** A draft that its owner no longer wants. */
export async function destroy(req: Request, res: Response): Promise<void> {
  await order.cancel(portal(req).db, room(req).order.id, CUSTOMER, 'draft_given_up');
  res.redirect(303, '/');
}
