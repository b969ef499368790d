import { findBrowser, launchBrowser } from './chromium';

const before = process.env.CHROME_PATH;

afterEach(() => {
  if (before === undefined) delete process.env.CHROME_PATH;
  else process.env.CHROME_PATH = before;
});

test('a browser starts and runs a page', async () => {
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.setContent('<h1>Bon à tirer</h1>');
  expect(await page.textContent('h1')).toBe('Bon à tirer');
  await browser.close();
});

test('a browser that was asked for and is not there is named', async () => {
  process.env.CHROME_PATH = '/nowhere/chromium';
  await expect(findBrowser(() => {})).rejects.toThrow('CHROME_PATH: there is no file /nowhere/chromium.');
});
