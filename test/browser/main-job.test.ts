// The main job in a real browser, from nothing to printing: online on a telephone and at a desk, in both languages.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import * as order from '../../server/models/order';
import { launchBrowser } from '../support/chromium';
import { CARD } from '../support/journey';
import { PASSWORD, startShop, type TestShop } from '../support/portal';

jest.setTimeout(240_000);

let shop: TestShop;
let browser: Browser;
let troubles: string[] = [];

beforeAll(async () => {
  shop = await startShop({ settings: { stop_window_minutes: 0 } });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

interface Screen {
  width: number;
  height: number;
  isTouch: boolean;
}
const PHONE: Screen = { width: 390, height: 844, isTouch: true };
const DESK: Screen = { width: 1440, height: 900, isTouch: false };
const TABLET: Screen = { width: 810, height: 1080, isTouch: true };

async function openBrowser(language: 'en' | 'fr', { width, height, isTouch }: Screen): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    locale: language === 'fr' ? 'fr-FR' : 'en-GB',
    hasTouch: isTouch,
    isMobile: isTouch,
  });
  const page = await context.newPage();
  troubles = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`${page.url()}: ${message.text()}`);
  });
  return page;
}

/** Nothing that a person with a screen reader, a keyboard or weak eyes would stumble over, and no script error. */
async function checkPage(page: Page, language: 'en' | 'fr'): Promise<void> {
  await page.waitForLoadState('networkidle');
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes[0].html}`)).toEqual([]);
  const width = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect([page.url(), width]).toEqual([page.url(), 0]);
  expect(troubles).toEqual([]);
}

const submit = (page: Page, action: string) =>
  page.locator(`form[action$="${action}"] button:not([name="update"]):visible`).first().click();

async function orderCards(page: Page, language: 'en' | 'fr'): Promise<string> {
  await page.goto(`${shop.url}/?hl=${language}`);
  await checkPage(page, language);
  await page.locator('main a[href="/order/new"]').first().click();
  await checkPage(page, language);
  await page.locator('a[href="/order/new/business-cards"]').first().click();
  await checkPage(page, language);
  await submit(page, '/order/new/business-cards');
  await page.waitForURL('**/artwork');
  await checkPage(page, language);
  await page.locator('input[type="file"]').setInputFiles(CARD);
  await page.locator('main a.button-large[href$="/details"]').waitFor({ timeout: 60_000 });
  await checkPage(page, language);
  await page.locator('main a.button-large[href$="/details"]').click();
  await page.waitForURL('**/details');
  await checkPage(page, language);
  await page.fill('[name="contact_name"]', 'Marie Lefèvre');
  await page.fill('[name="contact_email"]', 'marie@example.com');
  await page.fill('[name="contact_phone"]', '06 12 34 56 78');
  await submit(page, '/details');
  await page.waitForURL('**/check');
  await checkPage(page, language);
  await submit(page, '/check');
  await page.waitForURL('**/pay');
  await checkPage(page, language);
  return new URL(page.url()).pathname.replace(/\/pay$/, '');
}

async function payAtBank(page: Page): Promise<void> {
  await submit(page, '/pay');
  await page.waitForURL(`${shop.bank!.url}/**`);
  await page.fill('[name="number"]', '4242 4242 4242 4242');
  await page.locator('main form button[type="submit"], form button').first().click();
  await page.waitForURL(`${shop.url}/o/**`);
}

/** Looks at both pages, ticks, types and draws: what the screen asks for and nothing else. */
async function signProof(page: Page, language: 'en' | 'fr'): Promise<void> {
  await page.waitForURL('**/proof/*', { timeout: 60_000 });
  await checkPage(page, language);
  await page.locator('.page-check[data-check="1"][data-seen="yes"]').waitFor({ timeout: 20_000 });
  await page.locator('[data-go="1"]').first().click();
  await page.locator('.page-check[data-check="2"][data-seen="yes"]').waitFor({ timeout: 20_000 });
  for (const statement of await page.locator('.statement').all()) await statement.click();
  await page.fill('#typed_name', 'Marie Lefèvre');
  await page.locator('.pad-canvas').scrollIntoViewIfNeeded();
  const box = (await page.locator('.pad-canvas').boundingBox())!;
  const at = (step: number) =>
    [box.x + 40 + 4 * step, box.y + box.height / 2 + 25 * Math.sin(step / 3)] as const;
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let step = 1; step < 40; step += 1) await page.mouse.move(...at(step));
  await page.mouse.up();
  await page.locator('[data-sign-button]').click();
}

async function signIn(page: Page, language: 'en' | 'fr'): Promise<void> {
  await page.goto(`${shop.url}/staff/login?hl=${language}`);
  await checkPage(page, language);
  await page.fill('[name="email"]', 'lea@lilas.example');
  await page.fill('[name="password"]', PASSWORD);
  await page.locator('main form button').first().click();
  await page.waitForURL('**/staff');
  await checkPage(page, language);
}

async function printIt(page: Page, ref: string, language: 'en' | 'fr'): Promise<void> {
  await page.goto(`${shop.url}/staff/board`);
  await checkPage(page, language);
  await page.goto(`${shop.url}/staff/orders/${ref}/ticket`);
  await checkPage(page, language);
  expect(await page.locator('main').innerText()).not.toMatch(/NOT APPROVED|NON VALIDÉ/);
  await page.goto(`${shop.url}/staff/orders/${ref}`);
  await checkPage(page, language);
  await page.locator('form[action$="/steps"] button').first().click();
  await page.waitForLoadState('networkidle');
}

const tokenOf = (path: string) => path.split('/')[2];
const byPath = (path: string) => order.findByLink(shop.db, tokenOf(path));

describe.each([
  ['fr', PHONE],
  ['en', DESK],
] as const)('online, in %s', (language, screen) => {
  test('a customer orders, reserves, signs, and the shop prints', async () => {
    const page = await openBrowser(language, screen);
    const path = await orderCards(page, language);
    await payAtBank(page);
    await signProof(page, language);
    await page.waitForURL('**/approved');
    await checkPage(page, language);
    await shop.settled();
    const { ref, state } = await byPath(path);
    expect(state).toBe('released');
    await page.goto(shop.url + path);
    await checkPage(page, language);
    await page.context().close();

    const colleague = await openBrowser(language, DESK);
    await signIn(colleague, language);
    await printIt(colleague, ref, language);
    expect((await byPath(path)).state).toBe('printing');
    await colleague.context().close();
  });
});

describe.each(['en', 'fr'] as const)('at the counter, in %s', (language) => {
  test('a colleague takes the order, the customer signs on the tablet, pays, and the shop prints', async () => {
    const desk = await openBrowser(language, DESK);
    await signIn(desk, language);
    const tablet = await openBrowser(language, TABLET);
    await tablet.goto(`${shop.url}/kiosk/pair`);
    await checkPage(tablet, language);
    const { pairing_code } = await shop
      .db('tablets')
      .whereNull('paired_at')
      .orderBy('created_at', 'desc')
      .first();
    await desk.goto(`${shop.url}/staff/tablets`);
    await checkPage(desk, language);
    await desk.fill('[name="code"]', pairing_code);
    await desk.fill('[name="name"]', `Tablet ${language}`);
    await desk.locator('form:has([name="code"]) button').first().click();
    await tablet.waitForURL('**/kiosk', { timeout: 15_000 });
    // The poster greets everybody in the shop's own language.
    await checkPage(tablet, 'fr');

    await desk.goto(`${shop.url}/staff/orders/new?product=business-cards`);
    await checkPage(desk, language);
    await desk.fill('[name="contact_name"]', 'Jane Doyle');
    await desk.fill('[name="contact_phone"]', '06 98 76 54 32');
    await desk.selectOption('[name="language"]', language);
    await desk.locator('input[type="file"]').first().setInputFiles(CARD);
    await desk.locator('main form[enctype] button:not([name="update"])').last().click();
    await desk.waitForURL(/\/staff\/orders\/[A-Z0-9]{3}-\d{3}/);
    const ref = desk.url().match(/[A-Z0-9]{3}-\d{3}/)![0];
    await shop.settled();
    await desk.goto(`${shop.url}/staff/orders/${ref}/ticket`);
    expect(await desk.locator('main').innerText()).toMatch(/NOT APPROVED|NON VALIDÉ/);

    await desk.goto(`${shop.url}/staff/orders/${ref}`);
    await checkPage(desk, language);
    await desk.selectOption('[name="tablet_id"]', { label: `Tablet ${language}` });
    await desk.locator('form[action$="/tablet"] button').first().click();
    await tablet.locator(`form button[value="${language}"]`).first().click({ timeout: 15_000 });
    await signProof(tablet, language);
    await tablet.waitForURL('**/done');
    await checkPage(tablet, language);
    expect(await tablet.locator('body').innerText()).not.toContain('Doyle');

    await desk.goto(`${shop.url}/staff/orders/${ref}`);
    const payment = desk.locator('form[action$="/payments"]').first();
    await payment.locator('input[value="cash"]').first().check();
    await payment.locator('button').first().click();
    await shop.settled();
    expect((await order.findByRef(shop.db, ref)).state).toBe('released');
    await printIt(desk, ref, language);
    expect((await order.findByRef(shop.db, ref)).state).toBe('printing');
    await tablet.context().close();
    await desk.context().close();
  });
});
