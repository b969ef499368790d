// A person's data go at the owner's word or by the calendar; the history holds as before.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Knex } from 'knex';
import { orderUrl } from '../../server/link';
import * as approval from '../../server/models/approval';
import * as comparison from '../../server/models/comparison';
import * as erasure from '../../server/models/erasure';
import * as event from '../../server/models/event';
import * as legalHold from '../../server/models/legal-hold';
import * as order from '../../server/models/order';
import * as paper from '../../server/models/paper';
import * as proof from '../../server/models/proof';
import * as retention from '../../server/models/retention';
import * as task from '../../server/models/task';
import { perform } from '../../server/worker';
import { draftOrder, MARIE, sendArtwork, sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
let db: Knex;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  ({ db } = shop);
});
afterAll(() => shop.close());

async function doAll(...kinds: task.TaskKind[]): Promise<void> {
  for (;;) {
    const leased = await task.lease(db, 'test', kinds);
    if (!leased) return;
    await perform(shop.portal, leased, 'test');
  }
}

/** Signed, stopped and cancelled: an order that is over, with everything in it that there is to erase. */
async function closedOrder(): Promise<{ id: string; ref: string; approval_id: string }> {
  const signed = await sign(shop, await signable(shop, { payment_method: 'counter' }));
  await doAll('send_message');
  const saved = await shop.portal.storage.save(Readable.from([Buffer.from(`record of ${signed.id}`)]));
  await paper.keep(
    db,
    { order_id: signed.order_id, kind: 'record', subject_id: signed.id, sha256: saved.sha256 },
    saved.bytes,
  );
  await approval.withdraw(db, signed.order_id, signed.id, 'customer', 'stopped', event.CUSTOMER);
  await order.cancel(db, signed.order_id, event.CUSTOMER, 'customer_cancelled');
  await doAll('send_message', 'release_hold', 'stamp_approval');
  const { ref } = await order.findOrder(db, signed.order_id);
  return { id: signed.order_id, ref, approval_id: signed.id };
}

const erase = (id: string, with_files = false) =>
  erasure.erase(db, id, event.byStaff(shop.owner.id), { because: 'request', with_files });

/** Every cell of every table, so that nothing is forgotten that nobody thought of. */
async function wholeDatabase(): Promise<string> {
  const tables: string[] =
    db.client.config.client === 'pg'
      ? (await db('pg_tables').where({ schemaname: 'public' }).select('tablename')).map(
          (row) => row.tablename,
        )
      : (await db('sqlite_master').where({ type: 'table' }).select('name')).map((row) => row.name);
  const rows = await Promise.all(tables.map((table) => db(table)));
  return JSON.stringify(rows);
}

test('who signed from where is kept beside the evidence, not in it', async () => {
  const signed = await sign(shop, await signable(shop, { payment_method: 'counter' }));
  const row = await db('approvals').where({ id: signed.id }).first();
  expect(JSON.stringify(row)).not.toMatch(/192\.0\.2\.7|marie@example/);
  expect(signed.device).toMatchObject({ ip: '192.0.2.7', user_agent: 'test', ip_source: 'connection' });
  expect(signed.identity.email).toBe('marie@example.com');
  const pages = await db('proofs').where({ id: signed.proof_id }).first('pages');
  expect(pages.pages).not.toContain('fleuriste');
  expect((await proof.findProof(db, signed.proof_id)).pages[1].text).toBe('Marie Lefèvre, fleuriste');
});

test('what changed between two versions goes too, with its words and pictures', async () => {
  const closed = await closedOrder();
  const [shown] = await proof.ofOrder(db, closed.id);
  const picture = await shop.portal.storage.save(Readable.from([Buffer.from(`picture of ${closed.id}`)]));
  const page: comparison.ComparedPage = {
    before: 1,
    after: 1,
    is_moved: false,
    is_same: false,
    pictures: {
      before_sha256: picture.sha256,
      after_sha256: null,
      overlay_sha256: null,
      difference_sha256: null,
      width_px: 600,
      height_px: 400,
      trim_px: { x: 0, y: 0, width: 600, height: 400 },
      pixels_per_mm: 6,
    },
    regions: [],
    words: [{ removed: 'Zénobie', added: 'Zélie' }],
  };
  const files = [{ ...picture, media_type: 'image/webp' }];
  await comparison.keep(db, shown, shown, { pages: [page], files });
  await erase(closed.id);
  await doAll('remove_files');
  expect(await wholeDatabase()).not.toContain('Zénobie');
  await expect(shop.portal.storage.open(picture.sha256)).rejects.toThrow();
});

test('after an erasure nothing of the person is left but the name that was signed, and the chain holds', async () => {
  const email = 'zora.unique@example.net';
  const ready = await signable(shop, { payment_method: 'counter' });
  const personal = {
    contact_email: email,
    contact_phone: '07 11 22 33 44',
    delivery_address: '9 rue Secrète',
  };
  await db('orders').where({ id: ready.placed.id }).update(personal);
  await db('customers').where({ id: ready.placed.customer_id }).update({ email });
  const signed = await sign(shop, {
    ...ready,
    circumstances: { ...ready.circumstances, ip: '198.51.100.77', user_agent: 'Very Special Browser' },
  });
  await doAll('make_record', 'send_message', 'stamp_approval');
  await approval.withdraw(db, signed.order_id, signed.id, 'customer', 'stopped', event.CUSTOMER);
  await order.cancel(db, signed.order_id, event.CUSTOMER, 'customer_cancelled');
  await doAll('send_message');
  const before = await event.lines(db, signed.order_id);
  const PERSONAL = /zora\.unique|07 11 22 33 44|Secrète|198\.51\.100\.77|Very Special/g;
  expect((await wholeDatabase()).match(PERSONAL)?.length).toBeGreaterThan(3);

  await db('orders')
    .where({ customer_id: ready.placed.customer_id })
    .whereNot({ id: signed.order_id })
    .update({
      customer_id: null,
    });
  await erase(signed.order_id);
  await doAll('remove_files');
  expect((await wholeDatabase()).match(PERSONAL)).toBeNull();
  const after = await event.lines(db, signed.order_id);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)?.type).toBe('personal_data.erased');
  expect(event.firstFault(after)).toBeNull();
  const kept = await approval.findApproval(db, signed.id);
  expect(kept).toMatchObject({ typed_name: 'Marie Lefèvre', device: { ip: null, user_agent: null } });
  expect(await order.findOrder(db, signed.order_id)).toMatchObject({
    contact_name: erasure.NOBODY,
    contact_email: null,
    customer_id: null,
  });
});

test('the record and the letters in the folder go with it; artwork and proof only when that is asked', async () => {
  const { id, approval_id } = await closedOrder();
  const record = await db('papers').where({ subject_id: approval_id }).first('sha256');
  const [{ file_sha256 }] = await db('artworks').where({ order_id: id });
  const [{ sha256 }] = await db('proofs').where({ order_id: id });
  const letters: Array<{ reply: string }> = await db('messages').where({ order_id: id, state: 'kept' });
  const outbox = letters.map(({ reply }) => join(shop.config.data_dir, 'outbox', reply));
  expect(outbox.length).toBeGreaterThan(0);
  expect(outbox.every(existsSync)).toBe(true);
  await erase(id);
  await doAll('remove_files');
  const has = (one: string) =>
    shop.portal.storage.open(one).then(
      ({ stream }) => stream.destroy() && true,
      () => false,
    );
  expect(await has(record.sha256)).toBe(false);
  expect(outbox.some(existsSync)).toBe(false);
  expect([await has(file_sha256), await has(sha256)]).toEqual([true, true]);
  const other = await closedOrder();
  const [art] = await db('artworks').where({ order_id: other.id });
  const [shown] = await db('proofs').where({ order_id: other.id });
  await erase(other.id, true);
  await doAll('remove_files');
  expect([await has(art.file_sha256), await has(shown.sha256)]).toEqual([false, false]);
});

test('a letter that waits is not sent any more, and one in hand is waited for', async () => {
  const signed = await sign(shop, await signable(shop, { payment_method: 'counter' }));
  await approval.withdraw(db, signed.order_id, signed.id, 'customer', 'stopped', event.CUSTOMER);
  await order.cancel(db, signed.order_id, event.CUSTOMER, 'customer_cancelled');
  const waiting = () => db('tasks').where({ order_id: signed.order_id, kind: 'send_message' });
  await waiting().where({ state: 'ready' }).update({ state: 'leased' });
  await expect(erase(signed.order_id)).rejects.toThrow('letter_waits');
  await waiting().where({ state: 'leased' }).update({ state: 'ready' });
  await erase(signed.order_id);
  expect(await waiting().where({ state: 'ready' })).toEqual([]);
});

test('bytes that another order still needs stay', async () => {
  const { id } = await closedOrder();
  const [{ file_sha256 }] = await db('artworks').where({ order_id: id });
  const other = await draftOrder(shop);
  await db('artworks').insert({
    id: `same-${id}`,
    order_id: other.id,
    file_sha256,
    name: 'same.pdf',
    bytes: 1,
    sent_by: 'customer',
    created_at: 'now',
  });
  await erase(id, true);
  await doAll('remove_files');
  const { stream } = await shop.portal.storage.open(file_sha256);
  stream.destroy();
});

test('an order that is under way, on hold, in dispute or erased is left as it is', async () => {
  const open = await sign(shop, await signable(shop, { payment_method: 'counter' }));
  await expect(erase(open.order_id)).rejects.toThrow('still_open');
  const { id } = await closedOrder();
  await legalHold.set(db, id, 'The customer has called a lawyer.', shop.owner.id);
  await expect(erase(id)).rejects.toThrow('held');
  await expect(legalHold.set(db, id, 'again', shop.owner.id)).rejects.toThrow('held_already');
  await legalHold.lift(db, id, 'Settled.', shop.owner.id);
  await expect(legalHold.lift(db, id, 'Settled.', shop.owner.id)).rejects.toThrow('not_held');
  const job = { id: `h-${id}`, order_id: id, cause: 'dispute', subject_id: id, held_at: 'now' };
  await db('job_holds').insert(job);
  await expect(erase(id)).rejects.toThrow('matter_open');
  await db('job_holds').where({ id: job.id }).update({ lifted_at: 'now' });
  const paid = {
    id: `p-${id}`,
    order_id: id,
    tender: 'card',
    state: 'failed',
    price_version: 1,
    amount_cents: 100,
  };
  await db('payments').insert({ ...paid, currency: 'EUR', created_at: 'now', updated_at: 'now' });
  await db('disputes').insert({
    id: `d-${id}`,
    order_id: id,
    payment_id: paid.id,
    amount_cents: 100,
    currency: 'EUR',
    reason: 'product_unacceptable',
    status: 'needs_response',
    evidence: '{}',
    files: '[]',
    opened_at: 'now',
    looked_at: 'now',
  });
  await expect(erase(id)).rejects.toThrow('matter_open');
  await db('disputes')
    .where({ order_id: id })
    .update({ status: 'lost', evidence: '{"customer_name":"Marie"}' });
  await erase(id);
  expect(await db('disputes').where({ order_id: id }).first('evidence')).toEqual({ evidence: '{}' });
  await expect(erase(id)).rejects.toThrow('erased_already');
  const types = (await event.history(db, id)).map(({ type }) => type).slice(-3);
  expect(types).toEqual(['hold.set', 'hold.lifted', 'personal_data.erased']);
});

test('the private link of an erased order opens nothing', async () => {
  const { id } = await closedOrder();
  const url = orderUrl(shop.config, id);
  expect((await shop.visitor().get(url)).status).toBe(200);
  await erase(id);
  expect((await shop.visitor().get(url)).status).toBe(404);
});

test('a hold without a reason is refused', async () => {
  const { id } = await closedOrder();
  await expect(legalHold.set(db, id, '  ', shop.owner.id)).rejects.toThrow();
  await expect(
    legalHold.set(db, id, 'x'.repeat(legalHold.MAX_REASON_LENGTH + 1), shop.owner.id),
  ).rejects.toThrow();
  await legalHold.set(db, id, 'x'.repeat(legalHold.MAX_REASON_LENGTH), shop.owner.id);
});

describe('the calendar', () => {
  test('erases what has been closed for longer than the shop keeps it, and nothing else', async () => {
    const [old, held, fresh] = [await closedOrder(), await closedOrder(), await closedOrder()];
    const draft = await draftOrder(shop);
    await sendArtwork(shop, draft);
    const long_ago = retention.monthsBefore(new Date().toISOString(), retention.DEFAULT_MONTHS + 1);
    await legalHold.set(db, held.id, 'kept', shop.owner.id);
    await db('orders').whereIn('id', [old.id, held.id, draft.id]).update({ state_since: long_ago });
    await task.enqueue(db, 'keep_retention', {});
    await doAll('keep_retention', 'remove_files');
    const erased = async (id: string) => (await order.findOrder(db, id)).erased_at !== null;
    expect([await erased(old.id), await erased(draft.id)]).toEqual([true, true]);
    expect([await erased(held.id), await erased(fresh.id)]).toEqual([false, false]);
    expect((await event.history(db, old.id)).at(-1)?.data).toEqual({
      because: 'retention',
      with_files: true,
    });
    expect(await event.verifyAll(db)).toBeNull();
  });

  test('keeps for two years unless the owner says otherwise; zero is for ever', async () => {
    expect(await retention.months(db)).toBe(24);
    const { id } = await closedOrder();
    await db('orders').where({ id }).update({ state_since: '2001-01-01T00:00:00.000Z' });
    await retention.setMonths(db, 0);
    expect(await retention.due(db)).toEqual([]);
    await retention.setMonths(db, 12);
    expect(await retention.due(db)).toContain(id);
    await retention.setMonths(db, retention.DEFAULT_MONTHS);
  });

  test('counts back by months, from a long month into a short one too', () => {
    expect(retention.monthsBefore('2026-03-31T10:00:00.000Z', 1)).toBe('2026-02-28T10:00:00.000Z');
    expect(retention.monthsBefore('2026-11-23T10:00:00.000Z', 24)).toBe('2024-11-23T10:00:00.000Z');
  });
});

describe('the owner’s page', () => {
  test('puts on hold, lifts, and erases only after a second word', async () => {
    const { ref, id } = await closedOrder();
    const owner = await shop.colleague('owner');
    const page = `/owner/orders/${ref}/personal-data`;
    expect((await owner.post(`/owner/orders/${ref}/hold`, { reason: '' })).status).toBe(422);
    expect((await owner.post(`/owner/orders/${ref}/hold`, { reason: 'Complaint' })).location).toContain(
      'done=held',
    );
    expect((await owner.get(page)).text).toContain('lift the hold first');
    expect((await owner.post(`/owner/orders/${ref}/erasure`, { sure: 'on' })).status).toBe(409);
    await owner.post(`/owner/orders/${ref}/hold/lift`, { reason: 'Settled' });
    expect((await owner.post(`/owner/orders/${ref}/erasure`)).status).toBe(422);
    expect((await owner.post(`/owner/orders/${ref}/erasure`, { sure: 'on' })).location).toContain(
      'done=erased',
    );
    expect((await owner.get(page)).text).toContain('were erased on');
    for (const path of [`/staff/orders/${ref}`, `/owner/audit/${ref}`, '/staff', '/staff/letters']) {
      const shown = await owner.get(path);
      expect(shown.status).toBe(200);
      if (path.includes(ref)) expect(shown.text).not.toContain(MARIE.contact_email);
    }
    expect((await order.findOrder(db, id)).erased_at).not.toBeNull();
  });

  test('is not for colleagues, and takes months in figures only', async () => {
    const { ref } = await closedOrder();
    const lea = await shop.colleague();
    expect((await lea.post(`/owner/orders/${ref}/erasure`, { sure: 'on' })).status).not.toBe(303);
    const owner = await shop.colleague('owner');
    expect((await owner.post('/owner/evidence/retention', { months: 'two' })).status).toBe(422);
    const most = String(retention.MOST_MONTHS);
    expect(
      (await owner.post('/owner/evidence/retention', { months: `${retention.MOST_MONTHS + 1}` })).status,
    ).toBe(422);
    expect((await owner.post('/owner/evidence/retention', { months: most })).status).toBe(303);
    expect((await owner.get('/owner/evidence')).text).toContain(`value="${most}"`);
    await retention.setMonths(db, retention.DEFAULT_MONTHS);
  });
});
