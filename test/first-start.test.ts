import { furnish } from '../server/first-start';
import { history } from '../server/models/event';
import * as product from '../server/models/product';
import * as proof from '../server/models/proof';
import * as setting from '../server/models/setting';
import { issueProof, MARIES_PHONE, placedOrder } from './fixtures/world';
import { startShop, type TestShop } from './support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

test('a new shop has twelve product families, sentences to sign and settings', async () => {
  expect(await product.listProducts(shop.db)).toHaveLength(12);
  expect((await setting.shop(shop.db)).name).toBe('Imprimerie Lilas');
  expect(await shop.db('statements').where({ language: 'fr' })).not.toHaveLength(0);
});

test('starting again changes nothing that the owner has changed', async () => {
  const before = await shop.db('statements').count('* as n').first();
  await setting.saveShop(shop.db, { ...(await setting.shop(shop.db)), phone: '+33 1 00 00 00 00' });
  await product.retire(shop.db, 'stamps');
  await furnish(shop.db);
  expect((await setting.shop(shop.db)).phone).toBe('+33 1 00 00 00 00');
  expect(await product.listProducts(shop.db)).toHaveLength(11);
  expect(await shop.db('statements').count('* as n').first()).toEqual(before);
});

test('a page that is looked at again and again is noted once', async () => {
  const { id } = await placedOrder(shop);
  const current = await issueProof(shop, id);
  await Promise.all(Array.from({ length: 5 }, () => proof.seePage(shop.db, current, 1, MARIES_PHONE)));
  await proof.seePage(shop.db, current, 1, MARIES_PHONE);
  const seen = (await history(shop.db, id)).filter(({ type }) => type === 'page.seen');
  expect(seen).toHaveLength(1);
});
