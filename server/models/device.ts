// Which browsers an order is known to. The private link alone signs nothing on a new one: a six-digit code,
// sent to the customer's own address, comes first.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid } from '../errors';
import { type Db, later, lockOrder, now } from './database';
import * as event from './event';
import * as message from './message';
import { randomDigits, sha256 } from './token';

export const CODE_DIGITS = 6;
export const CODE_VALID_MS = 10 * 60_000;
export const CODE_ATTEMPTS = 5;
/** A second code is not sent sooner than this. */
export const RESEND_AFTER_MS = 30_000;
/** Codes that one order may ask for within an hour. */
export const CODES_AN_HOUR = 6;
const HOUR_MS = 60 * 60_000;

export async function isKnown(db: Db, order_id: string, device_sha256: string): Promise<boolean> {
  return Boolean(await db('known_devices').where({ order_id, device_sha256 }).first('order_id'));
}

export async function knownSince(
  db: Db,
  order_id: string,
  device_sha256: string,
): Promise<{ known_because: 'ordered_here' | 'code'; known_since: string } | null> {
  return (
    (await db('known_devices').where({ order_id, device_sha256 }).first('known_because', 'known_since')) ??
    null
  );
}

const fingerprint = (order_id: string, device_sha256: string, code: string) =>
  sha256(`${order_id}:${device_sha256}:${code}`);

/** Sends a code to the order's e-mail address for use on this device. Conflict when one was sent just now. */
export async function sendCode(
  db: Db,
  order: { id: string; contact_email: string | null },
  device_sha256: string,
): Promise<void> {
  const at = now();
  if (!order.contact_email) throw new Conflict('conflict.no_email');
  await db.transaction(async (trx) => {
    // Two who ask in the same instant are counted one after the other.
    await lockOrder(trx, order.id);
    await trx('sign_codes').where('expires_at', '<', later(at, -HOUR_MS)).delete();
    const recent: Array<{ sent_at: string }> = await trx('sign_codes')
      .where({ order_id: order.id })
      .where('sent_at', '>', later(at, -HOUR_MS))
      .orderBy('sent_at', 'desc')
      .select('sent_at');
    if (recent.length > 0 && recent[0].sent_at > later(at, -RESEND_AFTER_MS))
      throw new Conflict('conflict.code_sent');
    if (recent.length >= CODES_AN_HOUR) throw new Conflict('conflict.too_many_codes');
    const code = randomDigits(CODE_DIGITS);
    const id = randomUUID();
    await trx('sign_codes').insert({
      id,
      order_id: order.id,
      device_sha256,
      code_sha256: fingerprint(order.id, device_sha256, code),
      sent_at: at,
      expires_at: later(at, CODE_VALID_MS),
    });
    await event.append(trx, order.id, 'code.sent', event.SYSTEM, { device: device_sha256 });
    await message.enqueue(trx, 'sign-code', order, `sign-code:${id}`, { code });
  });
}

export async function lastSentAt(db: Db, order_id: string, device_sha256: string): Promise<string | null> {
  const row = await db('sign_codes')
    .where({ order_id, device_sha256 })
    .orderBy('sent_at', 'desc')
    .first('sent_at', 'expires_at');
  return row && row.expires_at > now() ? row.sent_at : null;
}

/**
 * Makes a device known when the code is the one that was last sent for it. Invalid when it is wrong, over, or was
 * tried too often; each wrong try counts, whatever becomes of the page it was typed on.
 */
export async function verifyCode(
  db: Db,
  order_id: string,
  device_sha256: string,
  typed: string,
): Promise<void> {
  const code = typed.replace(/\D/g, '');
  const last = await db('sign_codes')
    .where({ order_id, device_sha256, used_at: null })
    .orderBy('sent_at', 'desc')
    .first('id', 'code_sha256');
  if (!last) throw new Invalid({ code: 'code.none' });
  const tried = await db('sign_codes')
    .where({ id: last.id, used_at: null })
    .where('expires_at', '>', now())
    .where('attempts', '<', CODE_ATTEMPTS)
    .update({ attempts: db.raw('attempts + 1') });
  if (tried === 0) throw new Invalid({ code: 'code.over' });
  if (last.code_sha256 !== fingerprint(order_id, device_sha256, code)) {
    await db.transaction((trx) =>
      event.append(trx, order_id, 'code.failed', event.CUSTOMER, { device: device_sha256 }),
    );
    throw new Invalid({ code: 'code.wrong' });
  }
  await db.transaction(async (trx) => {
    const used = await trx('sign_codes').where({ id: last.id, used_at: null }).update({ used_at: now() });
    if (used === 0) return;
    await trx('known_devices')
      .insert({ order_id, device_sha256, known_because: 'code', known_since: now() })
      .onConflict(['order_id', 'device_sha256'])
      .ignore();
    await event.append(trx, order_id, 'code.verified', event.CUSTOMER, { device: device_sha256 });
  });
}
