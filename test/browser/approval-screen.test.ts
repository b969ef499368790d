// The approval screen in a real browser, with sample data: what a customer does with a finger, a mouse or a keyboard.
import type { Server } from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/chromium';
import { startGallery } from '../support/gallery';

const SCREENS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 810, height: 1080 },
  { width: 390, height: 844 },
];
/** The two layouts: side by side, and one below the other. */
const READ_BY_AXE = [1024, 390];
const MOST_GESTURES = 12;
const SEEN_AFTER_MS = 2000;
jest.setTimeout(60_000);

let gallery: { url: string; server: Server };
let browser: Browser;
let troubles: string[];

beforeAll(async () => {
  gallery = await startGallery();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  gallery.server.close();
});
beforeEach(() => {
  troubles = [];
});
afterEach(() => {
  expect(troubles).toEqual([]);
});

async function open(path: string, options: { width?: number; height?: number; js?: boolean } = {}) {
  const { width = 1024, height = 768, js = true } = options;
  const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: js });
  const page = await context.newPage();
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) {
      troubles.push(message.text());
    }
  });
  await page.goto(gallery.url + path);
  return page;
}

const left = (page: Page) => page.locator('[data-left]').innerText();
const said = (page: Page) => page.locator('[data-open]').innerText();
const isSeen = (page: Page, number: number) =>
  page.locator(`.page-check[data-check="${number}"][data-seen="yes"]`).waitFor();

async function draw(page: Page, path: (step: number) => [number, number]) {
  await page.locator('.pad-canvas').scrollIntoViewIfNeeded();
  const box = (await page.locator('.pad-canvas').boundingBox())!;
  const at = (step: number) => {
    const [x, y] = path(step);
    return [box.x + x, box.y + y] as const;
  };
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let step = 1; step < 40; step += 1) await page.mouse.move(...at(step));
  await page.mouse.up();
}
const written = (step: number): [number, number] => [40 + 5 * step, 80 + 30 * Math.sin(step / 3)];
const straight = (step: number): [number, number] => [40 + 5 * step, 80];

test('a page counts as seen after two seconds on the screen, not at once', async () => {
  const page = await open('/gallery/proof');
  const opened = Date.now();
  expect(await left(page)).toBe('8 steps left');
  await isSeen(page, 1);
  expect(Date.now() - opened).toBeGreaterThanOrEqual(SEEN_AFTER_MS * 0.9);
  expect(await left(page)).toBe('7 steps left');
  expect(await page.locator('.page-check[data-check="2"]').getAttribute('data-seen')).toBe('no');
});

test('signing too early sends nothing and leads to the first open point', async () => {
  const page = await open('/gallery/proof');
  await isSeen(page, 1);
  await page.click('[data-sign-button]');
  expect(await said(page)).toBe('Page 2 is not seen yet.');
  expect(await page.locator('.viewer-place').innerText()).toContain('Page 2 of 2');
  await isSeen(page, 2);
  await page.click('[data-sign-button]');
  expect(await said(page)).toBe('Please answer: The text is correct');
  expect(await page.evaluate('document.activeElement.id')).toBe('tick-text');
  expect(page.url()).toContain('/gallery/proof');
});

test('a walk-in customer signs two pages in at most twelve gestures', async () => {
  const page = await open('/gallery/proof?kiosk=1');
  let gestures = 0;
  await isSeen(page, 1);
  await page.click('[data-go="1"]');
  gestures += 1;
  await isSeen(page, 2);
  for (const statement of await page.locator('.statement').all()) {
    await statement.click();
    gestures += 1;
  }
  await page.fill('#typed_name', 'Marie Lefèvre');
  await draw(page, straight);
  expect(await left(page)).toBe('1 step left');
  await page.click('[data-pad-clear]');
  await draw(page, written);
  gestures += 2;
  expect(await left(page)).toBe('ready to sign');
  await page.click('[data-sign-button]');
  gestures += 1;
  await page.waitForURL('**/approval');
  const { body, seen } = JSON.parse(await page.locator('body').innerText());
  expect(seen.slice(-2)).toEqual(['1', '2']);
  expect(Object.values(body.statements)).toEqual(
    Array.from({ length: 4 }, () => expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)),
  );
  expect(body).toMatchObject({
    typed_name: 'Marie Lefèvre',
    signature_method: 'drawn',
    proof_id: 'prf_2',
    total_cents: '4800',
    viewport: '1024x768',
  });
  const strokes = JSON.parse(body.signature_strokes);
  expect(strokes).toHaveLength(1);
  expect(Object.keys(strokes[0].points[0]).sort()).toEqual(['time', 'x', 'y']);
  expect(body.signature_svg).toContain('<svg');
  expect(JSON.parse(body.looking)['2'].visible_ms).toBeGreaterThanOrEqual(SEEN_AFTER_MS);
  expect(gestures + 1).toBeLessThanOrEqual(MOST_GESTURES);
});

test('turning the tablet keeps what was drawn', async () => {
  const page = await open('/gallery/proof');
  await draw(page, written);
  const ink = () =>
    page.evaluate<number>(`
      const canvas = document.querySelector('.pad-canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      data.filter((value, index) => index % 4 === 3 && value > 0).length;
    `);
  expect(await ink()).toBeGreaterThan(100);
  await page.setViewportSize({ width: 810, height: 1080 });
  await page.waitForTimeout(200);
  expect(await ink()).toBeGreaterThan(100);
});

test('the keyboard alone is enough to sign', async () => {
  const page = await open('/gallery/proof');
  await page.locator('[data-sign-by="typed"]').press('Enter');
  await page.fill('#typed_name', 'Marie Lefèvre');
  await page.fill('#signature_typed_name', 'Marie Lefebvre');
  await page.check('[name="signature_typed_confirm"]');
  const before = await left(page);
  await page.fill('#signature_typed_name', 'marie  lefèvre');
  expect(await left(page)).not.toBe(before);
});

test('without scripts every page has its own button, and the signature is typed', async () => {
  const page = await open('/gallery/proof', { js: false });
  expect(await page.locator('.page-look button').count()).toBe(2);
  expect(await page.locator('.page-image').nth(1).isVisible()).toBe(true);
  expect(await page.locator('#signature_typed_name').isVisible()).toBe(true);
  expect(await page.locator('.pad').isVisible()).toBe(false);
  expect(await page.locator('[name="signature_method"]').inputValue()).toBe('typed');
});

test('a picture that does not load is not counted as seen and can be asked for again', async () => {
  const page = await open('/gallery/proof');
  await page.route('**/sample/page-1-en.png*', (route) => route.abort());
  await page.reload();
  await page.waitForTimeout(SEEN_AFTER_MS + 600);
  expect(await page.locator('.page-state').first().innerText()).toContain('It does not count as seen');
  expect(await page.locator('.page-check[data-check="1"]').getAttribute('data-seen')).toBe('no');
  await page.unroute('**/sample/page-1-en.png*');
  await page.click('.page-state button');
  await isSeen(page, 1);
  troubles = troubles.filter((text) => !text.includes('net::ERR_FAILED'));
});

test('a change is marked with a touch or with the keyboard, and sent as a place on the page', async () => {
  const page = await open('/gallery/changes');
  await page.click('[data-send]');
  expect(await said(page)).toBe('Tell us at least one change.');
  const sheet = (await page.locator('[data-pin-page="1"]').boundingBox())!;
  await page.mouse.click(sheet.x + sheet.width * 0.25, sheet.y + sheet.height * 0.5);
  await page.keyboard.type('Replace rue by avenue');
  await page.locator('[data-add-middle="2"]').click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.locator('[data-pin-item]').nth(1).locator('textarea').fill('Bigger');
  const value = (name: string) => page.locator(`[name="points[${name}"]`).inputValue();
  expect(Number(await value('0][x]'))).toBeCloseTo(0.25, 2);
  expect(Number(await value('0][y]'))).toBeCloseTo(0.5, 2);
  expect([await value('1][page]'), await value('1][x]')]).toEqual(['2', '0.5500']);
  expect(await page.locator('[data-send]').innerText()).toBe('Send 2 changes');
  await page.locator('[data-remove]').first().click();
  expect(await page.locator('[name="points[0][text]"]').inputValue()).toBe('Bigger');
});

describe.each(['en', 'fr'])('%s', (lang) => {
  test.each([
    '/gallery/proof?warning=1&code=1&answers=1',
    '/gallery/proof?state=error&money=1',
    '/gallery/proof?state=superseded',
    '/gallery/changes?',
    '/gallery/record?',
    '/gallery?demo=1',
  ])('%s can be used by everybody on every screen', async (path) => {
    const page = await open(`${path}&hl=${lang}`);
    for (const screen of SCREENS) {
      await page.setViewportSize(screen);
      const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(sideways).toBeLessThanOrEqual(0);
      if (!READ_BY_AXE.includes(screen.width)) continue;
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
    }
  });
});
