// A shop from before: what stood in its evidence in plain text moves to where it can be erased.
import { up } from '../../migrations/040_erasable_data';
import * as approval from '../../server/models/approval';
import * as event from '../../server/models/event';
import * as proof from '../../server/models/proof';
import { keepSafeguards, missingSafeguards } from '../../server/safeguards';
import { sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

test('address, e-mail and the words of pages leave the rows and are still known; the chain is untouched', async () => {
  const { db } = shop;
  const isPostgres = db.client.config.client === 'pg';
  const signed = await sign(shop, await signable(shop, { payment_method: 'counter' }));
  const lines = await event.lines(db, signed.order_id);
  const shown = await proof.findProof(db, signed.proof_id);
  for (const table of ['approvals', 'proofs'])
    await db.raw(`DROP TRIGGER ${table}_never_updated${isPostgres ? ` ON ${table}` : ''}`);
  await db('approvals')
    .where({ id: signed.id })
    .update({ device: JSON.stringify(signed.device), identity: JSON.stringify(signed.identity) });
  await db('proofs')
    .where({ id: shown.id })
    .update({ pages: JSON.stringify(shown.pages) });
  await db.raw('ALTER TABLE orders DROP COLUMN erased_at');
  await db.raw('DROP TABLE page_texts');
  await up(db);
  await keepSafeguards(db, true);

  const row = await db('approvals').where({ id: signed.id }).first('device', 'identity');
  expect(`${row.device}${row.identity}`).not.toMatch(/192\.0\.2\.7|marie@example|"test"/);
  const { pages } = await db('proofs').where({ id: shown.id }).first('pages');
  expect(pages).not.toContain('fleuriste');
  expect(await approval.findApproval(db, signed.id)).toEqual(signed);
  expect(await proof.findProof(db, shown.id)).toEqual(shown);
  expect(await event.lines(db, signed.order_id)).toEqual(lines);
  expect(await missingSafeguards(db)).toEqual([]);
});
