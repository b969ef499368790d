// The print over HTTP: a camera's file beside the proof, the count, and the name under the hand-over.
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import * as order from '../../server/models/order';
import * as photo from '../../server/models/photo';
import * as printCheck from '../../server/models/print-check';
import { printing, STROKES } from '../fixtures/world';
import { startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let lea: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
});
afterAll(() => shop.close());

const JSON_ONLY = { Accept: 'application/json' };
const page = (ref: string, rest = '') => `/staff/orders/${ref}${rest}`;

/** As a phone writes it: lying on its side, with the place where it was taken. */
const fromPhone = () =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: '#a33' } })
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '45/1 45/1 0/1' } })
    .jpeg()
    .toBuffer();

test('from the press to the customer: photographed, counted, signed for', async () => {
  const { placed } = await printing(shop);
  const { ref } = placed;
  const taken = await fromPhone();
  const nothing = await lea.post(page(ref, '/check'), { counted: '' });
  expect(nothing.status).toBe(422);
  expect(nothing.text).toContain('photograph the print beside its signed proof first');
  const sent = await lea.uploadBytes(page(ref, '/photos'), taken, 'IMG_1.jpg', { page: '1' }, 'photo');
  expect([sent.status, sent.location]).toEqual([303, page(ref, '/check')]);
  await shop.settled();
  const [kept] = await photo.ofOrder(shop.db, placed.id, 'quality');

  const original = await lea.get(page(ref, `/photos/${kept.id}/original`));
  expect(original.headers.get('content-disposition')).toContain('attachment');
  expect(kept.file_sha256).toBe(createHash('sha256').update(taken).digest('hex'));
  const shown = await shop.portal.storage.lend(kept.shown_sha256 as string, (path) => sharp(path).metadata());
  expect([shown.format, shown.width, shown.height]).toEqual(['webp', 300, 400]);
  expect(shown.exif).toBeUndefined();
  expect((await lea.get(page(ref, '/check'))).text).toContain(`/photos/${kept.id}/photo.webp`);
  const copy = await lea.get(page(ref, `/photos/${kept.id}/photo.webp`));
  expect(copy.headers.get('content-type')).toBe('image/webp');

  expect((await lea.post(page(ref, '/check'), { counted: '250' })).status).toBe(303);
  const unsigned = await lea.post(page(ref, '/handover'), { how: 'collected', typed_name: 'Paul' });
  expect(unsigned.status).toBe(422);
  expect(unsigned.text).toContain('A signature of the person who takes the print is needed.');
  const handed = await lea.post(page(ref, '/handover'), {
    how: 'collected',
    typed_name: 'Paul Lefèvre',
    signature_method: 'drawn',
    signature_strokes: JSON.stringify(STROKES),
  });
  expect(handed.status).toBe(303);
  const { text } = await lea.get(page(ref));
  expect(text).toContain('Collected by Paul Lefèvre');
  expect(text).toContain('1 photo beside the signed proof');
  expect(text).toContain('250 of 250 ordered');
  await shop.settled();
});

test('a parcel goes out with a photograph of its label', async () => {
  const { placed } = await printing(shop);
  const { ref, id } = placed;
  await lea.uploadBytes(page(ref, '/photos'), await fromPhone(), 'a.jpg', { page: '2' }, 'photo');
  await lea.post(page(ref, '/check'), { counted: '250' });
  const parcel = {
    how: 'delivered',
    recipient_name: 'Marie Lefèvre',
    carrier: 'Notre livreur',
    sent_on: '2026-11-23',
  };
  const none = await lea.post(page(ref, '/handover'), parcel);
  expect(none.text).toContain('Please note the tracking number, or photograph the parcel.');
  const sent = await lea.uploadBytes(page(ref, '/handover'), await fromPhone(), 'b.jpg', parcel, 'photo');
  expect(sent.status).toBe(303);
  expect((await printCheck.printed(shop.db, id)).handover).toMatchObject({ carrier: 'Notre livreur' });
  expect((await lea.get(page(ref))).text).toContain('Sent to Marie Lefèvre with Notre livreur');
  await shop.settled();
});

test('what is no photograph is refused in words, and a broken one does not count', async () => {
  const { placed } = await printing(shop);
  const { ref, id } = placed;
  const send = (bytes: Buffer) =>
    lea.uploadBytes(page(ref, '/photos'), bytes, 'IMG.heic', { page: '1' }, 'photo');
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(200)]);
  const refused = await send(heic);
  expect([refused.status, /JPEG, PNG or WebP/.test(refused.text)]).toEqual([422, true]);
  const taken = await fromPhone();
  expect((await send(taken.subarray(0, 60))).status).toBe(303);
  await shop.settled();
  expect((await photo.ofOrder(shop.db, id, 'quality')).map(({ is_broken }) => is_broken)).toEqual([true]);
  expect((await lea.get(page(ref, '/check'))).text).toContain('This photo cannot be opened.');
  expect((await lea.post(page(ref, '/check'), { counted: '250' })).status).toBe(422);
});

test('the board and the scanned ticket lead to the check', async () => {
  const { placed } = await printing(shop);
  const { ref } = placed;
  const dropped = await lea.send(page(ref, '/steps'), {
    method: 'POST',
    body: new URLSearchParams({ to: 'ready' }),
    headers: { Origin: shop.url, ...JSON_ONLY },
  });
  expect(dropped.status).toBe(409);
  expect(dropped.json()).toMatchObject({ next: page(ref, '/check') });
  const plain = await lea.post(page(ref, '/steps'), { step: 'ready' });
  expect(plain.text).toContain(`href="${page(ref, '/check')}"`);
  expect((await order.findOrder(shop.db, placed.id)).state).toBe('printing');
});

test('photographs are for the shop’s own eyes, and belong to their order', async () => {
  const { placed } = await printing(shop);
  const other = await printing(shop);
  await lea.uploadBytes(page(placed.ref, '/photos'), await fromPhone(), 'a.jpg', { page: '1' }, 'photo');
  await shop.settled();
  const [kept] = await photo.ofOrder(shop.db, placed.id, 'quality');
  const path = `/photos/${kept.id}/photo.webp`;
  expect((await shop.visitor().get(page(placed.ref, path))).status).toBe(303);
  expect((await lea.get(page(other.placed.ref, path))).status).toBe(404);
  const foreign = { Origin: 'https://elsewhere.example' };
  expect((await lea.post(page(placed.ref, '/check'), { counted: '250' }, foreign)).status).toBe(403);
});
