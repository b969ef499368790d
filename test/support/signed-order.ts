// An order that went the whole way by forms: ordered, proofed, signed, charged, printed, handed over.
import { join } from 'node:path';
import * as order from '../../server/models/order';
import * as ticket from '../../server/models/ticket';
import { CARD, fillDraft, lookAtProof, placeDraft, reserveOnline, signedForm } from './journey';
import type { TestShop } from './portal';
import { ROOT } from './sources';

export const BOOKLET = {
  product: 'booklets',
  file: join(ROOT, 'server/demo/artwork/booklet-a4-16-pages.pdf'),
  fields: { size_key: 'a4', 'options[pages]': '16' },
};
export const CARDS = { product: 'business-cards', file: CARD, fields: {} as Record<string, string> };

/** The shop needs `stop_window_minutes: 0`, or the order rests in its stop window. */
export async function signedOrder(
  shop: TestShop,
  { language = 'en', is_handed_over = true, what = CARDS as typeof CARDS } = {},
): Promise<order.PlacedOrder> {
  const visit = shop.visitor({ language });
  const draft = await fillDraft(shop, visit, what);
  const address = await placeDraft(visit, draft, 'card');
  await reserveOnline(shop, visit, address);
  const proof = await lookAtProof(shop, visit, address);
  const signed = await visit.post(`${proof}/approval`, await signedForm(visit, proof));
  if (signed.status !== 303) throw new Error(`Not signed: ${signed.status} ${signed.text.slice(0, 2000)}`);
  await shop.settled();
  const { id } = await order.findByLink(shop.db, address.split('/')[2]);
  const steps: ticket.Step[] = is_handed_over ? ['printing', 'finishing', 'ready', 'handed_over'] : [];
  for (const step of steps) await ticket.advance(shop.db, id, step, shop.lea.id);
  await shop.settled();
  return order.placed(await order.findOrder(shop.db, id));
}
