// An order that went the whole way by forms: ordered, proofed, signed, charged, printed, handed over.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import * as handover from '../../server/models/handover';
import * as order from '../../server/models/order';
import * as printCheck from '../../server/models/print-check';
import * as setting from '../../server/models/setting';
import * as ticket from '../../server/models/ticket';
import { STROKES } from '../fixtures/world';
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
  if (is_handed_over) await printAndHandOver(shop, id);
  return order.placed(await order.findOrder(shop.db, id));
}

async function printAndHandOver(shop: TestShop, id: string): Promise<void> {
  const { db, lea } = shop;
  for (const step of ['printing', 'finishing'] as const) await ticket.advance(db, id, step, lea.id);
  const picture = sharp({ create: { width: 900, height: 600, channels: 3, background: '#d8c36a' } });
  const saved = await shop.portal.storage.save(Readable.from([await picture.jpeg().toBuffer()]));
  await printCheck.addPhoto(db, id, 1, { ...saved, media_type: 'image/jpeg', name: 'print.jpg' }, lea.id);
  const check = { ordered: 250, counted: 250, note: null };
  await printCheck.makeReady(db, id, check, await setting.shop(db), lea.id);
  await handover.handOver(
    db,
    id,
    {
      how: 'collected',
      recipient_name: 'Marie Lefèvre',
      signature_method: 'drawn',
      strokes: STROKES,
      signature_typed_name: '',
      signature_typed_confirm: false,
    },
    lea.id,
  );
  await shop.settled();
}
