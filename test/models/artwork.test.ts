import * as artwork from '../../server/models/artwork';
import * as order from '../../server/models/order';
import * as product from '../../server/models/product';
import * as setting from '../../server/models/setting';
import { draftOrder, sendArtwork } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

async function choose(order_id: string, rush: boolean): Promise<void> {
  const cards = await product.findProduct(shop.db, 'business-cards');
  const choice = { ...product.chooseDefaults(cards), rush };
  await order.choose(shop.db, order_id, cards, choice, await setting.shop(shop.db));
}
const checks = (order_id: string) => shop.db('tasks').where({ order_id, kind: 'check_artwork' });

test('a customer who changes the product and back before the check began has the file checked for it', async () => {
  const { id } = await draftOrder(shop);
  await choose(id, false);
  const file = await sendArtwork(shop, await order.findOrder(shop.db, id));
  await choose(id, true);
  await artwork.check(shop.db, file);
  // The worker checks for what is chosen when it begins: both tasks have checked for the rush order.
  await checks(id).update({ state: 'done' });
  await choose(id, false);
  await artwork.check(shop.db, file);
  const { specification_sha256 } = await order.findOrder(shop.db, id);
  expect(await checks(id).where({ state: 'ready' })).toMatchObject([
    { key: `check:${file.id}:${specification_sha256}` },
  ]);
});

test('a file that was checked for a product is not checked for it again', async () => {
  const { id, specification_sha256 } = await draftOrder(shop);
  const file = await sendArtwork(shop, await order.findOrder(shop.db, id));
  await artwork.notePreflight(shop.db, file, specification_sha256 as string, {
    is_accepted: true,
    report: null,
    refusal: null,
  });
  await checks(id).update({ state: 'done' });
  await artwork.check(shop.db, file);
  expect((await checks(id)).map((task) => task.state)).toEqual(['done']);
});

test.each([
  ['../../../etc/passwd', 'passwd'],
  ['C:\\fakepath\\carte.pdf', 'carte.pdf'],
  ['a\u0000b\r\nc.pdf', 'abc.pdf'],
  ['\u202Efdp.exe', 'fdp.exe'],
  ['', 'artwork'],
  ['/', 'artwork'],
])('the name %j is shown as %j', (name, shown) => {
  expect(artwork.shownName(name)).toBe(shown);
});
