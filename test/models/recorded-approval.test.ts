// An approval that a colleague writes down is never dressed up as a signature, and the customer can object.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid } from '../../server/errors';
import * as account from '../../server/models/account';
import * as approval from '../../server/models/approval';
import * as event from '../../server/models/event';
import { CUSTOMER } from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as recordedApproval from '../../server/models/recorded-approval';
import * as setting from '../../server/models/setting';
import { photograph, type Signable, sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
let allowed: setting.Shop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  allowed = { ...(await setting.shop(shop.db)), staff_may_record_approvals: true };
});
afterAll(() => shop.close());

const claim = async (): Promise<recordedApproval.Claim> => ({
  typed_name: 'Marie Lefèvre',
  on_behalf_of: null,
  given_by: 'paper',
  reason: 'She signed the printed proof at her shop',
  attachment: await photograph(shop),
  is_seen: true,
});

async function record(
  { placed, current }: Signable,
  more: Partial<recordedApproval.Claim> = {},
  settings = allowed,
  named: Partial<recordedApproval.Named> = {},
) {
  const { price_version, total_cents } = placed;
  return recordedApproval.record(
    shop.db,
    placed.id,
    { proof_id: current.id, price_version, total_cents, ...named },
    { ...(await claim()), ...more },
    settings,
    shop.lea,
  );
}

const stateOf = async (id: string) => (await order.findOrder(shop.db, id)).state;

test('is refused unless the owner allows it', async () => {
  const ready = await signable(shop);
  await expect(record(ready, {}, await setting.shop(shop.db))).rejects.toMatchObject({
    key: 'conflict.recording_off',
  });
  expect(await stateOf(ready.placed.id)).toBe('proofed');
});

test('says everywhere that nobody signed here', async () => {
  const ready = await signable(shop);
  const made = await record(ready);
  expect(made).toMatchObject({
    channel: 'recorded_by_staff',
    witness_staff_id: shop.lea.id,
    ticks: [],
    signature_strokes: [],
    identity: { how: 'recorded_by_staff' },
  });
  expect(made.statement_text).toContain('Recorded by Léa Martin of Imprimerie Lilas');
  expect(made.statement_text).toContain('not signed by the customer here');
  const lines = await event.history(shop.db, ready.placed.id);
  expect(lines.some(({ type }) => type === 'approval.signed')).toBe(false);
  const line = lines.find(({ type }) => type === 'approval.recorded');
  expect(line?.actor).toEqual({ kind: 'staff', id: shop.lea.id });
  expect(line?.hash).toBe(made.event_hash);
  const kept = await recordedApproval.findOrNull(shop.db, made.id);
  expect(line?.data).toMatchObject({ attachment_sha256: kept?.attachment_sha256, given_by: 'paper' });
});

test.each([
  ['a name', { typed_name: ' ' }, 'typed_name'],
  ['a way', { given_by: null }, 'given_by'],
  ['a reason', { reason: '' }, 'reason'],
  ['what shows it', { attachment: null }, 'attachment'],
  ['the colleague’s word', { is_seen: false }, 'is_seen'],
])('is refused without %s', async (_what, more, field) => {
  const ready = await signable(shop);
  const refused = record(ready, more);
  await expect(refused).rejects.toBeInstanceOf(Invalid);
  await expect(refused).rejects.toMatchObject({ fields: { [field]: `recorded.${field}` } });
  expect(await stateOf(ready.placed.id)).toBe('proofed');
});

test('is refused when the customer could not be told, or nothing is reserved', async () => {
  const silent = await signable(shop, { payment_method: 'counter' });
  await shop.db('orders').where({ id: silent.placed.id }).update({ contact_email: null });
  await expect(record(silent)).rejects.toMatchObject({ fields: { record: 'recorded.no_email' } });
  const unreserved = await signable(shop, { hold: false });
  await expect(record(unreserved)).rejects.toMatchObject({ fields: { record: 'recorded.no_hold' } });
});

test('is for the proof and the amount that the colleague saw', async () => {
  const ready = await signable(shop);
  for (const named of [{ proof_id: 'another' }, { price_version: 7 }, { total_cents: 1 }]) {
    await expect(record(ready, {}, allowed, named)).rejects.toMatchObject({ key: 'conflict.order_changed' });
  }
});

test('nothing is charged before the customer could object, even where signing has no stop window', async () => {
  const hasty = { ...allowed, stop_window_minutes: 0 };
  const ready = await signable(shop);
  const made = await record(ready, {}, hasty);
  const soonest = Date.now() + (recordedApproval.MIN_OBJECTION_MINUTES - 1) * 60_000;
  expect(Date.parse(made.stop_until as string)).toBeGreaterThan(soonest);
  const capture = await shop
    .db('tasks')
    .where({ order_id: ready.placed.id, kind: 'capture_payment' })
    .first('run_at');
  expect(capture.run_at).toBe(made.stop_until);

  const counter = await signable(shop, { payment_method: 'counter' });
  await record(counter);
  const paid = payment.recordAtCounter(shop.db, counter.placed.id, {
    tender: 'cash',
    amount_cents: counter.placed.total_cents,
    receipt_ref: null,
    staff_id: shop.lea.id,
  });
  await expect(paid).rejects.toMatchObject({ key: 'conflict.may_object' });

  const terms = { limit_cents: counter.placed.total_cents, days: 30, note: null, granted_by: shop.lea.id };
  await account.grant(shop.db, { ...terms, email: counter.placed.contact_email as string });
  const onAccount = payment.putOnAccount(shop.db, counter.placed.id, {
    amount_cents: counter.placed.total_cents,
    staff_id: shop.lea.id,
  });
  await expect(onAccount).rejects.toMatchObject({ key: 'conflict.may_object' });
  expect(await stateOf(counter.placed.id)).toBe('approved');
});

test('the customer objects, and the proof waits as before', async () => {
  const ready = await signable(shop);
  const made = await record(ready);
  await approval.withdraw(shop.db, ready.placed.id, made.id, 'customer', 'stopped_by_customer', CUSTOMER);
  expect(await stateOf(ready.placed.id)).toBe('proofed');
  const [{ state }] = await shop
    .db('tasks')
    .where({ order_id: ready.placed.id, kind: 'capture_payment' })
    .select('state');
  expect(state).toBe('void');
  expect((await sign(shop, ready)).channel).toBe('web');
});

test('of a signature and twenty recordings at once one wins', async () => {
  const ready = await signable(shop);
  const all = await Promise.allSettled([
    sign(shop, ready),
    ...Array.from({ length: 20 }, () => record(ready)),
  ]);
  const lost = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(lost.every((reason) => reason instanceof Conflict)).toBe(true);
  expect(lost).toHaveLength(20);
});

describe('the database itself refuses', () => {
  const refused = async (statement: PromiseLike<unknown>, because: RegExp) => {
    const answer = await Promise.resolve(statement).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
    expect(answer).toMatch(because);
  };

  test('an approval without a tablet that has no colleague, reason and attachment behind it', async () => {
    const pattern = await signable(shop);
    const made = await record(pattern);
    const row = await shop.db('approvals').where({ id: made.id }).first();
    const { placed, current } = await signable(shop);
    const bare = {
      ...row,
      id: randomUUID(),
      order_id: placed.id,
      proof_id: current.id,
      proof_sha256: current.sha256,
      artwork_sha256: current.artwork_sha256,
      idempotency_key: randomUUID(),
      event_hash: randomUUID(),
    };
    await refused(shop.db('approvals').insert(bare), /needs a colleague, a reason and an attachment/);
    const recorded = await shop.db('recorded_approvals').where({ approval_id: made.id }).first();
    await shop
      .db('recorded_approvals')
      .insert({ ...recorded, approval_id: bare.id, order_id: placed.id, reason: '' });
    await refused(shop.db('approvals').insert(bare), /needs a colleague, a reason and an attachment/);
  });

  test('any edit of what was recorded', async () => {
    const made = await record(await signable(shop));
    const rows = () => shop.db('recorded_approvals').where({ approval_id: made.id });
    await refused(rows().update({ reason: 'another' }), /written once/);
    await refused(rows().delete(), /written once/);
  });
});
