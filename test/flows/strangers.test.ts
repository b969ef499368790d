// What somebody who is not meant to see an order sees of it: nothing, and always the same nothing.
import { CARD, fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let marie: Visitor;
let paul: Visitor;
let hers: string;
let his: string;
let herProof: string;

beforeAll(async () => {
  shop = await startShop({ settings: { stop_window_minutes: 0 } });
  marie = shop.visitor();
  paul = shop.visitor();
  hers = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  his = await placeDraft(paul, await fillDraft(shop, paul, { file: null }), 'counter');
  herProof = await lookAtProof(shop, marie, hers);
}, 90_000);
afterAll(() => shop.close());

const PAGES = [
  '',
  '/pay',
  '/preparing',
  '/status.json',
  '/artwork',
  '/proof/1',
  '/proof/1/proof.pdf',
  '/proof/1/pages/1/image.webp',
  '/proof/1/pages/1/thumbnail.webp',
  '/proof/1/changes',
  '/approved',
  '/stop',
  '/record.pdf',
  '/receipt.pdf',
  '/cancellation',
  '/return?sid=cs_x',
];
const WRITES = [
  '/pay',
  '/pay/at-counter',
  '/artwork',
  '/proof/1/approval',
  '/proof/1/changes',
  '/proof/1/code',
  '/proof/1/pages/1/seen',
  '/stop',
  '/cancellation',
];

const tokens = () => {
  const token = hers.split('/')[2];
  const turned = token[0] === 'A' ? 'B' : 'A';
  return [
    `${turned}${token.slice(1)}`,
    token.slice(0, -1),
    `${token}A`,
    token.toUpperCase(),
    'x'.repeat(43),
    '%2e%2e%2f',
    "' OR 1=1 --",
  ];
};

test('a guessed or mistyped link finds nothing, on every page, and says nothing of any order', async () => {
  for (const token of tokens()) {
    for (const page of PAGES) {
      const answer = await paul.get(`/o/${encodeURIComponent(token)}${page}`);
      expect([page, answer.status]).toEqual([page, 404]);
      expect(answer.text).not.toMatch(/Marie|marie@example\.com/);
    }
    for (const page of WRITES) {
      const answer = await paul.post(`/o/${encodeURIComponent(token)}${page}`);
      expect([page, answer.status]).toEqual([page, 404]);
    }
  }
});

test('a dead link ends on a page that helps', async () => {
  const answer = await paul.get(`/o/${'x'.repeat(43)}`);
  expect(answer.text).toContain('href="/find"');
  expect(answer.text).toContain('href="tel:');
});

test('a proof, page or version of somebody else’s order is not found through one’s own link', async () => {
  for (const page of ['/proof/1', '/proof/1/proof.pdf', '/proof/1/pages/1/image.webp']) {
    expect((await paul.get(`${his}${page}`)).status).toBe(404);
  }
});

test('guessed pages, versions and kinds of image are not found', async () => {
  for (const path of ['/proof/2', '/proof/0', '/proof/-1', '/proof/1e0', '/proof/99999999999']) {
    expect((await marie.get(`${hers}${path}`)).status).toBe(404);
  }
  for (const path of [
    '/pages/3/image.webp',
    '/pages/0/image.webp',
    '/pages/1/original.webp',
    '/pages/..%2f..%2fx/image.webp',
  ]) {
    expect((await marie.get(`${herProof}${path}`)).status).toBe(404);
  }
  expect((await marie.get(`${herProof}/pages/1/image.webp`)).status).toBe(200);
});

test('the image of a version that was replaced is not found any more, the new one is', async () => {
  const old = `${herProof}/pages/1/image.webp`;
  expect((await marie.upload(`${herProof}/changes`, CARD, {}, 'again.pdf')).status).toBe(303);
  const next = await lookAtProof(shop, marie, hers);
  expect((await marie.get(old)).status).toBe(404);
  expect((await marie.get(`${herProof}/proof.pdf`)).status).toBe(404);
  expect((await marie.get(`${next}/pages/1/image.webp`)).status).toBe(200);
  const page = await marie.get(herProof);
  expect(page.status).toBe(200);
  expect(page.text).toContain(next);
  expect(page.text).not.toContain('/approval"');
});

test('no file of ours is served by its name', async () => {
  for (const path of [
    '/assets/../package.json',
    '/assets/styles/..%2f..%2fpackage.json',
    '/assets/scripts/../../server/main.js',
    '/files/x',
    '/.env',
    '/data/shop.db',
  ]) {
    expect([404, 403, 400]).toContain((await paul.get(path)).status);
  }
});

test('a draft belongs to its link, and a placed order has no form any more', async () => {
  const token = hers.split('/')[2];
  expect((await marie.get(`/order/${token}/product`)).status).toBe(303);
  expect((await marie.post(`/order/${token}/details`, { contact_name: 'Someone else' })).status).toBe(410);
  expect((await paul.get(`/order/${'x'.repeat(43)}/product`)).status).toBe(404);
});

test('asking for a lost link gives the same answer whether the order exists or not', async () => {
  const { ref } = await shop.db('orders').where({ contact_email: 'marie@example.com' }).first('ref');
  const right = await paul.post('/find', { ref, email: 'marie@example.com' });
  const wrong = await paul.post('/find', { ref: 'ZZZ-000', email: 'nobody@example.com' });
  expect(right.text).toBe(wrong.text);
  await shop.settled();
  expect(await shop.db('messages').where({ template: 'order-link' })).toHaveLength(1);
});

test('no address of ours sends anybody to another site', async () => {
  for (const path of ['//evil.example/?hl=fr', '/%5Cevil.example/?hl=fr', '///evil.example/a?hl=en&b=1']) {
    const answer = await paul.send(`${shop.url}${path}`, { headers: {} });
    const { origin } = new URL(answer.location || '/', `${shop.url}/`);
    expect([path, origin]).toEqual([path, shop.url]);
  }
});

test('an address that is none ends on a page of ours, not on a fault', async () => {
  for (const path of ['//', '//?x=1', '/o/%ZZ', '/order/new/%00', '/products/%00/price.json', '/s/%00']) {
    const answer = await paul.send(`${shop.url}${path}`, { headers: {} });
    expect([path, answer.status < 500]).toEqual([path, true]);
  }
  expect((await marie.get(`${hers}/return?sid=%00`)).status).toBeLessThan(500);
});

test('numbers in a form that are none are a page that is out of date, not a fault', async () => {
  const proof = await lookAtProof(shop, marie, hers);
  const form = await signedForm(marie, proof);
  for (const total_cents of ['', 'NaN', '1.5', '1e300', '99999999999999999999', '-1']) {
    const answer = await marie.post(`${proof}/approval`, { ...form, total_cents });
    expect([total_cents, answer.status]).toEqual([total_cents, 409]);
  }
  expect((await marie.post(`${hers}/proof/99999999999/approval`, form)).status).toBe(404);
  expect((await marie.post(`${hers}/proof/1e0/approval`, form)).status).toBe(404);
});

test('staff pages show strangers the door', async () => {
  for (const path of ['/staff', '/staff/board', '/staff/orders/new', '/owner/staff', '/owner/shop']) {
    const answer = await paul.get(path);
    expect([path, answer.status]).toEqual([path, 303]);
    expect(answer.location).toMatch(/^\/staff\/login/);
  }
});

test('every page of an order is kept out of caches and search engines', async () => {
  const answer = await marie.get(hers);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-robots-tag')).toBe('noindex');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
});
