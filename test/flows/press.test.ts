// What production prints, over HTTP: the very bytes that were signed, and not before.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as pressFile from '../../server/models/press-file';
import { sha256 } from '../../server/models/token';
import { CARD, fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { ARTWORK, startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let lea: Visitor;
let marie: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  marie = shop.visitor();
});
afterAll(() => shop.close());

/** Several proofs are drawn in one test, on whatever machine. */
const DRAWING_MS = 120_000;
jest.setTimeout(DRAWING_MS);

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
  const ticket = (await lea.get(`${page}/ticket`)).text;
  expect(ticket).toContain(press.sha256.slice(0, 8));
  const sheet = await pressFile.findOrNull(shop.db, press.proof_id, 'sheet');
  expect(ticket).toContain(sheet?.sha256.slice(0, 8));
  expect(sha256(await bytesOf(`${page}/press-sheet.pdf`))).toBe(sheet?.sha256);
  expect(sheet?.derivation).toMatchObject({
    press_sha256: press.sha256,
    steps: [{ step: 'imposed', copies: 2 }],
  });
  expect((await marie.get(`${page}/press-file.pdf`)).status).not.toBe(200);
});

const WITHOUT_BLEED = join(ARTWORK, 'business-card-without-bleed.pdf');

test('what the customer chose is done, told and signed; what was not chosen is asked when signing', async () => {
  const base = await fillDraft(shop, marie, { file: WITHOUT_BLEED });
  const asked = await marie.get(`${base}/artwork`);
  expect(asked.text).not.toMatch(/name="choices\[[^>]*checked/);
  const chosen = await marie.post(`${base}/artwork/choices`, {
    'choices[bleed-missing-1]': 'fix-0',
    'choices[bleed-missing-2]': 'keep',
  });
  expect(chosen.location).toBe(`${base}/check`);
  expect((await marie.get(`${base}/check`)).text).toContain('bleed added by mirroring the edge, page 1');
  expect((await marie.post(`${base}/artwork/choices`, { 'choices[bleed-missing-1]': 'fix-7' })).status).toBe(
    422,
  );

  const address = await placeDraft(marie, base, 'counter');
  const proof = await lookAtProof(shop, marie, address);
  const page = (await marie.get(proof)).text;
  expect(page).toMatch(/At my choice, .*bleed added by mirroring the edge, page 1/s);
  expect(page).toContain('As you chose:');
  const warnings = [...page.matchAll(/name="(statements\[warning[^"]*)"/g)].map(([, name]) => name);
  expect(warnings).toEqual(['statements[warning-1-bleed-missing]']);
  await marie.post(`${proof}/approval`, await signedForm(marie, proof));
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  const signing = await shop.db('approvals').where({ order_id: known.id }).first();
  expect(signing.statement_text).toContain('bleed added by mirroring the edge, page 1');
  const press = await pressFile.ofProof(shop.db, known.current_proof_id as string);
  expect(press.sha256).not.toBe(press.artwork_sha256);
  expect(press.derivation.fixes).toMatchObject([{ fix: 'mirror_bleed', page: 1, chosen_by: 'customer' }]);
});

test('a colleague chooses for an order that lies before the customer; the next version says who did', async () => {
  const address = await placeDraft(marie, await fillDraft(shop, marie, { file: WITHOUT_BLEED }), 'counter');
  const first = await lookAtProof(shop, marie, address);
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  const page = `/staff/orders/${known.ref}`;
  expect((await lea.post(`${page}/artwork-choices`, {})).status).toBe(422);
  const form = await signedForm(marie, first);
  const given = { 'choices[bleed-missing-1]': 'fix-0', 'choices[bleed-missing-2]': 'fix-0' };
  expect((await lea.post(`${page}/artwork-choices`, given)).status).toBe(303);
  expect((await marie.post(`${first}/approval`, form)).status).toBe(409);
  const second = await lookAtProof(shop, marie, address);
  expect(second).not.toBe(first);
  const shown = (await marie.get(second)).text;
  expect(shown).toMatch(/Suggested by .*bleed added by mirroring the edge, page 1; bleed/s);
  expect(shown).not.toContain('statements[warning');
  expect((await lea.post(`${page}/artwork-choices`, given)).status).toBe(422);
  const chosen = (await event.history(shop.db, known.id)).find(({ type }) => type === 'artwork.choice_made');
  expect(chosen?.actor.kind).toBe('staff');
});

test('a page of another shape is printed once somebody chose how', async () => {
  const fields = { 'options[sides]': 'one' };
  const base = await fillDraft(shop, marie, { file: join(ARTWORK, 'letter-size-for-a-card.pdf'), fields });
  expect((await marie.get(`${base}/check`)).location).toBe(`${base}/artwork`);
  expect((await marie.post(`${base}/artwork/choices`, {})).status).toBe(422);
  const answer = await marie.post(`${base}/artwork/choices`, { 'choices[wrong-size-1]': 'fix-0' });
  expect(answer.location).toBe(`${base}/check`);
  const address = await placeDraft(marie, base, 'counter');
  const proof = await lookAtProof(shop, marie, address);
  expect((await marie.get(proof)).text).toContain('page scaled so that all of it fits the piece');
});
