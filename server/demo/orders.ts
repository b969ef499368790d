// The demo shop's first orders, placed as a customer would.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { linkTokenSha256 } from '../link';
import * as artwork from '../models/artwork';
import { promisedBy, readyOn } from '../models/calendar';
import { now } from '../models/database';
import { CUSTOMER } from '../models/event';
import * as order from '../models/order';
import * as product from '../models/product';
import * as setting from '../models/setting';
import type { Portal } from '../portal';

const ARTWORK = join(__dirname, '..', '..', '..', 'server', 'demo', 'artwork');

export interface DemoOrder {
  name: string;
  email: string | null;
  phone: string;
  language: order.Language;
  product_key: string;
  artwork: string | null;
  choice?: Partial<product.Choice>;
  channel?: 'web' | 'counter';
  staff_id?: string | null;
  ready_on?: string;
}

/** Places an order through the real verbs; returns its id. The worker makes the proof. */
export async function placeOrder(portal: Portal, wish: DemoOrder): Promise<string> {
  const { config, db, storage } = portal;
  const shop = await setting.shop(db);
  const chosen = await product.findProduct(db, wish.product_key);
  const choice = product.parseChoice(chosen, { ...product.chooseDefaults(chosen), ...wish.choice });
  const id = order.newId();
  await order.start(db, {
    id,
    link_token_sha256: linkTokenSha256(config, id),
    channel: wish.channel ?? 'web',
    language: wish.language,
    staff_id: wish.staff_id ?? null,
    actor: CUSTOMER,
  });
  await order.choose(db, id, chosen, choice, shop);
  await order.giveDetails(db, id, {
    contact_name: wish.name,
    contact_email: wish.email,
    contact_phone: wish.phone,
    delivery_address: null,
    note: null,
    language: wish.language,
  });
  if (wish.artwork) {
    const saved = await storage.save(createReadStream(join(ARTWORK, wish.artwork)));
    const upload = { ...saved, media_type: 'application/pdf', name: wish.artwork };
    await artwork.submit(db, await order.findOrder(db, id), upload, 'customer', CUSTOMER);
  }
  const draft = await order.findOrder(db, id);
  const days = product.turnaroundDays(chosen, choice);
  await order.place(db, id, {
    total_cents: draft.total_cents as number,
    specification_sha256: draft.specification_sha256 as string,
    payment_method: 'counter',
    ready_on: wish.ready_on ?? readyOn(shop, now(), days).ready_on,
    proof_promised_at: promisedBy(shop, now(), shop.proof_minutes),
    device_sha256: null,
    actor: CUSTOMER,
  });
  return id;
}

/** One order whose proof waits to be looked at and signed. */
export const orderThatWaits = (portal: Portal): Promise<string> =>
  placeOrder(portal, {
    name: 'Marie Lefèvre',
    email: 'marie.lefevre@example.com',
    phone: '06 12 34 56 78',
    language: 'fr',
    product_key: 'business-cards',
    artwork: 'business-card.pdf',
  });
