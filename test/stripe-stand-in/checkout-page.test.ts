import type Stripe from 'stripe';
import { LONGEST_S, SHORTEST_S } from '../../bin/stripe-stand-in/checkout-session-routes';
import { holdFor, openTill, press, refusal, type Till, typesOf } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill({ shop_name: 'Imprimerie du Canal' });
});
afterEach(() => till.close());

const read = async (address: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(address, { headers, redirect: 'manual' });
  return { answer, html: await answer.text() };
};
const statusOf = async (session: Stripe.Checkout.Session) => {
  const found = await till.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
  return [found.status, (found.payment_intent as Stripe.PaymentIntent | null)?.status ?? null];
};

test('the page says in both languages that no money moves', async () => {
  const french = await read((await holdFor(till.stripe)).url!);
  expect(french.html).toContain('Démonstration – aucun argent ne circule');
  expect(french.html).toMatch(/Réserver 86,40\s€/);
  const english = await read((await holdFor(till.stripe, { locale: 'en' })).url!);
  expect(english.html).toContain('Demonstration – no money moves');
  expect(english.html).toContain('Reserve €86.40');
});

test('without a chosen language the page follows the browser, and English otherwise', async () => {
  const { url } = await holdFor(till.stripe, { locale: 'auto' });
  expect((await read(url!, { 'accept-language': 'fr-CA,en;q=0.5' })).html).toContain('<html lang="fr">');
  expect((await read(url!, { 'accept-language': 'de-DE' })).html).toContain('<html lang="en">');
  expect((await read(`${url}?language=fr`)).html).toContain('<html lang="fr">');
});

test('the shop’s name and its own words under the button are shown', async () => {
  const session = await holdFor(till.stripe, {
    branding_settings: { display_name: 'Atelier Duval' },
    custom_text: { submit: { message: 'Votre carte est débitée quand vous signez.' } },
  });
  expect(session.custom_text.submit!.message).toBe('Votre carte est débitée quand vous signez.');
  const { html } = await read(session.url!);
  expect(html).toContain('Paiement pour Atelier Duval');
  expect(html).toContain('Votre carte est débitée quand vous signez.');
});

test('a declined card says so, keeps the page open, and another card then succeeds', async () => {
  const session = await holdFor(till.stripe);
  const declined = await press(session.url!, { card: 'visa_chargeDeclined' });
  expect(declined.status).toBe(422);
  expect(declined.html).toContain('La carte a été refusée.');
  expect(await statusOf(session)).toEqual(['open', 'requires_payment_method']);

  await press(session.url!, { number: '4242 4242 4242 4242' });
  expect(await statusOf(session)).toEqual(['complete', 'requires_capture']);
  const events = (await till.stripe.events.list()).data.reverse();
  expect(typesOf(events)).toEqual([
    'payment_intent.created',
    'payment_intent.payment_failed',
    'charge.failed',
    'charge.succeeded',
    'payment_intent.amount_capturable_updated',
    'checkout.session.completed',
  ]);
});

test('3-D Secure asks on a second page; refusing returns to the cards, confirming holds the amount', async () => {
  const session = await holdFor(till.stripe);
  const asked = await press(session.url!, { card: 'authenticationRequired' });
  expect((await read(asked.address!)).html).toContain('Confirmez ce paiement');
  expect(await statusOf(session)).toEqual(['open', 'requires_action']);

  const refused = await press(asked.address!, { answer: 'refuse' });
  expect((await read(refused.address!)).html).toContain('Le paiement n’a pas été confirmé.');
  expect(await statusOf(session)).toEqual(['open', 'requires_payment_method']);

  const again = await press(session.url!, { card: 'authenticationRequired' });
  const confirmed = await press(again.address!, { answer: 'confirm' });
  expect(confirmed.address).toBe(`https://shop.example/return?sid=${session.id}`);
  expect(await statusOf(session)).toEqual(['complete', 'requires_capture']);
});

test('pressing the button twice holds the amount once', async () => {
  const session = await holdFor(till.stripe);
  const presses = await Promise.all([1, 2, 3].map(() => press(session.url!, { card: 'visa' })));
  expect(presses.map((one) => one.address)).toEqual(
    Array(3).fill(`https://shop.example/return?sid=${session.id}`),
  );
  expect((await till.stripe.charges.list({})).data).toHaveLength(1);
});

test('a real card number is refused and kept nowhere', async () => {
  const session = await holdFor(till.stripe);
  const { status, html } = await press(session.url!, { number: '4970 1000 0000 0154' });
  expect(status).toBe(422);
  expect(html).toContain('Ce n’est pas une carte de démonstration.');
  expect(html + JSON.stringify(till.standIn.control.state())).not.toMatch(/4970/);
});

test('an e-mail address is asked for when the shop gave none', async () => {
  const session = await holdFor(till.stripe, { customer_email: undefined });
  expect((await press(session.url!, { card: 'visa', email: 'jeanne' })).status).toBe(422);
  await press(session.url!, { card: 'visa', email: 'jeanne@example.com' });
  const paid = await till.stripe.checkout.sessions.retrieve(session.id);
  expect(paid.customer_details!.email).toBe('jeanne@example.com');
});

test('an expired page takes no payment', async () => {
  const session = await holdFor(till.stripe);
  await press(session.url!, { card: 'visa_chargeDeclined' });
  const expired = await till.stripe.checkout.sessions.expire(session.id);
  expect(expired).toMatchObject({ status: 'expired', url: null });
  expect((await press(session.url!, { card: 'visa' })).html).toContain('Cette page a expiré');
  expect(await statusOf(session)).toEqual(['expired', 'canceled']);
  expect((await refusal(till.stripe.checkout.sessions.expire(session.id))).statusCode).toBe(400);
});

test('a page expires by itself at the time the shop gave', async () => {
  const session = await holdFor(till.stripe);
  till.standIn.control.advance(3601);
  expect(await statusOf(session)).toEqual(['expired', null]);
  await till.standIn.control.settled();
  expect(typesOf(till.heard)).toEqual(['checkout.session.expired']);
});

test('after the clock was moved, a shop whose own clock was not can still open a page for an hour', async () => {
  till.standIn.control.advance(8 * 24 * 3600);
  const session = await holdFor(till.stripe);
  expect(session.status).toBe('open');
  till.standIn.control.advance(3601);
  expect(await statusOf(session)).toEqual(['expired', null]);
});

test('a page stays open between thirty minutes and a day', async () => {
  const now = Math.floor(Date.now() / 1000);
  for (const lasts of [SHORTEST_S - 120, LONGEST_S + 120]) {
    const error = await refusal(holdFor(till.stripe, { expires_at: now + lasts }));
    expect(error).toMatchObject({ statusCode: 400, param: 'expires_at' });
  }
});

test('a payment whose page is open is ended by expiring the page, not by cancelling', async () => {
  const session = await holdFor(till.stripe);
  await press(session.url!, { card: 'visa_chargeDeclined' });
  const { payment_intent } = await till.stripe.checkout.sessions.retrieve(session.id);
  const error = await refusal(till.stripe.paymentIntents.cancel(payment_intent as string));
  expect(error.code).toBe('payment_intent_unexpected_state');
});

test('what the shop sends is shown as text, never as markup', async () => {
  const product_data = { name: '<img src=x onerror=alert(1)>' };
  const session = await holdFor(till.stripe, {
    line_items: [{ quantity: 2, price_data: { currency: 'jpy', unit_amount: 500, product_data } }],
  });
  const { html } = await read(session.url!);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).not.toContain('<img');
  expect(html).toMatch(/Réserver 1\s000\s(JPY|¥|JP¥)/);
  expect(session.amount_total).toBe(1000);
});

test('the page may load nothing from elsewhere and send its form only to itself and the shop', async () => {
  const { answer } = await read((await holdFor(till.stripe)).url!);
  const policy = answer.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("form-action 'self' https://shop.example");
  expect(policy).not.toContain('unsafe');
});

test('the shop must give web addresses to return to', async () => {
  const error = await refusal(holdFor(till.stripe, { success_url: 'javascript:alert(1)' }));
  expect(error).toMatchObject({ param: 'success_url', code: 'url_invalid' });
});

test('the pages work under another origin and a path prefix', async () => {
  const shop = await openTill({ public_base: 'http://shop.example:3000/demo-bank/' });
  try {
    const session = await holdFor(shop.stripe);
    expect(session.url).toBe(`http://shop.example:3000/demo-bank/c/pay/${session.id}`);
    const { html } = await read(`${shop.standIn.url}/c/pay/${session.id}`);
    const addresses = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.filter((one) => one.startsWith('/'))).toEqual([]);
    const answer = await fetch(`${shop.standIn.url}/c/pay/${session.id}`, {
      method: 'POST',
      body: new URLSearchParams({ card: 'authenticationRequired' }),
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toMatch(/^\.\.\/authenticate\/pi_/);
  } finally {
    await shop.close();
  }
});

test('an address that leads nowhere is a polite 404', async () => {
  for (const place of ['pay/cs_test_none', 'authenticate/__proto__', 'elsewhere']) {
    const { answer, html } = await read(`${till.standIn.url}/c/${place}`);
    expect(answer.status).toBe(404);
    expect(html).toContain('There is no such page');
  }
});
