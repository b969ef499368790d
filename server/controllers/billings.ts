// For whom the invoice is made out: a company, its numbers, its address.
import type { Request, Response } from 'express';
import { Invalid } from '../errors';
import * as billing from '../models/billing';
import type * as order from '../models/order';
import { portal, room } from '../portal';
import { sentences, text, textOrNull } from './form';
import { orderOf, orderPage } from './staff-orders';

const MAX_ADDRESS_LENGTH = 400;
const MAX_NUMBER_LENGTH = 40;
const VAT_NUMBER = /^[A-Z]{2}[0-9A-Z]{2,13}$/;

type Values = Record<keyof billing.BillingDetails, string>;

const valuesOf = (kept: billing.BillingDetails | null): Values => ({
  company: kept?.company ?? '',
  siren: kept?.siren ?? '',
  vat_number: kept?.vat_number ?? '',
  address: kept?.address ?? '',
  purchase_order: kept?.purchase_order ?? '',
});

/** What the form said; null when it says that no company is meant. Throws Invalid with the fields to mend. */
function read(req: Request): billing.BillingDetails | null {
  const compact = (name: string) => (textOrNull(req, name, MAX_NUMBER_LENGTH) ?? '').replace(/[\s.-]/g, '');
  const details = {
    company: text(req, 'company'),
    siren: compact('siren') || null,
    vat_number: compact('vat_number').toUpperCase() || null,
    address: text(req, 'address', MAX_ADDRESS_LENGTH),
    purchase_order: textOrNull(req, 'purchase_order', MAX_NUMBER_LENGTH),
  };
  if (Object.values(details).every((value) => !value)) return null;
  const wrong: Record<string, string> = {};
  if (!details.company) wrong.company = 'billing.company';
  if (!details.address) wrong.address = 'billing.address';
  if (details.siren && !billing.isSiren(details.siren)) wrong.siren = 'billing.siren';
  if (details.vat_number && !VAT_NUMBER.test(details.vat_number)) wrong.vat_number = 'billing.vat_number';
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong);
  return details;
}

interface Place {
  found: order.Order;
  back: string;
  kind: 'customer' | 'staff';
}

async function render(req: Request, res: Response, place: Place, status: number, error: Invalid | null) {
  const kept = await billing.findOrNull(portal(req).db, place.found.id);
  const given = valuesOf(kept);
  if (error) {
    for (const name of Object.keys(given) as Array<keyof Values>)
      given[name] = text(req, name, MAX_ADDRESS_LENGTH);
  }
  res.status(status).render('billing/form', {
    order: place.found,
    kind: place.kind,
    back: place.back,
    action: `${place.back}/billing`,
    values: given,
    errors: error ? sentences(res, error) : [],
  });
}

async function update(req: Request, res: Response, place: Place): Promise<void> {
  try {
    await billing.keep(portal(req).db, place.found.id, read(req));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    await render(req, res, place, error.status, error);
    return;
  }
  res.redirect(303, place.back);
}

const ofCustomer = (req: Request): Place => ({
  found: room(req).order,
  back: room(req).base,
  kind: 'customer',
});
const ofStaff = async (req: Request): Promise<Place> => {
  const found = await orderOf(req);
  return { found, back: orderPage(found), kind: 'staff' };
};

export const form = (req: Request, res: Response) => render(req, res, ofCustomer(req), 200, null);
export const create = (req: Request, res: Response) => update(req, res, ofCustomer(req));
export const staffForm = async (req: Request, res: Response) =>
  render(req, res, await ofStaff(req), 200, null);
export const staffCreate = async (req: Request, res: Response) => update(req, res, await ofStaff(req));
