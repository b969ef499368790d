// Looking closely at a proof: real size is real, and what is looked at is as sharp as it was drawn.
import type { Server } from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../support/chromium';
import { startGallery } from '../support/gallery';

const CARD_MM = { long: 85.6, short: 53.98 };
/** The trim of the sample within its picture: 85 of 119 mm. */
const SHEET_MM = 85 + 2 * (14 + 3);
jest.setTimeout(60_000);

let gallery: { url: string; server: Server };
let browser: Browser;

beforeAll(async () => {
  gallery = await startGallery();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  gallery.server.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  await page.goto(gallery.url + path);
  await page.locator('.viewer.is-live').waitFor();
  return page;
}

const shownWidth = async (page: Page) => (await page.locator('.page-image:visible').boundingBox())!.width;
const tiles = (page: Page) =>
  page.evaluate<Array<{ src: string; natural: number; shown: number }>>(
    `[...document.querySelectorAll('.tile.is-there')].map((tile) => ({
      src: tile.getAttribute('src'), natural: tile.naturalWidth, shown: tile.getBoundingClientRect().width }))`,
  );

/** Sets the frame as somebody with a card in their hand would, and goes to real size. */
async function measure(page: Page, width_px: number) {
  await page.click('[data-zoom="real"]');
  await page.locator('[data-card-range]').fill(String(width_px));
  expect((await page.locator('[data-card]').boundingBox())!.width).toBeCloseTo(width_px, 0);
  await page.click('[data-card-done]');
}

test('after holding a card against the screen, a millimetre is a millimetre', async () => {
  const page = await open('/gallery/proof');
  await measure(page, 400);
  expect(await shownWidth(page)).toBeCloseTo((SHEET_MM * 400) / CARD_MM.long, 0);
  await page.click('[data-zoom="fit"]');
  await page.click('[data-zoom="real"]');
  expect(await shownWidth(page)).toBeCloseTo((SHEET_MM * 400) / CARD_MM.long, 0);
});

test('it stays true when the browser itself shows everything larger', async () => {
  const page = await open('/gallery/proof');
  await page.evaluate(`sessionStorage.setItem('real-size', '5')`);
  await page.click('[data-zoom="real"]');
  expect(await shownWidth(page)).toBeCloseTo(SHEET_MM * 5, 0);
  // As the browser's own zoom of 125 % has it: four fifths of the pixels, each larger by a quarter.
  await page.evaluate(`Object.defineProperty(window, 'devicePixelRatio', { value: 1.25 })`);
  await page.click('[data-zoom="fit"]');
  await page.click('[data-zoom="real"]');
  expect(await shownWidth(page)).toBeCloseTo((SHEET_MM * 5) / 1.25, 0);
});

test('a phone is held against the short side of the card, which fits', async () => {
  const page = await open('/gallery/proof', {
    viewport: { width: 390, height: 844 },
    screen: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.click('[data-zoom="real"]');
  await page.locator('[data-card-side="short"]:visible').waitFor();
  expect((await page.locator('[data-card]').boundingBox())!.width).toBeLessThan(390);
  const { violations } = await new AxeBuilder({ page }).include('[data-calibrate]').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.locator('[data-card-range]').fill('326');
  await page.click('[data-card-done]');
  expect(await shownWidth(page)).toBeCloseTo((SHEET_MM * 326) / CARD_MM.short, 0);
});

test('nothing finer is fetched until somebody looks closer; then only what is seen', async () => {
  const page = await open('/gallery/proof?tiles=1', { viewport: { width: 1000, height: 600 } });
  await page.waitForTimeout(400);
  expect(await page.locator('.tile').count()).toBe(0);
  for (let step = 0; step < 6; step += 1) await page.click('[data-zoom="in"]');
  await page.locator('.tile.is-there').first().waitFor();
  await page.waitForTimeout(400);
  const first = await tiles(page);
  expect(first.length).toBeGreaterThan(3);
  // Sharp: at least one drawn pixel for each pixel of the screen, give or take the stretch that is allowed.
  for (const { natural, shown } of first) expect(natural * 1.15).toBeGreaterThanOrEqual(shown);
  const all = await page.evaluate<number>(`(() => {
    const [{ columns, rows }] = JSON.parse(document.querySelector('[data-tiles]').dataset.tiles).levels;
    return columns * rows;
  })()`);
  expect(first.length).toBeLessThan(all);
  await page.evaluate(`document.querySelector('[data-stage]').scrollTo(9999, 9999)`);
  await page.waitForTimeout(600);
  expect((await tiles(page)).length).toBeGreaterThan(first.length);
  await page.click('[data-zoom="fit"]');
  await page.waitForTimeout(400);
  expect(await page.locator('.tile').count()).toBe(0);
});

test('the squares lie exactly over the page', async () => {
  const page = await open('/gallery/proof?tiles=1');
  for (let step = 0; step < 5; step += 1) await page.click('[data-zoom="in"]');
  await page.locator('.tile.is-there').first().waitFor();
  const image = (await page.locator('.page-image:visible').boundingBox())!;
  const layer = (await page.locator('.page-tiles:visible').first().boundingBox())!;
  for (const side of ['x', 'y', 'width', 'height'] as const) expect(layer[side]).toBeCloseTo(image[side], 0);
});
