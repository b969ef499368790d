// An order taken at the counter or on the telephone: one page, written by a colleague.
import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import { linkTokenSha256 } from '../link';
import { uploadOrNull } from '../middleware/upload';
import * as artwork from '../models/artwork';
import { promisedBy, readyOn } from '../models/calendar';
import { now } from '../models/database';
import { byStaff } from '../models/event';
import * as order from '../models/order';
import * as product from '../models/product';
import { portal, shop, staff } from '../portal';
import { isEmail, isPhone, type Shown, sentences, text, textOrNull } from './form';
import { choiceForm, readChoice } from './products';
import { orderPage } from './staff-orders';

const MAX_ADDRESS_LENGTH = 400;
const MAX_NOTE_LENGTH = 1_000;
const MEGABYTE = 1024 * 1024;

type Details = order.Details & { payment_method: 'card' | 'counter' };

export async function form(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const products = await product.listProducts(db);
  const chosen = products.find(({ key }) => key === req.query.product);
  if (!chosen) {
    res.render('intakes/products', { products });
    return;
  }
  const nothing: Details = {
    contact_name: '',
    contact_email: null,
    contact_phone: null,
    delivery_address: null,
    note: null,
    language: shop(req).language,
    payment_method: 'counter',
  };
  render(req, res, chosen, product.chooseDefaults(chosen), nothing);
}

function render(
  req: Request,
  res: Response,
  chosen: product.Product,
  choice: product.Choice,
  values: Details,
  errors: Shown[] = [],
): void {
  const { cards, config } = portal(req);
  res.status(errors.length > 0 ? 422 : 200).render('intakes/form', {
    ...choiceForm(chosen, choice, shop(req), `/staff/orders/new?product=${chosen.key}`, errors),
    values,
    has_cards: cards !== null,
    limit_mb: Math.floor(config.upload_limit_bytes / MEGABYTE),
  });
}

function readDetails(
  req: Request,
  choice: product.Choice,
): { details: Details; wrong: Record<string, string> } {
  const isDelivered = choice.delivery === 'delivery';
  const details: Details = {
    contact_name: text(req, 'contact_name', 120),
    contact_email: textOrNull(req, 'contact_email', 254),
    contact_phone: textOrNull(req, 'contact_phone', 40),
    delivery_address: textOrNull(req, 'delivery_address', MAX_ADDRESS_LENGTH),
    note: textOrNull(req, 'note', MAX_NOTE_LENGTH),
    language: text(req, 'language') === 'en' ? 'en' : 'fr',
    payment_method: portal(req).cards && text(req, 'payment_method') === 'card' ? 'card' : 'counter',
  };
  const wrong: Record<string, string> = {};
  if (details.contact_name.length < 2) wrong.contact_name = 'name';
  if (!details.contact_email && !details.contact_phone) wrong.contact_phone = 'reach';
  if (details.contact_email && !isEmail(details.contact_email)) wrong.contact_email = 'email';
  if (!details.contact_email && details.payment_method === 'card') wrong.contact_email = 'email_for_card';
  if (details.contact_phone && !isPhone(details.contact_phone)) wrong.contact_phone = 'phone';
  if (isDelivered && !details.delivery_address) wrong.delivery_address = 'address';
  return { details, wrong };
}

export async function create(req: Request, res: Response): Promise<void> {
  const { config, db } = portal(req);
  const chosen = await product.findProduct(db, String(req.query.product ?? ''));
  const { choice, errors } = readChoice(res, chosen, req.body ?? {});
  const { details, wrong } = readDetails(req, choice);
  if (req.body?.update !== undefined) {
    render(req, res, chosen, choice, details, errors);
    return;
  }
  for (const [field, key] of Object.entries(wrong))
    errors.push({ field, message: res.locals.t(`staff:intake.wrong.${key}`) });
  let file = null;
  try {
    file = uploadOrNull(req);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    errors.push(...sentences(res, error));
  }
  if (errors.length > 0) {
    render(req, res, chosen, choice, details, errors);
    return;
  }
  const id = order.newId();
  const actor = byStaff(staff(req).id);
  const { payment_method, ...contact } = details;
  await order.start(db, {
    id,
    link_token_sha256: linkTokenSha256(config, id),
    channel: 'counter',
    language: contact.language,
    staff_id: staff(req).id,
    actor,
  });
  await order.choose(db, id, chosen, choice, shop(req));
  const isDelivered = choice.delivery === 'delivery';
  await order.giveDetails(db, id, {
    ...contact,
    delivery_address: isDelivered ? contact.delivery_address : null,
  });
  if (file) await artwork.submit(db, await order.findOrder(db, id), file, 'staff', actor);
  const draft = await order.findOrder(db, id);
  const placed = await order.place(db, id, {
    total_cents: draft.total_cents as number,
    specification_sha256: draft.specification_sha256 as string,
    payment_method,
    ready_on: readyOn(shop(req), now(), product.turnaroundDays(chosen, choice)).ready_on,
    proof_promised_at: promisedBy(shop(req), now(), shop(req).proof_minutes),
    device_sha256: null,
    actor,
  });
  portal(req).wake();
  res.redirect(303, orderPage(placed, '?done=placed'));
}
