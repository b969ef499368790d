// The bank's side of a reservation: a page that is really open, and a card that is really entered on it.

import type { PlacedOrder } from '../../server/models/order';
import * as payment from '../../server/models/payment';
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
