// What the shop changes of an order: looked at beside what it was, then confirmed with a reason.
import type { Request, Response } from 'express';
import { Conflict, Forbidden, Invalid } from '../errors';
import { uploadOrNull } from '../middleware/upload';
import * as order from '../models/order';
import * as orderChange from '../models/order-change';
import * as price from '../models/price';
import * as product from '../models/product';
import { portal, shop, staff } from '../portal';
import { centsOrNull, refusalOf, type Shown, sentences, text, textOrNull, whole } from './form';
import { choiceForm, readChoice } from './products';
import { MAX_REASON_LENGTH, orderOf, orderPage } from './staff-orders';

const MAX_ADDRESS_LENGTH = 400;
const MEGABYTE = 1024 * 1024;

const seenIn = (req: Request): orderChange.Seen => ({
  price_version: whole(req, 'price_version'),
  live_approval_id: textOrNull(req, 'live_approval_id'),
});

/** What the two pages know of the order as it is. */
function orderLocals(req: Request, found: order.PlacedOrder) {
  return {
    order: found,
    base: orderPage(found),
    may_change: orderChange.mayBeChanged(found.state),
    is_signed: found.live_approval_id !== null,
    is_owner: staff(req).role === 'owner',
  };
}

interface JobForm {
  choice: product.Choice;
  delivery_address: string | null;
  reason: string;
  errors: Shown[];
  status: number;
  /** Set when what would change is shown, to be confirmed. */
  is_checked: boolean;
}

async function renderJob(
  req: Request,
  res: Response,
  found: order.PlacedOrder,
  chosen: product.Product,
  given: JobForm,
): Promise<void> {
  const { choice, delivery_address, reason, errors, status, is_checked } = given;
  const base = orderPage(found);
  const fresh = orderChange.priceOf(found, { product: chosen, choice, delivery_address }, shop(req));
  res.status(status).render('order-changes/job', {
    ...choiceForm(chosen, choice, shop(req), `${base}/change`, errors),
    ...orderLocals(req, found),
    given: { delivery_address, reason },
    after: fresh,
    differences: orderChange.differences(
      found,
      { specification: order.specify(chosen, choice), delivery_address },
      res.locals.lang,
    ),
    is_checked,
    takes_file: found.state !== 'changes_requested',
    limit_mb: Math.floor(portal(req).config.upload_limit_bytes / MEGABYTE),
  });
}

/** The product as it is sold today; an order outlives the catalogue, so its own choice may no longer be there. */
async function productOf(req: Request, found: order.PlacedOrder): Promise<product.Product> {
  return product.findProduct(portal(req).db, found.specification.choice.product_key);
}

export async function showJob(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const chosen = await productOf(req, found);
  const { choice } = readChoice(res, chosen, { ...found.specification.choice });
  await renderJob(req, res, found, chosen, {
    choice,
    delivery_address: found.delivery_address,
    reason: '',
    errors: [],
    status: 200,
    is_checked: false,
  });
}

export async function updateJob(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const chosen = await productOf(req, found);
  const { choice, errors } = readChoice(res, chosen, req.body ?? {});
  const delivery_address =
    choice.delivery === 'delivery' ? textOrNull(req, 'delivery_address', MAX_ADDRESS_LENGTH) : null;
  const reason = text(req, 'reason', MAX_REASON_LENGTH);
  const isConfirmed = req.body?.confirm !== undefined;
  const again = (status: number, more: Shown[], is_checked: boolean) =>
    renderJob(req, res, found, chosen, {
      choice,
      delivery_address,
      reason,
      errors: [...errors, ...more],
      status,
      is_checked,
    });
  const missing: Record<string, string> = {};
  if (choice.delivery === 'delivery' && !delivery_address) missing.delivery_address = 'order_change.address';
  if (isConfirmed && !reason) missing.reason = 'order_change.reason';
  if (errors.length > 0 || Object.keys(missing).length > 0) {
    return again(422, sentences(res, new Invalid(missing)), isConfirmed && errors.length === 0);
  }
  if (!isConfirmed) return again(200, [], true);
  try {
    const job = { product: chosen, choice, delivery_address };
    // The amount that the colleague saw and confirmed is the one that counts.
    if (orderChange.priceOf(found, job, shop(req)).total_cents !== whole(req, 'total_cents'))
      throw new Conflict('conflict.order_changed');
    const wish = { job, upload: uploadOrNull(req), reason };
    await orderChange.change(db, found.id, seenIn(req), wish, shop(req), staff(req).id);
  } catch (error) {
    const refused = refusalOf(res, error, 'change');
    return again(refused.status, refused.errors, true);
  }
  portal(req).wake();
  res.redirect(303, orderPage(found, '?done=changed'));
}

interface PriceForm {
  given?: Record<string, string>;
  errors?: Shown[];
  status?: number;
}

async function renderPrice(
  req: Request,
  res: Response,
  { given = {}, errors = [], status = 200 }: PriceForm = {},
): Promise<void> {
  const found = await orderOf(req);
  res.status(status).render('order-changes/price', { ...orderLocals(req, found), given, errors });
}

export const showPrice = (req: Request, res: Response) => renderPrice(req, res);

const KINDS = ['extra', 'rush', 'delivery', 'discount'] as const;
type Kind = (typeof KINDS)[number];

const STANDARD: Record<Exclude<Kind, 'extra'>, price.QuoteLine['label']> = {
  rush: { en: 'Rush', fr: 'Express' },
  delivery: { en: 'Delivery', fr: 'Livraison' },
  discount: { en: 'Discount', fr: 'Remise' },
};

function readLine(req: Request, currency: string): price.QuoteLine {
  const kind = KINDS.find((known) => known === text(req, 'kind'));
  const amount_cents = centsOrNull(text(req, 'amount', 20), currency);
  const label = text(req, 'label', orderChange.MAX_LABEL_LENGTH);
  const wrong: Record<string, string> = {};
  if (!kind) wrong.kind = 'order_change.kind';
  if (kind === 'extra' && !label) wrong.label = 'order_change.label';
  if (!amount_cents) wrong.amount = 'order_change.amount';
  if (!text(req, 'reason')) wrong.reason = 'order_change.reason';
  if (!kind || !amount_cents || Object.keys(wrong).length > 0) throw new Invalid(wrong);
  if (kind === 'discount' && staff(req).role !== 'owner') throw new Forbidden('owner_only');
  // One wording serves both languages: the line is written to this customer.
  const words = label || kind === 'extra' ? { en: label, fr: label } : STANDARD[kind];
  return orderChange.adjustment(kind, words, amount_cents);
}

async function reprice(
  req: Request,
  res: Response,
  lines: (found: order.PlacedOrder) => price.QuoteLine[],
): Promise<void> {
  const found = await orderOf(req);
  const given = Object.fromEntries(
    ['kind', 'label', 'amount', 'reason'].map((name) => [name, text(req, name, MAX_REASON_LENGTH)]),
  );
  try {
    const adjustments = lines(found);
    const { reason } = given;
    if (!reason) throw new Invalid({ reason: 'order_change.reason' });
    const wish = { adjustments, reason };
    await orderChange.change(portal(req).db, found.id, seenIn(req), wish, shop(req), staff(req).id);
  } catch (error) {
    return renderPrice(req, res, { given, ...refusalOf(res, error, 'change') });
  }
  portal(req).wake();
  res.redirect(303, orderPage(found, '?done=changed'));
}

export const addLine = (req: Request, res: Response) =>
  reprice(req, res, (found) => [...price.adjustmentsOf(found.quote), readLine(req, found.currency)]);

/** Takes a line of the shop's own away. A discount is taken back by the owner alone, as it was given. */
export const removeLine = (req: Request, res: Response) =>
  reprice(req, res, (found) => {
    const own = price.adjustmentsOf(found.quote);
    const line = own.find(({ adjustment_id }) => adjustment_id === req.params.line);
    if (!line) throw new Conflict('conflict.order_changed');
    if (line.kind === 'discount' && staff(req).role !== 'owner') throw new Forbidden('owner_only');
    return own.filter((each) => each !== line);
  });
