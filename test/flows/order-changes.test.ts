// What the shop changes of an order, over HTTP: looked at, confirmed, told, and signed afresh.
import * as event from '../../server/models/event';
import * as message from '../../server/models/message';
import * as order from '../../server/models/order';
import { CARD, fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { fieldsOf, startShop, type TestShop, type Visitor } from '../support/portal';

/** Two proofs are drawn and compared on the way. */
const LONG_WAY_MS = 60_000;

let shop: TestShop;
let lea: Visitor;
let owner: Visitor;
let marie: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  owner = await shop.colleague('owner');
  marie = shop.visitor();
});
afterAll(() => shop.close());

const page = (known: order.Order, rest = '') => `/staff/orders/${known.ref}${rest}`;
const now = async (known: order.Order) => order.placed(await order.findOrder(shop.db, known.id));

async function signed() {
  const address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const proof = await lookAtProof(shop, marie, address);
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  expect((await marie.post(`${proof}/approval`, await signedForm(marie, proof))).status).toBe(303);
  return { known: await now(known), proof, address };
}

const lastLetter = async (known: order.Order, template: message.Template) =>
  (await message.ofOrder(shop.db, known.id)).findLast((each) => each.template === template);

test(
  'a new quantity is looked at, confirmed with its amount, proofed and signed again',
  async () => {
    const { known, address } = await signed();
    const form = await lea.get(page(known, '/change'));
    expect(form.text).toContain('The customer has signed this order as it is.');
    const fields = { ...fieldsOf(form.text, page(known, '/change')), quantity: '500' };
    const looked = await lea.post(page(known, '/change'), { ...fields, update: '1' });
    expect(looked.text).toMatch(/250<\/span> → 500/);
    expect((await now(known)).price_version).toBe(1);
    const confirmed = { ...fieldsOf(looked.text, page(known, '/change')), quantity: '500', confirm: '1' };
    expect((await lea.post(page(known, '/change'), confirmed)).status).toBe(422);
    const reason = 'Marie rang: she needs 500';
    const stale = { ...confirmed, reason, total_cents: '1' };
    expect((await lea.post(page(known, '/change'), stale)).status).toBe(409);
    expect((await lea.post(page(known, '/change'), { ...confirmed, reason })).status).toBe(303);
    await shop.settled();
    const after = await now(known);
    expect(after.state).toBe('proofed');
    expect(after.live_approval_id).toBeNull();
    const letter = await lastLetter(known, 'order-changed');
    expect(letter?.subject).toBe(`Your order ${known.ref} has changed`);
    expect(letter?.text).toContain('Quantity: 250 → 500');
    expect(letter?.text).toContain('no longer counts');
    const { text } = await lea.get(page(known));
    expect(text).toContain(reason);
    const proof = await lookAtProof(shop, marie, address);
    expect(proof).toMatch(/\/proof\/2$/);
    expect((await marie.post(`${proof}/approval`, await signedForm(marie, proof))).status).toBe(303);
    expect((await now(known)).state).toBe('approved');
  },
  LONG_WAY_MS,
);

test('a page that shows the old price cannot be signed any more', async () => {
  const address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const proof = await lookAtProof(shop, marie, address);
  const known = await order.findByLink(shop.db, address.split('/')[2]);
  const old = await signedForm(marie, proof);
  const form = fieldsOf((await lea.get(page(known, '/price'))).text, page(known, '/price'));
  const line = { ...form, kind: 'extra', label: 'Retouching', amount: '12,50', reason: 'asked by telephone' };
  expect((await lea.post(page(known, '/price'), { ...line, amount: 'much' })).status).toBe(422);
  expect((await lea.post(page(known, '/price'), line)).status).toBe(303);
  const refused = await marie.post(`${proof}/approval`, old);
  expect(refused.status).toBe(409);
  const again = await signedForm(marie, proof);
  expect(Number(again.total_cents)).toBe(Number(old.total_cents) + 1250);
  expect((await marie.post(`${proof}/approval`, again)).status).toBe(303);
  expect((await lea.post(page(known, '/price'), line)).status).toBe(409);
  await shop.settled();
});

test('a discount is the owner’s to give, and to take back', async () => {
  const address = await placeDraft(marie, await fillDraft(shop, marie, { file: null }), 'counter');
  const known = await now(await order.findByLink(shop.db, address.split('/')[2]));
  const path = page(known, '/price');
  const form = async (visit: Visitor) => fieldsOf((await visit.get(path)).text, path);
  const line = { kind: 'discount', amount: '5', reason: 'a good customer' };
  expect((await lea.get(path)).text).not.toContain('value="discount"');
  expect((await lea.post(path, { ...(await form(lea)), ...line })).status).toBe(403);
  expect((await owner.post(path, { ...(await form(owner)), ...line })).status).toBe(303);
  await shop.settled();
  const letter = await lastLetter(known, 'order-changed');
  expect(letter?.text).toMatch(/The price was .*; it is now/);
  const { quote, price_version } = await now(known);
  const own = quote.lines.find(({ adjustment_id }) => adjustment_id)!;
  expect(own.amount_cents).toBe(-500);
  const removal = { price_version: String(price_version), live_approval_id: '', reason: 'a mistake' };
  const gone = `${path}/${own.adjustment_id}/removal`;
  expect((await lea.post(gone, removal)).status).toBe(403);
  expect((await owner.post(gone, removal)).status).toBe(303);
  expect((await now(known)).total_cents).toBe(known.total_cents);
  await shop.settled();
});

test('a corrected file makes the next version', async () => {
  const { known } = await signed();
  const form = await lea.get(page(known, '/change'));
  const fields = { ...fieldsOf(form.text, page(known, '/change')), reason: 'New address', confirm: '1' };
  expect((await lea.upload(page(known, '/change'), CARD, fields, 'corrected.pdf')).status).toBe(303);
  await shop.settled();
  expect((await now(known)).state).toBe('proofed');
  expect((await lastLetter(known, 'order-changed'))?.text).toContain('corrected.pdf');
  expect((await lea.get(page(known))).text).toContain('Version 2');
});

test('a delivered order needs its address, and French customers read French', async () => {
  const fields = {
    contact_name: 'Paul',
    contact_email: 'paul@example.com',
    language: 'fr',
    payment_method: 'counter',
  };
  const path = '/staff/orders/new?product=business-cards';
  const intake = fieldsOf((await lea.get(path)).text, path);
  const made = await lea.post(path, { ...intake, ...fields });
  const known = await order.findByRef(shop.db, made.location.split('/')[3].split('?')[0]);
  const form = fieldsOf((await lea.get(page(known, '/change'))).text, page(known, '/change'));
  const wish = { ...form, delivery: 'delivery', confirm: '1', reason: 'on demand' };
  const looked = await lea.post(page(known, '/change'), { ...wish, update: '1', confirm: '' });
  expect(looked.status).toBe(422);
  expect(looked.text).toContain('Please give the address to deliver to.');
  const whole = { ...wish, delivery_address: '3 rue Basse\n69001 Lyon' };
  const { confirm, ...asked } = whole;
  const seen = fieldsOf((await lea.post(page(known, '/change'), asked)).text, page(known, '/change'));
  expect((await lea.post(page(known, '/change'), { ...whole, total_cents: seen.total_cents })).status).toBe(
    303,
  );
  await shop.settled();
  const lines = await event.lines(shop.db, known.id);
  expect(lines.some(({ body }) => body.includes('rue Basse'))).toBe(false);
  const letter = await lastLetter(known, 'order-changed');
  expect(letter?.subject).toBe(`Votre commande ${known.ref} a changé`);
  expect(letter?.text).toContain('Nous attendons encore votre fichier');
});
