// The printed half: photographed and counted before it is ready, signed for before it leaves.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid } from '../../server/errors';
import { now } from '../../server/models/database';
import * as event from '../../server/models/event';
import * as handover from '../../server/models/handover';
import * as order from '../../server/models/order';
import * as printCheck from '../../server/models/print-check';
import * as setting from '../../server/models/setting';
import * as ticket from '../../server/models/ticket';
import { COLLECTED, photograph, printing, readyJob, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
let strict: setting.Shop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
  strict = await setting.shop(shop.db);
});
afterAll(() => shop.close());

const stateOf = async (id: string) => (await order.findOrder(shop.db, id)).state;
const lineOf = async (id: string, type: event.EventType) =>
  (await event.history(shop.db, id)).findLast((line) => line.type === type);

async function fieldsRefused(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Invalid);
  return Object.keys((error as Invalid).fields).sort();
}

const DELIVERED: handover.Delivered = {
  how: 'delivered',
  recipient_name: 'Marie Lefèvre',
  carrier: 'Colissimo',
  tracking_number: '8R00012345678',
  sent_on: '2026-11-23',
  photo: null,
};

test('a photograph stands beside a page of the signed proof, and its hash in the history', async () => {
  const { placed, current } = await printing(shop);
  const upload = await photograph(shop);
  const kept = await printCheck.addPhoto(shop.db, placed.id, 2, upload, shop.lea.id);
  expect(kept).toMatchObject({ page: 2, file_sha256: upload.sha256, shown_sha256: null, is_broken: false });
  expect((await lineOf(placed.id, 'job.quality_photo'))?.data).toMatchObject({
    sha256: upload.sha256,
    page: 2,
    proof_sha256: current.sha256,
  });
  const wrongPage = printCheck.addPhoto(shop.db, placed.id, 3, await photograph(shop), shop.lea.id);
  expect(await fieldsRefused(wrongPage)).toEqual(['photo']);
  expect((await printCheck.printed(shop.db, placed.id)).photos.map(({ id }) => id)).toEqual([kept.id]);
});

test('nothing is photographed before it is released, nor after it has left', async () => {
  const { placed } = await signable(shop, { payment_method: 'counter' });
  const early = printCheck.addPhoto(shop.db, placed.id, 1, await photograph(shop), shop.lea.id);
  await expect(early).rejects.toBeInstanceOf(Conflict);
  const gone = (await readyJob(shop)).placed.id;
  await handover.handOver(shop.db, gone, COLLECTED, shop.lea.id);
  const late = printCheck.addPhoto(shop.db, gone, 1, await photograph(shop), shop.lea.id);
  await expect(late).rejects.toBeInstanceOf(Conflict);
});

test('a print has at most twenty-four photographs', async () => {
  const { placed } = await printing(shop);
  const upload = await photograph(shop);
  const add = () => printCheck.addPhoto(shop.db, placed.id, 1, upload, shop.lea.id);
  for (let taken = 0; taken < printCheck.MAX_QUALITY_PHOTOS; taken += 1) await add();
  expect(await fieldsRefused(add())).toEqual(['photo']);
});

test('a print is ready when it is photographed and counted, and a difference is explained', async () => {
  const { placed } = await printing(shop);
  const check = (counted: number, note: string | null = null) =>
    printCheck.makeReady(shop.db, placed.id, { ordered: 250, counted, note }, strict, shop.lea.id);
  expect(await fieldsRefused(check(-1))).toEqual(['counted', 'photo']);
  await printCheck.addPhoto(shop.db, placed.id, 1, await photograph(shop), shop.lea.id);
  expect(await fieldsRefused(check(248))).toEqual(['note']);
  expect(await stateOf(placed.id)).toBe('printing');
  await check(248, 'Two sheets were spoiled');
  expect(await stateOf(placed.id)).toBe('ready');
  expect((await lineOf(placed.id, 'job.counted'))?.data).toMatchObject({ ordered: 250, counted: 248 });
  expect(await printCheck.countOrNull(shop.db, placed.id)).toMatchObject({ staff_id: shop.lea.id });
});

test('the owner may do without the photograph, never without the count', async () => {
  const { placed } = await printing(shop);
  const relaxed = { ...strict, quality_photo_required: false };
  const check = { ordered: 250, counted: 250, note: null };
  await expect(ticket.advance(shop.db, placed.id, 'ready', shop.lea.id)).rejects.toBeInstanceOf(Conflict);
  await printCheck.makeReady(shop.db, placed.id, check, relaxed, shop.lea.id);
  expect(await stateOf(placed.id)).toBe('ready');
});

test('a hand-over is signed for by somebody with a name', async () => {
  const { placed } = await readyJob(shop);
  const hand = (given: handover.Collected | handover.Delivered) =>
    handover.handOver(shop.db, placed.id, given, shop.lea.id);
  expect(await fieldsRefused(hand({ ...COLLECTED, recipient_name: '', strokes: [] }))).toEqual([
    'signature',
    'typed_name',
  ]);
  const typed = { ...COLLECTED, signature_method: 'typed', signature_typed_confirm: true } as const;
  expect(await fieldsRefused(hand({ ...typed, signature_typed_name: 'Somebody else' }))).toEqual([
    'signature',
  ]);
  await hand(COLLECTED);
  const line = await lineOf(placed.id, 'job.handed_over');
  const received = await handover.findOrNull(shop.db, placed.id);
  expect(line?.data).toMatchObject({ how: 'collected', signature_sha256: received?.signature_sha256 });
  expect(JSON.stringify(line)).not.toContain('Paul');
  expect(received).toMatchObject({ recipient_name: 'Paul Lefèvre', staff_id: shop.lea.id });
});

test('a parcel names its carrier, its day, and a number or a photograph', async () => {
  const { placed } = await readyJob(shop);
  const hand = (given: handover.Delivered) => handover.handOver(shop.db, placed.id, given, shop.lea.id);
  expect(await fieldsRefused(hand({ ...DELIVERED, carrier: '', sent_on: 'soon' }))).toEqual([
    'carrier',
    'sent_on',
  ]);
  expect(await fieldsRefused(hand({ ...DELIVERED, tracking_number: null }))).toEqual(['tracking_number']);
  const upload = await photograph(shop);
  await hand({ ...DELIVERED, tracking_number: null, photo: upload });
  expect((await lineOf(placed.id, 'job.handed_over'))?.data.photo_sha256).toBe(upload.sha256);
  const { delivery_photo, photos } = await printCheck.printed(shop.db, placed.id);
  expect(delivery_photo?.file_sha256).toBe(upload.sha256);
  expect(photos).toHaveLength(1);
});

test('of twenty colleagues at once one counts, and one hands over', async () => {
  const { placed } = await printing(shop);
  await printCheck.addPhoto(shop.db, placed.id, 1, await photograph(shop), shop.lea.id);
  const check = { ordered: 250, counted: 250, note: null };
  const won = async (work: () => Promise<unknown>) => {
    const all = await Promise.allSettled(Array.from({ length: 20 }, work));
    const lost = all.filter((each) => each.status === 'rejected');
    expect(lost.every(({ reason }) => reason instanceof Conflict)).toBe(true);
    return all.length - lost.length;
  };
  expect(await won(() => printCheck.makeReady(shop.db, placed.id, check, strict, shop.lea.id))).toBe(1);
  expect(await won(() => handover.handOver(shop.db, placed.id, COLLECTED, shop.lea.id))).toBe(1);
});

describe('the database itself refuses', () => {
  const refused = async (statement: PromiseLike<unknown>, because: RegExp) => {
    const answer = await Promise.resolve(statement).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
    expect(answer).toMatch(because);
  };
  const handoverRow = (id: string, more: object) => ({
    order_id: id,
    how: 'collected',
    recipient_name: 'Nobody',
    proof_sha256: 'x',
    staff_id: shop.lea.id,
    handed_over_at: now(),
    ...more,
  });

  test('a job that is ready without a count, or gone without an acknowledgement', async () => {
    const { placed } = await printing(shop);
    const set = (state: string) => shop.db('orders').where({ id: placed.id }).update({ state });
    await refused(set('ready'), /without a count/);
    await refused(set('handed_over'), /without an acknowledgement/);
  });

  test('a hand-over without a signature, and a parcel without carrier, number and photograph', async () => {
    const { placed } = await readyJob(shop);
    const insert = (more: object) => shop.db('handovers').insert(handoverRow(placed.id, more));
    await refused(insert({}), /signed for/);
    await refused(insert({ how: 'delivered', carrier: 'DHL', sent_on: '2026-11-23' }), /signed for/);
  });

  test('any edit of photographs, counts and hand-overs', async () => {
    const { placed } = await readyJob(shop);
    await handover.handOver(shop.db, placed.id, COLLECTED, shop.lea.id);
    for (const table of ['photos', 'piece_counts', 'handovers']) {
      const rows = () => shop.db(table).where({ order_id: placed.id });
      await refused(rows().update({ staff_id: shop.owner.id }), /written once/);
      await refused(rows().delete(), /written once/);
    }
    const count = await shop.db('piece_counts').where({ order_id: placed.id }).first();
    await refused(shop.db('piece_counts').insert({ ...count, counted: 1 }), /written once/);
    const photo = await shop.db('photos').where({ order_id: placed.id }).first();
    await refused(shop.db('photos').insert({ ...photo, name: randomUUID() }), /written once/);
  });
});
