// From one version to the next: what changed is found, and told from what was asked for.

import * as changeRequest from '../../server/models/change-request';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as proof from '../../server/models/proof';
import { businessCard } from '../fixtures/artwork/mimosa';
import { fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let marie: Visitor;
let lea: Visitor;
let address: string;
let placed: order.Order;

/** Beside the last digit of the telephone number on the picture of page 2, as a finger would have it. */
async function pinOnPhone() {
  const [first] = await proof.ofOrder(shop.db, placed.id);
  const { trim_px, pixels_per_mm, width_px, height_px } = first.pages[1];
  const x = (trim_px.x + 28.5 * pixels_per_mm) / width_px;
  const y = (trim_px.y + 39 * pixels_per_mm) / height_px;
  return { x: x.toFixed(4), y: y.toFixed(4) };
}

beforeAll(async () => {
  shop = await startShop({ settings: { stop_window_minutes: 0 } });
  marie = shop.visitor();
  lea = await shop.colleague();
  address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const first = await lookAtProof(shop, marie, address);
  placed = await order.findByLink(shop.db, address.split('/')[2]);
  expect((await marie.get(`${first}/compare`)).location).toBe(first);

  const { x, y } = await pinOnPhone();
  await marie.post(`${first}/changes`, {
    'points[0][page]': '2',
    'points[0][x]': x,
    'points[0][y]': y,
    'points[0][reason]': 'text',
    'points[0][text]': 'The last digit is wrong',
  });
  const [request] = await changeRequest.ofOrder(shop.db, placed.id);
  const staff = `/staff/orders/${placed.ref}`;
  await lea.post(`${staff}/points/${request.points[0].id}/answer`, { answer: 'done', text: '' });
  const second = await businessCard(3, {
    say: { '01 99 00 47 12': '01 99 00 47 13' },
    move: { Mimosa: [6, 0] },
  });
  await lea.uploadBytes(`${staff}/revisions`, second, 'cards-2.pdf');
  await shop.settled();
}, 60_000);
afterAll(() => shop?.close());

test('the digit that was asked for is told from the name that moved', async () => {
  const page = await marie.get(`${address}/proof/2/compare?page=2`);
  expect(page.status).toBe(200);
  expect(page.text).toContain('2 changes found. You asked for 1 of them. You did not ask for 1 of them');
  expect(page.text).toContain('You asked for this (point 1)');
  expect(page.text).toMatch(/<del>12<\/del>.*<ins>13<\/ins>/);
  expect(page.text).not.toContain('You did not ask for this');
  const other = await marie.get(`${address}/proof/2/compare?page=1`);
  expect(other.text).toContain('You did not ask for this, please look');
});

test('without being asked for a page, it opens the one that nobody asked to change', async () => {
  const page = await marie.get(`${address}/proof/2/compare`);
  expect(page.text).toContain('You did not ask for this, please look');
});

test('the page that asks for a signature says so, and leads there', async () => {
  const page = await marie.get(`${address}/proof/2`);
  expect(page.text).toContain('You did not ask for 1 of them: please look.');
  expect(page.text).toContain(`href="${address}/proof/2/compare"`);
});

test('its pictures are for this order alone; the old proof itself stays out of reach', async () => {
  const picture = await marie.get(`${address}/proof/2/compare/1/before.webp`);
  expect(picture.headers.get('content-type')).toBe('image/webp');
  expect(picture.headers.get('cache-control')).toMatch(/^private/);
  for (const path of ['compare/1/unmarked.webp', 'compare/3/before.webp', 'compare/0/before.webp'])
    expect((await marie.get(`${address}/proof/2/${path}`)).status).toBe(404);
  expect((await marie.get(`${address}/proof/1/pages/1/image.webp`)).status).toBe(404);
  const stranger = shop.visitor();
  const elsewhere = `/o/${'x'.repeat(43)}/proof/2/compare`;
  for (const path of [elsewhere, `${elsewhere}/1/before.webp`])
    expect((await stranger.get(path)).status).toBe(404);
  const staffOnly = await stranger.get(`/staff/orders/${placed.ref}/proof/2/compare/1/before.webp`);
  expect(staffOnly.location).toContain('/staff/login');
});

test('staff see the same, in their own words', async () => {
  const page = await lea.get(`/staff/orders/${placed.ref}/proof/2/compare?page=1&view=overlay`);
  expect(page.text).toContain('1 was asked for. 1 was not asked for: please look.');
  expect((await lea.get(`/staff/orders/${placed.ref}/proof/1/compare`)).status).toBe(404);
  const opened = (await event.history(shop.db, placed.id)).filter(({ type }) => type === 'comparison.opened');
  expect(opened).toHaveLength(1);
});

test('the tablet shows it too, and keeps no picture', async () => {
  const screen = shop.visitor();
  const code = /data-session="(\w{6})"/.exec((await screen.get('/kiosk/pair')).text)?.[1] ?? '';
  await lea.post('/staff/tablets', { code, name: 'Counter' });
  const { id } = await shop.db('tablets').first('id');
  await lea.post(`/staff/orders/${placed.ref}/tablet`, { tablet_id: id, replace: '' });
  const greeting = await screen.get('/kiosk');
  const session = /name="session" value="([^"]+)"/.exec(greeting.text)?.[1] ?? '';
  await screen.post('/kiosk/language', { session, language: 'fr' });
  const page = await screen.get('/kiosk/s/proof/2/compare');
  expect(page.text).toContain('Vous ne l’avez pas demandé');
  const picture = await screen.get('/kiosk/s/proof/2/compare/1/after.webp');
  expect([picture.status, picture.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect((await screen.get('/kiosk/s/proof/1/compare')).location).toBe('/kiosk/s');
});

test('the signature says that its device had opened the comparison', async () => {
  const url = await lookAtProof(shop, marie, address);
  const answer = await marie.post(`${url}/approval`, await signedForm(marie, url));
  expect(answer.status).toBe(303);
  const signed = (await event.history(shop.db, placed.id)).find(({ type }) => type === 'approval.signed');
  expect(signed?.data.comparison_opened).toBe(true);
});
