// The bank's side of a reservation: a page that is really open, and a card that is really entered on it.

import type { PlacedOrder } from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as proof from '../../server/models/proof';
import * as task from '../../server/models/task';
import { perform } from '../../server/worker';
import { issueProof, MARIES_PHONE, placedOrder, readyToSign, sign } from '../fixtures/world';
import type { TestShop } from './portal';

export const GOOD_CARD = '4242424242424242';
export const DECLINED_CARD = '4000000000000002';
export const CARD_THAT_CANNOT_BE_CHARGED = '4000000000007015';

/** A payment page as the order's customer gets it. */
export async function openBankPage(shop: TestShop, placed: PlacedOrder): Promise<payment.Payment> {
  const opened = await payment.openCard(shop.db, placed.id);
  const checkout = await shop.portal.cards!.startCheckout({
    payment_id: opened.id,
    order_id: placed.id,
    order_ref: placed.ref,
    price_version: placed.price_version,
    amount_cents: placed.total_cents,
    currency: placed.currency,
    email: placed.contact_email,
    language: 'en',
    label: 'Cards',
    success_url: `${shop.url}/`,
    cancel_url: `${shop.url}/`,
  });
  await payment.noteCheckout(shop.db, opened.id, checkout);
  return payment.findPayment(shop.db, opened.id);
}

/** Enters a card on the page, and tells the portal what became of it. */
export async function payAtBank(shop: TestShop, opened: payment.Payment, number = GOOD_CARD): Promise<void> {
  const body = new URLSearchParams({ number, email: 'marie@example.com' });
  await fetch(opened.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
  await payment.reduce(shop.db, opened.id, await shop.portal.cards!.look(opened));
}

/** A card reserved at the bank for an order whose proof is then signed; the charge is due and not begun. */
export async function signedWithHold(shop: TestShop, number = GOOD_CARD, picture: Buffer | null = null) {
  const placed = await placedOrder(shop);
  const current = await issueProof(shop, placed.id, { picture });
  const opened = await openBankPage(shop, placed);
  await payAtBank(shop, opened, number);
  for (const page of current.pages) await proof.seePage(shop.db, current, page.number, MARIES_PHONE);
  const signed = await sign(shop, await readyToSign(shop, placed.id));
  return { placed, signed, payment_id: opened.id };
}

/** A signed order whose card was really charged, by the worker's own task. */
export async function paidByCard(
  shop: TestShop,
  number = GOOD_CARD,
  picture: Buffer | null = null,
): Promise<payment.Payment> {
  const { payment_id } = await signedWithHold(shop, number, picture);
  const leased = await task.lease(shop.db, 'charging', ['capture_payment']);
  if (!leased) throw new Error('No charge is due: the stop window of this shop is not 0.');
  await perform(shop.portal, leased, 'charging');
  return payment.findPayment(shop.db, payment_id);
}
