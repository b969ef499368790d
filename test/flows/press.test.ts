// What production prints, over HTTP: the very bytes that were signed, and not before.

import { readFileSync } from 'node:fs';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as pressFile from '../../server/models/press-file';
import { sha256 } from '../../server/models/token';
import { CARD, fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let lea: Visitor;
let marie: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  marie = shop.visitor();
});
afterAll(() => shop.close());

const now = (known: order.Order) => order.findOrder(shop.db, known.id);

async function bytesOf(path: string): Promise<Buffer> {
  const cookie = [...lea.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(new URL(path, shop.url), { headers: { cookie } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

test('the proof, the signature, the ticket and the download name the same bytes', async () => {
  const address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const proof = await lookAtProof(shop, marie, address);
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  const page = `/staff/orders/${known.ref}`;
  expect((await lea.get(`${page}/press-file.pdf`)).status).toBe(404);
  await marie.post(`${proof}/approval`, await signedForm(marie, proof));
  expect((await lea.get(`${page}/press-file.pdf`)).status).toBe(404);
  await lea.post(`${page}/payments`, {
    amount_cents: String(known.total_cents),
    tender: 'terminal',
    receipt_ref: '0042-17',
  });
  await shop.settled();

  const press = await pressFile.ofProof(shop.db, (await now(known)).current_proof_id as string);
  const printed = await bytesOf(`${page}/press-file.pdf`);
  expect(sha256(printed)).toBe(press.sha256);
  expect(printed.equals(readFileSync(CARD))).toBe(true);
  const lines = await event.history(shop.db, known.id);
  for (const type of ['proof.issued', 'approval.signed', 'job.released']) {
    expect(lines.find((line) => line.type === type)?.data.press_sha256).toBe(press.sha256);
  }
  expect((await lea.get(`${page}/ticket`)).text).toContain(press.sha256.slice(0, 8));
  expect((await marie.get(`${page}/press-file.pdf`)).status).not.toBe(200);
});
