// The main job over HTTP alone: real engine, real worker, the payment stand-in, letters in the outbox.
import * as changeRequest from '../../server/models/change-request';
import * as event from '../../server/models/event';
import * as message from '../../server/models/message';
import * as order from '../../server/models/order';
import { CARD, fillDraft, lookAtProof, placeDraft, reserveOnline, signedForm } from '../support/journey';
import { startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let visit: Visitor;
beforeAll(async () => {
  shop = await startShop({ settings: { stop_window_minutes: 0 } });
  visit = shop.visitor();
});
afterAll(() => shop.close());

const tokenOf = (address: string) => address.split('/')[2];
const found = async (address: string) => order.findByLink(shop.db, tokenOf(address));

async function toProof(payment_method: 'card' | 'counter' = 'card', visitor = visit) {
  const draft = await fillDraft(shop, visitor);
  const address = await placeDraft(visitor, draft, payment_method);
  if (payment_method === 'card') await reserveOnline(shop, visitor, address);
  return { address, proof: await lookAtProof(shop, visitor, address) };
}

test('a customer orders, reserves, signs, is charged, and the job is released', async () => {
  const { address, proof } = await toProof();
  const placed = await found(address);
  expect(placed.state).toBe('proofed');
  const [intent] = Object.values(shop.bank!.control.state().payment_intents);
  expect(intent).toMatchObject({ status: 'requires_capture', amount: placed.total_cents });

  const approved = await visit.post(`${proof}/approval`, await signedForm(visit, proof));
  expect(approved.status).toBe(303);
  expect(approved.location).toBe(`${address}/approved`);
  expect((await visit.get(`${address}/approved`)).status).toBe(200);
  await shop.settled();

  expect((await found(address)).state).toBe('released');
  const after = Object.values(shop.bank!.control.state().payment_intents).find(({ id }) => id === intent.id);
  expect(after?.status).toBe('succeeded');
  const [paid] = await shop.db('payments').where({ order_id: placed.id });
  expect(paid).toMatchObject({ state: 'captured', captured_cents: placed.total_cents, card_last4: '4242' });
  expect(after?.metadata).toMatchObject({ proof_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });

  const letters = await message.ofOrder(shop.db, placed.id);
  expect(letters.map((letter) => letter.template).sort()).toEqual([
    'approved',
    'order-received',
    'proof-ready',
  ]);
  const record = letters.find((letter) => letter.template === 'approved');
  const names = record?.attachments.map(({ filename }) => filename.replace(placed.ref, ''));
  expect(names).toEqual(['-approval.pdf', '-receipt.pdf', '-invoice.pdf', '-proof-v1.pdf']);
  const { number } = await shop.db('invoices').where({ order_id: placed.id }).first();
  for (const paper of ['record.pdf', 'receipt.pdf', `invoices/${number}.pdf`]) {
    const answer = await visit.get(`${address}/${paper}`);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.text.startsWith('%PDF-')).toBe(true);
  }
  const types = (await event.history(shop.db, placed.id)).map((line) => line.type);
  expect(types.indexOf('approval.signed')).toBeLessThan(types.indexOf('payment.captured'));
  expect(types.indexOf('payment.captured')).toBeLessThan(types.indexOf('job.released'));
});

test('the same approval posted twenty times at once is one approval, one capture, one ticket', async () => {
  const { address, proof } = await toProof();
  const form = await signedForm(visit, proof);
  const answers = await Promise.all(Array.from({ length: 20 }, () => visit.post(`${proof}/approval`, form)));
  expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(303));
  await shop.settled();
  const { id } = await found(address);
  expect(await shop.db('approvals').where({ order_id: id })).toHaveLength(1);
  expect(await shop.db('tickets').where({ order_id: id })).toHaveLength(1);
  const captured = (await event.history(shop.db, id)).filter((line) => line.type === 'payment.captured');
  expect(captured).toHaveLength(1);
});

test('of two tabs with different versions the old one gets 409 and a fresh page', async () => {
  const { address, proof } = await toProof('counter');
  const oldTab = await signedForm(visit, proof);
  const changes = await visit.upload(`${proof}/changes`, CARD, {}, 'cards-corrected.pdf');
  expect(changes.status).toBe(303);
  const next = await lookAtProof(shop, visit, address);
  expect(next).not.toBe(proof);
  const refused = await visit.post(`${proof}/approval`, oldTab);
  expect(refused.status).toBe(409);
  expect(refused.text).toContain(`${next}/approval`);
  expect((await found(address)).state).toBe('proofed');
  expect((await visit.post(`${next}/approval`, await signedForm(visit, next))).status).toBe(303);
});

test('a form with something open is shown again with what was answered, and says what is left', async () => {
  const { address, proof } = await toProof('counter');
  const { 'statements[cut]': _, ...form } = await signedForm(visit, proof);
  const refused = await visit.post(`${proof}/approval`, { ...form, typed_name: '' });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('Error:');
  expect((await found(address)).state).toBe('proofed');
  const again = { ...form, 'statements[cut]': 'on' };
  expect((await visit.post(`${proof}/approval`, again)).status).toBe(303);
});

test('changes are asked for point by point, and this version can no longer be approved', async () => {
  const { address, proof } = await toProof('counter');
  const form = await signedForm(visit, proof);
  const asked = await visit.upload(`${proof}/changes`, CARD, {
    'points[0][page]': '1',
    'points[0][x]': '0.25',
    'points[0][y]': '0.5',
    'points[0][reason]': 'text',
    'points[0][text]': 'Replace rue by avenue',
    note: 'Thank you!',
  });
  expect(asked.status).toBe(303);
  const { id, state } = await found(address);
  expect(state).toBe('changes_requested');
  expect((await visit.post(`${proof}/approval`, form)).status).toBe(409);
  await shop.settled();
  const letter = (await message.ofOrder(shop.db, id)).find((each) => each.template === 'changes-received');
  expect(letter?.text).toContain('Replace rue by avenue');
});

test('words that are cut at their limit are cut between characters, and may hold anything', async () => {
  const { address, proof } = await toProof('counter');
  const asked = await visit.post(`${proof}/changes`, {
    'points[0][page]': '1',
    'points[0][reason]': 'text',
    'points[0][text]': `${'a'.repeat(999)}🖋 and more`,
    note: `A\u0000note\nin two lines ${'🖋'.repeat(3_000)}`,
  });
  expect(asked.status).toBe(303);
  const [request] = await changeRequest.ofOrder(shop.db, (await found(address)).id);
  expect(request.points[0].text).toBe('a'.repeat(999));
  expect(request.note).toMatch(/^Anote\nin two lines 🖋+$/u);
});

describe('on a device that the order does not know', () => {
  test('the private link alone does not sign; the code from the letter does', async () => {
    const { address, proof } = await toProof('counter');
    const friend = shop.visitor();
    await lookAtProof(shop, friend, address);
    const without = await friend.post(`${proof}/approval`, await signedForm(friend, proof));
    expect(without.status).toBe(422);
    expect((await friend.post(`${proof}/code`)).status).toBe(303);
    await shop.settled();
    const { id } = await found(address);
    const letter = (await message.ofOrder(shop.db, id)).find((each) => each.template === 'sign-code');
    const code = letter!.text.match(/\b\d{3}\s?\d{3}\b/)![0];
    const wrong = await friend.post(`${proof}/approval`, {
      ...(await signedForm(friend, proof)),
      code: '000000',
    });
    expect(wrong.status).toBe(422);
    const right = await friend.post(`${proof}/approval`, { ...(await signedForm(friend, proof)), code });
    expect(right.status).toBe(303);
    const [signed] = await shop.db('approvals').where({ order_id: id });
    expect(JSON.parse(signed.identity).how).toBe('link_and_code');
  });

  test('five wrong codes end the code', async () => {
    const { address, proof } = await toProof('counter');
    const stranger = shop.visitor();
    await lookAtProof(shop, stranger, address);
    await stranger.post(`${proof}/code`);
    await shop.settled();
    const form = await signedForm(stranger, proof);
    for (let n = 0; n < 5; n += 1) {
      expect((await stranger.post(`${proof}/approval`, { ...form, code: `11111${n}` })).status).toBe(422);
    }
    const { id } = await found(address);
    const letter = (await message.ofOrder(shop.db, id)).find((each) => each.template === 'sign-code');
    const code = letter!.text.match(/\b\d{3}\s?\d{3}\b/)![0];
    expect((await stranger.post(`${proof}/approval`, { ...form, code })).status).toBe(422);
  });
});

test('a card that is refused reserves nothing, and the order can be paid at the counter instead', async () => {
  const draft = await fillDraft(shop, visit);
  const address = await placeDraft(visit, draft, 'card');
  await expect(reserveOnline(shop, visit, address, '4000000000000002')).rejects.toThrow(
    /did not send us back/,
  );
  expect((await visit.get(`${address}/pay`)).status).toBe(200);
  expect((await visit.post(`${address}/pay/at-counter`)).status).toBe(303);
  expect((await found(address)).payment_method).toBe('counter');
});

test('who signed to pay at the counter may still pay by card, without a second signature', async () => {
  const { address, proof } = await toProof('counter');
  const looking = JSON.stringify({ 1: { visible_ms: 4100, max_zoom: 2, text_opened: true } });
  await visit.post(`${proof}/approval`, { ...(await signedForm(visit, proof)), looking });
  await shop.settled();
  expect((await found(address)).state).toBe('approved');
  expect((await visit.get(`${address}/pay`)).status).toBe(200);
  await reserveOnline(shop, visit, address);
  const { id, state } = await found(address);
  expect(state).toBe('released');
  const signed = await shop.db('approvals').where({ order_id: id });
  expect(signed).toHaveLength(1);
  expect(JSON.parse(signed[0].looking)[1]).toMatchObject({
    visible_ms: 4100,
    max_zoom_percent: 200,
    text_opened: true,
  });
});

test('cancelling gives the reservation back at the bank', async () => {
  const { address } = await toProof();
  const { id } = await found(address);
  const [{ payment_intent }] = await shop.db('payments').where({ order_id: id });
  expect((await visit.post(`${address}/cancellation`)).status).toBe(303);
  await shop.settled();
  expect(shop.bank!.control.state().payment_intents[payment_intent].status).toBe('canceled');
  expect((await visit.get(address)).status).toBe(200);
});

test('a write from another site is refused', async () => {
  const { address, proof } = await toProof('counter');
  const form = await signedForm(visit, proof);
  const elsewhere: Array<Record<string, string>> = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'none' },
  ];
  for (const headers of elsewhere) {
    expect((await visit.post(`${proof}/approval`, form, headers)).status).toBe(403);
  }
  expect((await found(address)).state).toBe('proofed');
});
