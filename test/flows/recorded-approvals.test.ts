// An approval given on paper, over HTTP: the owner's switch, the attachment, the letter, and one tap to object.
import { readFile } from 'node:fs/promises';
import * as message from '../../server/models/message';
import * as order from '../../server/models/order';
import * as paper from '../../server/models/paper';
import * as setting from '../../server/models/setting';
import { pageTexts } from '../papers/reader';
import { CARD, fillDraft, lookAtProof, placeDraft } from '../support/journey';
import { fieldsOf, startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let lea: Visitor;
let marie: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  marie = shop.visitor();
});
afterAll(() => shop.close());

const allow = async (staff_may_record_approvals: boolean) =>
  setting.saveShop(shop.db, { ...(await setting.shop(shop.db)), staff_may_record_approvals });

test('from the paper to the letter, and back by one tap', async () => {
  const address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  await lookAtProof(shop, marie, address);
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  const base = `/staff/orders/${known.ref}`;
  const path = `${base}/recorded-approval`;
  await allow(false);
  expect((await lea.get(path)).status).toBe(403);
  expect((await lea.get(base)).text).not.toContain(path);
  await allow(true);
  expect((await lea.get(base)).text).toContain(path);
  const fields = {
    ...fieldsOf((await lea.get(path)).text, path),
    typed_name: 'Marie Lefèvre',
    given_by: 'paper',
    reason: 'Signed at her shop',
    is_seen: 'on',
  };
  const bare = await lea.post(path, fields);
  expect(bare.status).toBe(422);
  expect(bare.text).toContain('recorded only with what shows it');
  const photo = Buffer.from('a photo of the paper');
  const made = await lea.uploadBytes(path, photo, 'paper.jpg', fields, 'attachment');
  expect([made.status, made.location]).toEqual([303, `${base}?done=recorded`]);
  await shop.settled();

  const page = await lea.get(base);
  expect(page.text).toContain('Recorded by Léa Martin, not signed here: Marie Lefèvre');
  const [, attachment] = /href="([^"]+\/attachment)"/.exec(page.text) as RegExpExecArray;
  const kept = await lea.get(attachment);
  expect(kept.text).toBe('a photo of the paper');
  expect(kept.headers.get('content-disposition')).toContain('attachment');

  const { live_approval_id } = await order.findOrder(shop.db, known.id);
  const record = await paper.findOrNull(shop.db, 'record', live_approval_id as string);
  const bytes = await shop.portal.storage.lend((record as paper.Paper).sha256, (file) => readFile(file));
  const text = (await pageTexts(bytes)).join(' ');
  expect(text).toContain('Recorded by staff, not signed by the customer here');
  expect(text).toContain('Signed at her shop');

  const letters = await message.ofOrder(shop.db, known.id);
  expect(letters.map(({ template }) => template)).not.toContain('approved');
  const letter = letters.find(({ template }) => template === 'approval-recorded');
  expect(letter?.text).toContain('It was not signed on our site');
  expect(letter?.text).toContain(`${address}/stop`);
  expect((await marie.get(`${address}/proof/1`)).text).toContain('it was not signed here');
  expect((await marie.post(`${address}/stop`)).status).toBe(303);
  expect((await order.findOrder(shop.db, known.id)).state).toBe('proofed');
});

test('a recorded approval belongs to its order, and a stranger sees none of it', async () => {
  const address = await placeDraft(marie, await fillDraft(shop, marie, { file: CARD }), 'counter');
  await shop.settled();
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  const { approval_id } = await shop.db('recorded_approvals').first('approval_id');
  const path = `/staff/orders/${known.ref}/recorded-approvals/${approval_id}/attachment`;
  expect((await lea.get(path)).status).toBe(404);
  expect((await marie.get(path)).status).toBe(303);
});
