import { down, up } from '../../migrations/034_press_files';
import { dialectOf } from '../../server/db';
import * as payment from '../../server/models/payment';
import * as pressFile from '../../server/models/press-file';
import { keepSafeguards } from '../../server/safeguards';
import { capturedFacts, issueProof, placedOrder, sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

const saidBy = (statement: PromiseLike<unknown>) =>
  Promise.resolve(statement).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

test('a proof is issued with its press file, and that is written once', async () => {
  const { db } = shop;
  const { id } = await placedOrder(shop);
  const shown = await issueProof(shop, id);
  const press = await pressFile.ofProof(db, shown.id);
  expect(press).toMatchObject({ order_id: id, kind: 'file', artwork_sha256: shown.artwork_sha256 });
  expect(await saidBy(db('press_files').where({ proof_id: shown.id }).update({ bytes: 1 }))).toMatch(
    /written once/,
  );
  expect(await saidBy(db('press_files').where({ proof_id: shown.id }).delete())).toMatch(/written once/);
  expect(pressFile.nameOf('K7F-204', 2, press)).toBe(`K7F-204-v2-${press.sha256.slice(0, 8)}.pdf`);
});

test('a press file of another artwork is refused', async () => {
  const { db } = shop;
  const [one, other] = [await placedOrder(shop), await placedOrder(shop)];
  const shown = await issueProof(shop, one.id);
  const press = await pressFile.ofProof(db, (await issueProof(shop, other.id)).id);
  const wrong = { ...press, proof_id: shown.id, order_id: one.id, kind: 'sheet', derivation: '{}' };
  expect(await saidBy(db('press_files').insert(wrong))).toMatch(/names the artwork of its proof/);
});

test('nothing is released without a press file, not even by a capture', async () => {
  const { db } = shop;
  const ready = await signable(shop);
  await sign(shop, ready);
  const held = (await payment.usableHoldOrNull(db, ready.placed.id)) as payment.Payment;
  const on = dialectOf(db) === 'postgres' ? ' ON press_files' : '';
  await db.raw(`DROP TRIGGER press_files_never_deleted${on}`);
  await db('press_files').where({ proof_id: ready.current.id }).delete();
  await keepSafeguards(db, true);
  const approval = await db('approvals').where({ order_id: ready.placed.id }).first();
  await payment.reduce(db, held.id, capturedFacts(held)).catch(() => {});
  const ticket = {
    order_id: ready.placed.id,
    scan_code: 'WITHOUT123',
    approval_id: approval.id,
    proof_id: ready.current.id,
    proof_sha256: ready.current.sha256,
    payment_id: held.id,
    released_at: 'now',
  };
  expect(await db('tickets').where({ order_id: ready.placed.id }).first()).toBeUndefined();
  expect(await saidBy(db('tickets').insert(ticket))).toMatch(/needs/);
});

test('proofs from before press files were kept have their artwork as press file', async () => {
  const { db } = shop;
  const { id } = await placedOrder(shop);
  const shown = await issueProof(shop, id);
  await down(db);
  await up(db);
  await keepSafeguards(db, true);
  const press = await pressFile.ofProof(db, shown.id);
  expect(press.sha256).toBe(shown.artwork_sha256);
  expect(press.derivation.steps).toEqual([{ step: 'kept-as-sent' }]);
  const count = async (table: string) => Number((await db(table).count('* as n').first())?.n);
  expect(await count('press_files')).toBe(await count('proofs'));
});
