// Files that cannot be printed: one clear sentence, in the reader's language, and nothing else is lost.
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import * as order from '../../server/models/order';
import { CARD, fillDraft, placeDraft } from '../support/journey';
import { ARTWORK, startShop, type TestShop, type Visitor } from '../support/portal';
import { until } from '../support/until';

const LIMIT = 3_000_000;
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ env: { UPLOAD_LIMIT_BYTES: String(LIMIT) } });
});
afterAll(() => shop.close());

const draftOf = (base: string) => order.findByLink(shop.db, base.split('/')[2]);
const mainOf = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('</main>'));

async function send(visit: Visitor, base: string, file: string, name?: string) {
  const answer = await visit.upload(`${base}/artwork`, join(ARTWORK, file), {}, name);
  await shop.settled();
  return answer;
}

const REFUSED: Array<[what: string, file: string, en: RegExp, fr: RegExp]> = [
  ['a working file of a drawing program', 'working-file.psd', /PDF/, /PDF/],
  ['a letter that only calls itself a PDF', 'letter-in-disguise.pdf', /PDF/, /PDF/],
  ['a file with nothing in it', 'empty.pdf', /empty/i, /vide/i],
  ['a file that was cut off', 'cut-off.pdf', /again|damaged|incomplete/i, /nouveau|abîmé|incomplet/i],
  ['a file that asks for a password', 'password.pdf', /password/i, /mot de passe/i],
  ['a document without pages', 'no-pages.pdf', /page/i, /page/i],
  ['a document with too many pages', 'booklet-a4-16-pages.pdf', /page/i, /page/i],
  ['a picture that unfolds to gigabytes', 'bomb.png', /large|big|pixel/i, /grand|pixel/i],
  ['a drawing that never ends', 'bomb.svg', /./, /./],
];

describe.each(['en', 'fr'] as const)('in %s', (language) => {
  test.each(REFUSED)(
    '%s',
    async (_what, file, en, fr) => {
      const visit = shop.visitor({ language });
      const base = await fillDraft(shop, visit, { file: null });
      const answer = await send(visit, base, file);
      const page = answer.status === 303 ? await visit.get(`${base}/artwork`) : answer;
      expect(page.status).toBeLessThan(500);
      expect(mainOf(page.text)).toMatch(language === 'en' ? en : fr);
      const draft = await draftOf(base);
      expect(draft).toMatchObject({
        state: 'draft',
        contact_name: 'Marie Lefèvre',
        contact_email: 'marie@example.com',
      });
      expect(draft.specification?.choice.product_key).toBe('business-cards');
      const check = await visit.get(`${base}/check`);
      if (file !== 'empty.pdf') expect(check.location).toBe(`${base}/artwork`);
      // The same order takes a good file afterwards.
      expect((await send(visit, base, 'business-card.pdf')).status).toBe(303);
      expect((await visit.get(`${base}/check`)).status).toBe(200);
    },
    90_000,
  );
});

test('a file over the limit is refused with the limit in words, and is not kept', async () => {
  const visit = shop.visitor({ language: 'fr' });
  const base = await fillDraft(shop, visit, { file: null });
  const answer = await visit.uploadBytes(`${base}/artwork`, Buffer.alloc(LIMIT + 1, 'x'), 'grand.pdf');
  expect([413, 422]).toContain(answer.status);
  expect(answer.text).toMatch(/2\s?Mo|2.?MB/);
  expect((await draftOf(base)).current_artwork_id).toBeNull();
  expect((await visit.get(`${base}/check`)).status).toBe(200);
});

test.each([
  '../../../etc/passwd',
  '<script>alert(1)</script>.pdf',
  'carte "de" visite\r\nSet-Cookie: x=1.pdf',
  '..\\..\\windows\\system.ini',
  'é'.repeat(300),
])('a name like %j is only ever text', async (name) => {
  const visit = shop.visitor();
  const base = await fillDraft(shop, visit, { file: null });
  await send(visit, base, 'business-card.pdf', name);
  const page = await visit.get(`${base}/check`);
  expect(page.status).toBe(200);
  expect(page.text).not.toContain('<script>alert');
  const { name: kept } = await shop
    .db('artworks')
    .where({ order_id: (await draftOf(base)).id })
    .first('name');
  expect(kept).not.toMatch(/[\\/\p{Cc}]/u);
  expect([...kept].length).toBeLessThanOrEqual(120);
});

test('no file at all is said kindly', async () => {
  const visit = shop.visitor();
  const base = await fillDraft(shop, visit, { file: null });
  const answer = await visit.uploadBytes(`${base}/artwork`, Buffer.alloc(0), '');
  expect(answer.status).toBe(422);
});

test('a script that sends the file gets the same sentence as JSON', async () => {
  const visit = shop.visitor();
  const base = await fillDraft(shop, visit, { file: null });
  const form = new FormData();
  form.set('artwork', new Blob([]), 'empty.pdf');
  const answer = await visit.send(`${base}/artwork`, {
    method: 'POST',
    body: form,
    headers: { Origin: shop.url, Accept: 'application/json' },
  });
  expect(answer.status).toBe(422);
  expect(answer.json<{ error: string }>().error).toMatch(/empty/i);
});

test('a placed order whose file cannot be used waits for another, and goes on with it', async () => {
  const visit = shop.visitor();
  const base = await fillDraft(shop, visit, { file: null });
  const address = await placeDraft(visit, base, 'counter');
  expect((await visit.get(address)).status).toBe(200);
  expect((await send(visit, address, 'cut-off.pdf')).status).toBe(303);
  await shop.settled();
  const found = await order.findByLink(shop.db, address.split('/')[2]);
  expect(found.state).toBe('awaiting_artwork');
  expect(await shop.db('messages').where({ order_id: found.id, template: 'artwork-needed' })).toHaveLength(1);
  expect((await visit.upload(`${address}/artwork`, CARD)).status).toBe(303);
  await shop.settled();
  expect((await order.findOrder(shop.db, found.id)).state).toBe('proofed');
});

test('a customer who goes away while the file is arriving leaves nothing behind, and can send it again', async () => {
  const visit = shop.visitor();
  const base = await fillDraft(shop, visit, { file: null });
  const incoming = join(shop.config.data_dir, 'files', 'incoming');
  const cookie = [...visit.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const request = http.request(`${shop.url}${base}/artwork`, {
    method: 'POST',
    headers: {
      Origin: shop.url,
      Cookie: cookie,
      'Content-Type': 'multipart/form-data; boundary=x',
      'Content-Length': 1_000_000,
    },
  });
  request.on('error', () => undefined);
  request.write('--x\r\nContent-Disposition: form-data; name="artwork"; filename="a.pdf"\r\n\r\n%PDF-1.7 ');
  await until(async () => (await readdir(incoming)).length === 1, 10_000);
  request.destroy();
  await until(async () => (await readdir(incoming)).length === 0, 10_000);
  expect((await draftOf(base)).current_artwork_id).toBeNull();
  expect((await send(visit, base, 'business-card.pdf')).status).toBe(303);
});
