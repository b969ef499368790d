import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Conflict } from '../../server/errors';
import * as approval from '../../server/models/approval';
import * as changeRequest from '../../server/models/change-request';
import { CUSTOMER, history } from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as proof from '../../server/models/proof';
import * as setting from '../../server/models/setting';
import * as task from '../../server/models/task';
import * as ticket from '../../server/models/ticket';
import {
  capturedFacts,
  issueProof,
  LOW_RESOLUTION,
  placedOrder,
  readyToSign,
  reserve,
  sendArtwork,
  sign,
  signable,
} from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

const captureTasks = (order_id: string) => shop.db('tasks').where({ order_id, kind: 'capture_payment' });

test('a signature of the current proof is kept with everything it was about', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  expect(signed).toMatchObject({
    proof_sha256: ready.current.sha256,
    artwork_sha256: ready.current.artwork_sha256,
    total_cents: ready.placed.total_cents,
    typed_name: 'Marie Lefèvre',
    channel: 'web',
    witness_staff_id: null,
    identity: { how: 'link_on_ordering_device', email: 'marie@example.com' },
  });
  expect(signed.statement_text).toContain(
    'I approve this version. Imprimerie Lilas will print it exactly as shown',
  );
  expect(signed.statement_text).toContain('will put it right at its own cost');
  expect(signed.ticks.map((tick) => tick.key)).toEqual(
    expect.arrayContaining(['text', 'spec', 'cut', 'colour']),
  );
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('approved');
  const last = (await history(shop.db, ready.placed.id)).find((event) => event.type === 'approval.signed');
  expect(last?.hash).toBe(signed.event_hash);
  expect(last?.data).toMatchObject({
    proof_sha256: ready.current.sha256,
    statement_sha256: signed.statement_sha256,
  });
  expect(JSON.stringify(last)).not.toContain('marie@example.com');
});

test('the same approval sent twenty times at once is one approval and one capture', async () => {
  const ready = await signable(shop);
  const answers = await Promise.all(Array.from({ length: 20 }, () => sign(shop, ready)));
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  expect(await approval.ofOrder(shop.db, ready.placed.id)).toHaveLength(1);
  expect(await captureTasks(ready.placed.id)).toHaveLength(1);
});

test('of twenty different signatures at once, one wins and the others conflict', async () => {
  const ready = await signable(shop);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, () =>
      sign(shop, { ...ready, circumstances: { ...ready.circumstances, idempotency_key: randomUUID() } }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Conflict);
  }
  expect(await approval.ofOrder(shop.db, ready.placed.id)).toHaveLength(1);
});

describe('what the page named must still be so', () => {
  const stale: Array<[string, (ready: Awaited<ReturnType<typeof signable>>) => Partial<approval.Named>]> = [
    ['another proof', () => ({ proof_id: randomUUID() })],
    ['other bytes', () => ({ proof_sha256: 'f'.repeat(64) })],
    ['another specification', () => ({ specification_sha256: '0'.repeat(64) })],
    ['another amount', ({ named }) => ({ total_cents: named.total_cents - 1 })],
    ['another price version', ({ named }) => ({ price_version: named.price_version + 1 })],
    ['other words', () => ({ statement_sha256: 'a'.repeat(64) })],
  ];
  test.each(stale)('%s conflicts and changes nothing', async (_what, change) => {
    const ready = await signable(shop);
    const wrong = { ...ready, named: { ...ready.named, ...change(ready) } };
    await expect(sign(shop, wrong)).rejects.toBeInstanceOf(Conflict);
    expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('proofed');
    expect(await captureTasks(ready.placed.id)).toHaveLength(0);
    await expect(sign(shop, ready)).resolves.toMatchObject({ order_id: ready.placed.id });
  });

  test('a page opened before the next version is refused once that version is there', async () => {
    const ready = await signable(shop);
    await changeRequest.request(shop.db, ready.placed, ready.current, {
      points: [],
      note: null,
      upload: { ...(await upload('second file')), name: 'cards-2.pdf' },
    });
    await issueProof(shop, ready.placed.id);
    await expect(sign(shop, ready)).rejects.toBeInstanceOf(Conflict);
  });
});

async function upload(content: string) {
  return {
    ...(await shop.portal.storage.save(Readable.from([Buffer.from(content)]))),
    media_type: 'application/pdf',
  };
}

describe('nobody signs while something is open', () => {
  const openGates = async (ready: Awaited<ReturnType<typeof signable>>) => {
    const error = await sign(shop, ready).catch((reason) => reason);
    expect(error).toBeInstanceOf(approval.GatesOpen);
    expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('proofed');
    return error.open.map((gate: { key: string }) => gate.key);
  };

  test('a page that was not displayed', async () => {
    const { id } = await placedOrder(shop);
    const current = await issueProof(shop, id);
    await reserve(shop, await order.findOrder(shop.db, id));
    await proof.seePage(shop.db, current, 1, (await readyToSign(shop, id)).circumstances.device_sha256);
    expect(await openGates(await readyToSign(shop, id))).toEqual(['G2']);
  });

  test('a page that was displayed on another device only', async () => {
    const ready = await signable(shop);
    const elsewhere = { ...ready.circumstances, device_sha256: 'e'.repeat(64) };
    expect(await openGates({ ...ready, circumstances: elsewhere })).toEqual(['G2', 'G2', 'G8']);
  });

  test('a warning that was not accepted by itself', async () => {
    const ready = await signable(shop, { findings: [LOW_RESOLUTION] });
    const { 'warning-1-low-resolution': accepted, ...others } = ready.submission.ticks;
    expect(accepted).toBeDefined();
    expect(await openGates({ ...ready, submission: { ...ready.submission, ticks: others } })).toEqual(['G4']);
  });

  test('a statement without its tick', async () => {
    const ready = await signable(shop);
    const { cut, ...others } = ready.submission.ticks;
    expect(await openGates({ ...ready, submission: { ...ready.submission, ticks: others } })).toEqual(['G5']);
  });

  test.each(['', ' M ', '12', 'x'.repeat(121)])('a name like %j', async (typed_name) => {
    const ready = await signable(shop);
    expect(await openGates({ ...ready, submission: { ...ready.submission, typed_name } })).toEqual(['G6']);
  });

  test('a signature that is a straight line, a dot, or not there', async () => {
    const ready = await signable(shop);
    for (const points of [
      [],
      [{ x: 5, y: 5, time: 1 }],
      [0, 1, 2, 3].map((n) => ({ x: n * 20, y: n * 10, time: n })),
    ]) {
      const submission = { ...ready.submission, strokes: points.length > 0 ? [{ points }] : [] };
      expect(await openGates({ ...ready, submission })).toEqual(['G7']);
    }
  });

  test('a signature by keyboard that names somebody else, or is not confirmed', async () => {
    const ready = await signable(shop);
    const typed = { ...ready.submission, signature_method: 'typed' as const, strokes: [] };
    const wrong = { ...typed, signature_typed_name: 'Paul Martin', signature_typed_confirm: true };
    expect(await openGates({ ...ready, submission: wrong })).toEqual(['G7']);
    const unconfirmed = { ...typed, signature_typed_name: 'marie  lefèvre', signature_typed_confirm: false };
    expect(await openGates({ ...ready, submission: unconfirmed })).toEqual(['G7']);
    const right = { ...unconfirmed, signature_typed_confirm: true };
    await expect(sign(shop, { ...ready, submission: right })).resolves.toMatchObject({
      signature_method: 'typed',
    });
  });

  test('a card order without a reservation', async () => {
    expect(await openGates(await signable(shop, { hold: false }))).toEqual(['G9']);
  });

  test('a reservation that is about to end', async () => {
    const ready = await signable(shop);
    await shop
      .db('payments')
      .where({ order_id: ready.placed.id })
      .update({ capture_before: new Date(Date.now() + 60_000).toISOString() });
    expect(await openGates(ready)).toEqual(['G9']);
  });
});

test('the card is charged when the stop window ends, and the customer may stop until then', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  const [capture] = await captureTasks(ready.placed.id);
  const { stop_window_minutes } = await setting.shop(shop.db);
  expect(Date.parse(capture.run_at) - Date.parse(signed.signed_at)).toBe(stop_window_minutes * 60_000);
  expect(signed.stop_until).toBe(capture.run_at);
  expect(await task.lease(shop.db, 'w', ['capture_payment'])).toBeNull();
});

test('stopping in the window takes the signature back, charges nothing, and the proof can be signed again', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  await approval.withdraw(shop.db, ready.placed.id, signed.id, 'customer', 'stopped_by_customer', CUSTOMER);
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('proofed');
  expect((await captureTasks(ready.placed.id)).map((row) => row.state)).toEqual(['void']);
  const again = await readyToSign(shop, ready.placed.id);
  const second = await sign(shop, again);
  expect(second.id).not.toBe(signed.id);
  expect((await captureTasks(ready.placed.id)).map((row) => row.state).sort()).toEqual(['ready', 'void']);
});

test('once the capture has begun it is too late to stop', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  await shop
    .db('tasks')
    .where({ order_id: ready.placed.id, kind: 'capture_payment' })
    .update({ state: 'leased' });
  await expect(
    approval.withdraw(shop.db, ready.placed.id, signed.id, 'customer', 'stopped_by_customer', CUSTOMER),
  ).rejects.toMatchObject({ key: 'conflict.too_late_to_stop' });
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('approved');
});

test('stopping and the confirmed capture at once: one of them happens, never both', async () => {
  for (let round = 0; round < 10; round += 1) {
    const ready = await signable(shop);
    const signed = await sign(shop, ready);
    const held = (await payment.usableHoldOrNull(shop.db, ready.placed.id)) as payment.Payment;
    await Promise.allSettled([
      payment.reduce(shop.db, held.id, capturedFacts(held)),
      approval.withdraw(shop.db, ready.placed.id, signed.id, 'customer', 'stopped_by_customer', CUSTOMER),
    ]);
    const { state } = await order.findOrder(shop.db, ready.placed.id);
    const held_ticket = await ticket.findOrNull(shop.db, ready.placed.id);
    const paid = await payment.findPayment(shop.db, held.id);
    if (state === 'released') {
      expect(held_ticket).not.toBeNull();
      expect(paid.state).toBe('captured');
    } else {
      expect(state).toBe('proofed');
      expect(held_ticket).toBeNull();
      expect(paid.state).toBe('captured_unapproved');
    }
  }
});

test('changes asked for and a signature at once: one of them happens', async () => {
  for (let round = 0; round < 10; round += 1) {
    const ready = await signable(shop);
    const wish = { points: [], note: 'Replace rue by avenue', upload: null };
    const outcomes = await Promise.allSettled([
      sign(shop, ready),
      changeRequest.request(shop.db, ready.placed, ready.current, wish),
    ]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  }
});

test('a page that is sent once more after the order was stopped is not taken for signed', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  await approval.withdraw(shop.db, ready.placed.id, signed.id, 'customer', 'stopped_by_customer', CUSTOMER);
  await expect(sign(shop, ready)).rejects.toMatchObject({ key: 'conflict.stale_proof' });
  expect((await order.findOrder(shop.db, ready.placed.id)).state).toBe('proofed');
});

test('the time of a tick is only believed when it lies between the proof and the signature', async () => {
  const ready = await signable(shop);
  const { issued_at } = ready.current;
  const [first, second, third, ...others] = Object.keys(ready.submission.ticks);
  const ticks = {
    ...Object.fromEntries(others.map((key) => [key, 'on'])),
    [first]: issued_at,
    [second]: '2001-01-01T00:00:00.000Z',
    [third]: '2999-01-01T00:00:00.000Z',
  };
  const signed = await sign(shop, { ...ready, submission: { ...ready.submission, ticks } });
  const times = new Map(signed.ticks.map((tick) => [tick.key, tick.ticked_at]));
  expect(times.get(first)).toBe(issued_at);
  for (const key of [second, third, ...others]) expect(times.get(key)).toBe(signed.signed_at);
});

test('an order that was cancelled is not signed any more', async () => {
  const ready = await signable(shop);
  await order.cancel(shop.db, ready.placed.id, CUSTOMER, 'customer_cancelled');
  await expect(sign(shop, ready)).rejects.toBeInstanceOf(Conflict);
});

test('a price that changes later leaves the record as it was signed', async () => {
  const ready = await signable(shop);
  const signed = await sign(shop, ready);
  await setting.saveShop(shop.db, {
    ...(await setting.shop(shop.db)),
    name: 'Another name',
    delivery_cents: 9900,
  });
  const kept = await approval.findApproval(shop.db, signed.id);
  expect(kept.statement_text).toBe(signed.statement_text);
  expect(kept.total_cents).toBe(signed.total_cents);
  await setting.saveShop(shop.db, { ...(await setting.shop(shop.db)), name: 'Imprimerie Lilas' });
});

test('new artwork for an order that waits for it is proofed, and only then', async () => {
  const { id } = await placedOrder(shop);
  await expect(sendArtwork(shop, await order.findOrder(shop.db, id))).rejects.toBeInstanceOf(Conflict);
});
