import http from 'node:http';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import type Stripe from 'stripe';
import { holdFor, openTill, type Till } from './support';

let browser: Browser;
let till: Till;
let page: Page;
let complaints: string[];
let shop: http.Server;
let shopAddress: string;

beforeAll(async () => {
  shop = http.createServer((_req, res) => res.end('The shop'));
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done));
  shopAddress = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  shop.close();
});
beforeEach(async () => {
  till = await openTill({ shop_name: 'Imprimerie du Canal' });
});
afterEach(async () => {
  await page.context().close();
  await till.close();
});

async function visit(width: number, height: number, javaScriptEnabled = true) {
  const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled });
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium reports every answer above 399; a declined card is one on purpose.
    if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text());
  });
}

/** A session that leads back to a shop on another origin, as in life. */
function session(locale: Stripe.Checkout.SessionCreateParams.Locale = 'fr') {
  return holdFor(till.stripe, {
    locale,
    success_url: `${shopAddress}/return?sid={CHECKOUT_SESSION_ID}`,
    cancel_url: `${shopAddress}/orders/1042`,
  });
}

async function barriers() {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
}

async function isWiderThanScreen() {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

const sizes = [
  [390, 844],
  [1440, 900],
] as const;
const languages = ['en', 'fr'] as const;

for (const [width, height] of sizes) {
  for (const locale of languages) {
    test(`a customer pays after a declined card and 3-D Secure, ${locale}, ${width} px wide`, async () => {
      await visit(width, height);
      const { id, url } = await session(locale);
      await page.goto(url!);
      expect(await barriers()).toEqual([]);
      expect(await isWiderThanScreen()).toBe(false);

      await page.check('input[value=visa_chargeDeclined]');
      await page.click('button[type=submit]');
      expect(await page.locator('[role=alert]').isVisible()).toBe(true);
      expect(await barriers()).toEqual([]);

      await page.check('input[value=authenticationRequired]');
      await page.click('button[type=submit]');
      expect(await barriers()).toEqual([]);
      expect(await isWiderThanScreen()).toBe(false);
      await page.click('button[value=confirm]');
      await page.waitForURL(`${shopAddress}/return?sid=${id}`);
      expect(complaints).toEqual([]);

      await page.goto(url!);
      expect(await barriers()).toEqual([]);
    });
  }
}

test('the page works without JavaScript and from the keyboard alone', async () => {
  await visit(390, 844, false);
  const { id, url } = await session();
  await page.goto(url!);
  await page.focus('input[name=card]:checked');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${shopAddress}/return?sid=${id}`);
});

test('the way back leads to the shop without paying', async () => {
  await visit(390, 844);
  const { id, url } = await session();
  await page.goto(url!);
  await page.click('a.back');
  expect(page.url()).toBe(`${shopAddress}/orders/1042`);
  expect((await till.stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull();
});
