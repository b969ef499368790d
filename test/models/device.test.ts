import { Conflict } from '../../server/errors';
import { later, now } from '../../server/models/database';
import * as device from '../../server/models/device';
import * as event from '../../server/models/event';
import type { PlacedOrder } from '../../server/models/order';
import { MARIES_PHONE, placedOrder } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

const A_FRIENDS_PHONE = 'f'.repeat(64);
let shop: TestShop;
let placed: PlacedOrder;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
beforeEach(async () => {
  placed = await placedOrder(shop);
});
afterAll(() => shop.close());

const letters = () => shop.db('tasks').where({ order_id: placed.id, kind: 'send_message' });
const codes = async (): Promise<string[]> =>
  (await letters().orderBy('created_at')).flatMap(({ payload }) => JSON.parse(payload).code ?? []);
const send = () => device.sendCode(shop.db, placed, A_FRIENDS_PHONE);
const type = (code: string, phone = A_FRIENDS_PHONE) => device.verifyCode(shop.db, placed.id, phone, code);
const other = (code: string) => (code === '000000' ? '000001' : '000000');
const isKnown = (phone = A_FRIENDS_PHONE) => device.isKnown(shop.db, placed.id, phone);

/** As if the codes of this order had been sent so much earlier. */
async function age(milliseconds: number): Promise<void> {
  for (const row of await shop.db('sign_codes').where({ order_id: placed.id })) {
    await shop
      .db('sign_codes')
      .where({ id: row.id })
      .update({
        sent_at: later(row.sent_at, -milliseconds),
        expires_at: later(row.expires_at, -milliseconds),
      });
  }
}

test('the phone that ordered is known, another is not until it typed the code from the letter', async () => {
  expect(await isKnown(MARIES_PHONE)).toBe(true);
  expect(await isKnown()).toBe(false);
  await send();
  const [code] = await codes();
  expect(code).toMatch(/^\d{6}$/);
  await type(` ${code.slice(0, 3)} ${code.slice(3)} `);
  expect(await isKnown()).toBe(true);
  expect((await device.knownSince(shop.db, placed.id, A_FRIENDS_PHONE))?.known_because).toBe('code');
});

test('a code counts for the phone and the order that it was sent for', async () => {
  await send();
  const [code] = await codes();
  await expect(type(code, 'e'.repeat(64))).rejects.toMatchObject({ fields: { code: 'code.none' } });
  const { id } = await placedOrder(shop);
  await expect(device.verifyCode(shop.db, id, A_FRIENDS_PHONE, code)).rejects.toMatchObject({
    fields: { code: 'code.none' },
  });
});

test('a code is used once', async () => {
  await send();
  const [code] = await codes();
  await type(code);
  await expect(type(code)).rejects.toMatchObject({ fields: { code: 'code.none' } });
});

test('after five wrong tries the right code is worth nothing, and every try is in the history', async () => {
  await send();
  const [code] = await codes();
  for (let tries = 0; tries < device.CODE_ATTEMPTS; tries += 1) {
    await expect(type(other(code))).rejects.toMatchObject({ fields: { code: 'code.wrong' } });
  }
  await expect(type(code)).rejects.toMatchObject({ fields: { code: 'code.over' } });
  expect(await isKnown()).toBe(false);
  const types = (await event.history(shop.db, placed.id)).map((line) => line.type);
  expect(types.filter((name) => name === 'code.failed')).toHaveLength(device.CODE_ATTEMPTS);
});

test('twenty guesses at once are five guesses', async () => {
  await send();
  const [code] = await codes();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => type(other(code)).catch((error) => error.fields.code)),
  );
  expect(answers.filter((answer) => answer === 'code.wrong')).toHaveLength(device.CODE_ATTEMPTS);
});

test('a code is over after ten minutes', async () => {
  await send();
  const [code] = await codes();
  await age(device.CODE_VALID_MS);
  await expect(type(code)).rejects.toMatchObject({ fields: { code: 'code.over' } });
});

test('only the code that was sent last counts', async () => {
  await send();
  await age(device.RESEND_AFTER_MS);
  await send();
  const [first, second] = await codes();
  if (first !== second) await expect(type(first)).rejects.toMatchObject({ fields: { code: 'code.wrong' } });
  await type(second);
  expect(await isKnown()).toBe(true);
});

test('asking ten times at once sends one code', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 10 }, send));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await codes()).toHaveLength(1);
});

test('an order is sent six codes an hour and no more', async () => {
  for (let sent = 0; sent < device.CODES_AN_HOUR; sent += 1) {
    await send();
    await age(device.RESEND_AFTER_MS);
  }
  await expect(send()).rejects.toMatchObject({ key: 'conflict.too_many_codes' });
  await age(60 * 60_000);
  await expect(send()).resolves.toBeUndefined();
});

test('who left no e-mail address can be sent no code', async () => {
  const nobody = { id: placed.id, contact_email: null };
  await expect(device.sendCode(shop.db, nobody, A_FRIENDS_PHONE)).rejects.toBeInstanceOf(Conflict);
});

test('the page knows when the code that still counts was sent', async () => {
  expect(await device.lastSentAt(shop.db, placed.id, A_FRIENDS_PHONE)).toBeNull();
  await send();
  expect((await device.lastSentAt(shop.db, placed.id, A_FRIENDS_PHONE))! <= now()).toBe(true);
  await age(device.CODE_VALID_MS);
  expect(await device.lastSentAt(shop.db, placed.id, A_FRIENDS_PHONE)).toBeNull();
});
