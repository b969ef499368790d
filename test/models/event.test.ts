import { createHash } from 'node:crypto';
import fc from 'fast-check';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import { placedOrder, sign, signable } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

const rowsOf = (order_id: string): Promise<event.EventRow[]> =>
  shop.db('events').where({ order_id }).orderBy('seq');

test('every step of an order is a line that names the hash of the line before', async () => {
  const ready = await signable(shop);
  await sign(shop, ready);
  const rows = await rowsOf(ready.placed.id);
  expect(rows.map((row) => row.type)).toEqual([
    'order.started',
    'artwork.received',
    'order.placed',
    'proof.issued',
    'payment.authorized',
    'page.seen',
    'page.seen',
    'approval.signed',
  ]);
  expect(rows[0].prev_hash).toBe('0'.repeat(64));
  for (const [index, row] of rows.entries()) {
    expect(createHash('sha256').update(row.body).digest('hex')).toBe(row.hash);
    if (index > 0) expect(row.body).toContain(`"prev":"${rows[index - 1].hash}"`);
  }
  expect(event.firstFault(rows)).toBeNull();
});

test('twenty lines written at once stay one chain', async () => {
  const { id } = await placedOrder(shop);
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      shop.db.transaction((trx) => event.append(trx, id, 'page.seen', event.CUSTOMER, { page: n })),
    ),
  );
  const rows = await rowsOf(id);
  expect(rows.filter((row) => row.type === 'page.seen')).toHaveLength(20);
  expect(event.firstFault(rows)).toBeNull();
});

describe('a changed history', () => {
  let rows: event.EventRow[];
  beforeAll(async () => {
    const ready = await signable(shop);
    await sign(shop, ready);
    rows = await rowsOf(ready.placed.id);
  });

  test('is noticed whichever byte was changed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 25 }), (line, at, shift) => {
        const index = line % rows.length;
        const { body } = rows[index];
        const position = at % body.length;
        const changed = String.fromCharCode(33 + ((body.charCodeAt(position) + shift) % 90));
        fc.pre(changed !== body[position]);
        const edited = rows.map((row, n) =>
          n === index ? { ...row, body: body.slice(0, position) + changed + body.slice(position + 1) } : row,
        );
        return event.firstFault(edited)?.seq === index + 1;
      }),
      { numRuns: 1000 },
    );
  });

  test('is noticed when a line is removed, added, or moved', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        const from = a % rows.length;
        const to = b % rows.length;
        const removed = rows.filter((_, index) => index !== from);
        // A chain cut at its tail still holds; the head kept elsewhere is what shows that.
        if (from < rows.length - 1 && event.firstFault(removed) === null) return false;
        if (event.firstFault(rows.toSpliced(to, 0, rows[from])) === null) return false;
        if (from === to) return true;
        const moved = rows.toSpliced(from, 1).toSpliced(to, 0, rows[from]);
        return event.firstFault(moved) !== null;
      }),
      { numRuns: 300 },
    );
  });

  test('is noticed when line and hash are forged together', () => {
    const body = rows[2].body.replace('"total_cents":4200', '"total_cents":9900');
    expect(body).not.toBe(rows[2].body);
    const hash = createHash('sha256').update(body).digest('hex');
    const forged = rows.map((row, index) => (index === 2 ? { ...row, body, hash } : row));
    expect(event.firstFault(forged)).toMatchObject({ seq: 4, fault: 'prev' });
  });
});

test('names, addresses and telephone numbers of customers are not in the lines, and can be disclosed beside them', async () => {
  const { id } = await placedOrder(shop);
  const rows = await rowsOf(id);
  const everything = rows.map((row) => row.body).join('\n');
  for (const personal of ['Marie', 'marie@example.com', '06 12 34 56 78'])
    expect(everything).not.toContain(personal);
  const line = JSON.parse(rows.find((row) => row.type === 'order.placed')!.body);
  const kept = await shop.db('event_personal_data').where({ commitment: line.data.email }).first();
  expect(kept.value).toBe('marie@example.com');
  expect(createHash('sha256').update(`${kept.salt}:${kept.value}`).digest('hex')).toBe(line.data.email);
});

test('what has no canonical form is refused instead of being written', async () => {
  const { id } = await order.findOrder(shop.db, (await placedOrder(shop)).id);
  for (const value of [0.5, Number.NaN, 2 ** 53, undefined, new Date(), '\ud800', () => 1]) {
    await expect(
      shop.db.transaction((trx) =>
        event.append(trx, id, 'page.seen', event.CUSTOMER, { value: value as never }),
      ),
    ).rejects.toThrow(TypeError);
  }
});

test('letters that can be written in two ways are written in one', async () => {
  const { id } = await placedOrder(shop);
  await shop.db.transaction((trx) =>
    event.append(trx, id, 'page.seen', event.CUSTOMER, { name: 'Lefe\u0300vre' }),
  );
  const rows = await rowsOf(id);
  expect(rows.at(-1)?.body).toContain('Lefèvre'.normalize('NFC'));
});
