// The catalogue as data: each product is one definition, published version by version.
import type { Request, Response } from 'express';
import { Invalid, NotFound } from '../errors';
import { fromPriceCents } from '../models/price';
import * as product from '../models/product';
import { portal, shop } from '../portal';
import { type Shown, text } from './form';

const MAX_DEFINITION_LENGTH = 400_000;
const DONE = ['published', 'retired', 'put_back'] as const;

const definitionOf = ({ version, is_active, ...definition }: product.Product) =>
  JSON.stringify(definition, null, 2);

export async function index(req: Request, res: Response): Promise<void> {
  const products = await product.listAll(portal(req).db);
  res.render('owner/products', {
    products: products.map((each) => ({
      ...each,
      from_cents: fromPriceCents(each, shop(req).tax),
      currency: shop(req).currency,
    })),
    done: DONE.find((known) => known === req.query.done) ?? null,
  });
}

function render(
  res: Response,
  status: number,
  edited: product.Product | null,
  definition: string,
  errors: Shown[],
): void {
  res.status(status).render('owner/product', {
    product: edited,
    definition,
    errors,
    action: edited ? `/owner/products/${edited.key}` : '/owner/products',
  });
}

/** An empty page is hard to begin: a new product starts as a copy. */
export async function newForm(req: Request, res: Response): Promise<void> {
  const products = await product.listAll(portal(req).db);
  const model = products.find(({ key }) => key === req.query.like) ?? products[0];
  const definition = model ? definitionOf({ ...model, key: `${model.key}-2` }) : '{}';
  render(res, 200, null, definition, []);
}

export async function form(req: Request, res: Response): Promise<void> {
  const edited = await product.findProduct(portal(req).db, String(req.params.product));
  render(res, 200, edited, definitionOf(edited), []);
}

async function publish(req: Request, res: Response, edited: product.Product | null): Promise<void> {
  const { db } = portal(req);
  const { t } = res.locals;
  const written = text(req, 'definition', MAX_DEFINITION_LENGTH);
  const refuse = (message: string, status = 422) =>
    render(res, status, edited, written, [{ field: 'definition', message }]);
  let input: { key?: unknown };
  try {
    input = JSON.parse(written);
  } catch (error) {
    return refuse(t('staff:products.not_json', { problem: (error as Error).message }));
  }
  if (edited && input?.key !== edited.key) return refuse(t('staff:products.key_stays', { key: edited.key }));
  if (edited && Number(text(req, 'version')) !== edited.version)
    return refuse(t('staff:products.changed_meanwhile'), 409);
  if (!edited && typeof input?.key === 'string' && (await exists(req, input.key))) {
    return refuse(t('staff:products.key_taken', { key: input.key }), 409);
  }
  try {
    await product.publish(db, input);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return refuse(t('staff:products.refused', error.vars));
  }
  res.redirect(303, '/owner/products?done=published');
}

async function exists(req: Request, key: string): Promise<boolean> {
  try {
    await product.findProduct(portal(req).db, key);
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}

export const create = (req: Request, res: Response) => publish(req, res, null);

export async function update(req: Request, res: Response): Promise<void> {
  await publish(req, res, await product.findProduct(portal(req).db, String(req.params.product)));
}

export async function retire(req: Request, res: Response): Promise<void> {
  await product.retire(portal(req).db, String(req.params.product));
  res.redirect(303, '/owner/products?done=retired');
}

export async function putBack(req: Request, res: Response): Promise<void> {
  await product.putBack(portal(req).db, String(req.params.product));
  res.redirect(303, '/owner/products?done=put_back');
}
