// What changed, in a real browser: the three views, the same zoom in both pictures, and everybody can use it.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { businessCard } from '../fixtures/artwork/mimosa';
import { launchBrowser } from '../support/chromium';
import { fillDraft, lookAtProof, placeDraft } from '../support/journey';
import { startShop, type TestShop } from '../support/portal';

const SCREENS = [
  { width: 1440, height: 900 },
  { width: 1180, height: 820 },
  { width: 390, height: 844 },
];
const READ_BY_AXE: Record<string, number> = { side: 1440, overlay: 390, difference: 390 };
jest.setTimeout(90_000);

let shop: TestShop;
let browser: Browser;
let compare: string;

beforeAll(async () => {
  shop = await startShop();
  browser = await launchBrowser();
  const marie = shop.visitor();
  const lea = await shop.colleague();
  const address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const first = await lookAtProof(shop, marie, address);
  const asked = await marie.post(`${first}/changes`, {
    'points[0][page]': '1',
    'points[0][text]': 'The name farther right',
  });
  expect(asked.status).toBe(303);
  const point = await shop.db('change_points').first('id');
  const { ref } = await shop.db('orders').first('ref');
  await lea.post(`/staff/orders/${ref}/points/${point.id}/answer`, { answer: 'done', text: '' });
  const second = await businessCard(3, {
    say: { '01 99 00 47 12': '01 99 00 47 13' },
    move: { Mimosa: [6, 0] },
  });
  await lea.uploadBytes(`/staff/orders/${ref}/revisions`, second, 'cards-2.pdf');
  await shop.settled();
  compare = `${shop.url}${address}/proof/2/compare`;
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
});

async function open(query: string, javaScriptEnabled = true): Promise<Page> {
  const context = await browser.newContext({ viewport: SCREENS[0], javaScriptEnabled });
  const page = await context.newPage();
  await page.goto(compare + query);
  return page;
}
const sheets = (page: Page) =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('.compare-sheet')].filter((each) => each.offsetParent).map((each) => each.dataset.sheet)`,
  );
const places = (page: Page) =>
  page.evaluate<number[][]>(
    `[...document.querySelectorAll('.compare-frame')].filter((each) => each.offsetParent).map((each) => [each.scrollLeft, each.scrollTop, each.scrollWidth])`,
  );
const opacity = (page: Page) =>
  page.evaluate<string>(`document.querySelector('.compare-over').style.opacity`);

test('both pictures zoom and move together', async () => {
  const page = await open('?page=2');
  expect(await sheets(page)).toEqual(['before', 'after']);
  await page.click('[data-show="1"]');
  const [before, after] = await places(page);
  expect(before).toEqual(after);
  expect(before[0]).toBeGreaterThan(100);
  await page.evaluate(`document.querySelector('[data-sheet="before"] .compare-frame').scrollTo(10, 20)`);
  await page.waitForFunction(
    `document.querySelector('[data-sheet="after"] .compare-frame').scrollLeft === 10`,
  );
});

test('one version fades into the other', async () => {
  const page = await open('?page=1');
  await page.click('[data-view-link="overlay"]');
  expect(await sheets(page)).toEqual(['overlay']);
  expect(await opacity(page)).toBe('0.5');
  await page.click('[data-blend="100"]');
  expect(await opacity(page)).toBe('1');
  await page.locator('[data-blend-range]').press('Home');
  expect(await opacity(page)).toBe('0');
  expect(new URL(page.url()).searchParams.get('view')).toBe('overlay');
});

test('without scripts every view is a page of its own', async () => {
  const page = await open('?page=1&view=overlay', false);
  expect(await sheets(page)).toEqual(['overlay']);
  expect(await page.locator('.only-live:visible').count()).toBe(0);
  await page.click('[data-view-link="difference"]');
  expect(await sheets(page)).toEqual(['difference']);
  await page.click('[data-page-link] >> nth=1');
  expect(await page.locator('ins').first().innerText()).toBe('13');
});

test.each(['en', 'fr'])('everybody can use it on every screen (%s)', async (lang) => {
  for (const view of ['side', 'overlay', 'difference']) {
    const page = await open(`?page=1&view=${view}&hl=${lang}`);
    for (const screen of SCREENS) {
      await page.setViewportSize(screen);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      if (lang === 'fr' || READ_BY_AXE[view] !== screen.width) continue;
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
    }
  }
});
