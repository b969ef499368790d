import type { Request, Response } from 'express';
import { fromPriceCents } from '../models/price';
import * as product from '../models/product';
import { portal, shop } from '../portal';

export async function show(req: Request, res: Response): Promise<void> {
  const products = await product.listProducts(portal(req).db);
  res.render('home/show', {
    products: products.map((each) => ({
      ...each,
      from_cents: fromPriceCents(each, shop(req).tax),
      currency: shop(req).currency,
    })),
  });
}

const PAGES = ['accessibility', 'privacy', 'terms'] as const;

export function legal(req: Request, res: Response): void {
  const name = PAGES.find((page) => page === req.params.page);
  if (name) res.render(`legal/${name}`);
  else res.redirect(303, '/');
}
