// Counter tablets and what they show. A tablet has no rights of its own: it shows the one order that staff opened
// for the person in front of them, until it is done, idle or recalled.
import { randomUUID } from 'node:crypto';
import { Conflict, Invalid, NotFound } from '../errors';
import { type Db, later, now, within } from './database';
import * as event from './event';
import type { Language } from './order';
import { newToken, randomCode, sha256 } from './token';

export const PAIRING_CODE_LENGTH = 6;
export const PAIRING_VALID_MS = 10 * 60_000;
export const MAX_TABLET_NAME_LENGTH = 40;

export interface Tablet {
  id: string;
  name: string;
  token_sha256: string | null;
  pairing_code: string | null;
  pairing_expires_at: string | null;
  paired_at: string | null;
  paired_by: string | null;
  seen_at: string | null;
  forgotten_at: string | null;
  created_at: string;
}

export interface CounterSession {
  id: string;
  tablet_id: string;
  order_id: string;
  staff_id: string;
  language: Language | null;
  opened_at: string;
  closed_at: string | null;
  closed_because: 'done' | 'idle' | 'recalled' | 'replaced' | null;
}

/** A new screen asks to be paired: returns its token, for its cookie only, and the code that staff type in. */
export async function offer(db: Db): Promise<{ token: string; code: string; expires_at: string }> {
  const token = newToken();
  const at = now();
  const code = randomCode(PAIRING_CODE_LENGTH);
  const expires_at = later(at, PAIRING_VALID_MS);
  await within(db, async (trx) => {
    await trx('tablets').whereNull('paired_at').where('pairing_expires_at', '<', at).delete();
    await trx('tablets').insert({
      id: randomUUID(),
      name: code,
      token_sha256: sha256(token),
      pairing_code: code,
      pairing_expires_at: expires_at,
      created_at: at,
    });
  });
  return { token, code, expires_at };
}

/** Staff type in the code that the screen shows. Invalid when no screen shows it now. */
export async function pair(db: Db, code: string, name: string, staff_id: string): Promise<void> {
  const at = now();
  const paired = await db('tablets')
    .where({ pairing_code: code.trim().toUpperCase() })
    .whereNull('paired_at')
    .where('pairing_expires_at', '>', at)
    .update({ name, paired_at: at, paired_by: staff_id, seen_at: at, pairing_code: null });
  if (paired === 0) throw new Invalid({ code: 'tablet.code_unknown' });
}

/** The tablet behind a cookie: paired, still offered, or null when unknown, forgotten or its code ran out. */
export async function findByTokenOrNull(db: Db, token: string | undefined): Promise<Tablet | null> {
  if (!token) return null;
  const row: Tablet | undefined = await db('tablets')
    .where({ token_sha256: sha256(token), forgotten_at: null })
    .first();
  if (!row) return null;
  const isOffered = row.paired_at === null;
  return isOffered && (row.pairing_expires_at ?? '') < now() ? null : row;
}

export async function list(db: Db): Promise<Array<Tablet & { session: CounterSession | null }>> {
  const tablets: Tablet[] = await db('tablets')
    .whereNotNull('paired_at')
    .whereNull('forgotten_at')
    .orderBy('name');
  const sessions: CounterSession[] = await db('counter_sessions').whereNull('closed_at');
  return tablets.map((tablet) => ({
    ...tablet,
    session: sessions.find((session) => session.tablet_id === tablet.id) ?? null,
  }));
}

export async function findTablet(db: Db, id: string): Promise<Tablet> {
  const row = await db('tablets').where({ id, forgotten_at: null }).whereNotNull('paired_at').first();
  if (!row) throw new NotFound();
  return row;
}

const SEEN_EVERY_MS = 30_000;

export async function see(db: Db, tablet: Tablet): Promise<void> {
  const at = now();
  if (tablet.seen_at && later(tablet.seen_at, SEEN_EVERY_MS) > at) return;
  await db('tablets').where({ id: tablet.id }).update({ seen_at: at });
}

/** Takes a screen's right to show anything away, at once. */
export async function forget(db: Db, id: string): Promise<void> {
  await within(db, async (trx) => {
    const gone = await trx('tablets')
      .where({ id, forgotten_at: null })
      .update({ forgotten_at: now(), token_sha256: null });
    if (gone === 0) throw new NotFound();
    await closeSessions(trx, id, 'recalled');
  });
}

async function closeSessions(
  trx: Db,
  tablet_id: string,
  because: CounterSession['closed_because'],
): Promise<void> {
  const open: CounterSession[] = await trx('counter_sessions').where({ tablet_id }).whereNull('closed_at');
  for (const session of open) await close(trx, session, because);
}

/**
 * Shows an order on a tablet. Conflict when it shows another one, unless `replace` says that staff looked and
 * mean it.
 */
export async function push(
  db: Db,
  tablet: Tablet,
  order_id: string,
  staff_id: string,
  { replace = false }: { replace?: boolean } = {},
): Promise<void> {
  await within(db, async (trx) => {
    await trx('tablets').where({ id: tablet.id }).update({ id: tablet.id });
    const open = await sessionOrNull(trx, tablet.id);
    if (open && !replace) throw new Conflict('conflict.tablet_busy');
    if (open) await close(trx, open, 'replaced');
    const id = randomUUID();
    await trx('counter_sessions').insert({ id, tablet_id: tablet.id, order_id, staff_id, opened_at: now() });
    await event.append(trx, order_id, 'counter.opened', event.byStaff(staff_id), {
      session: id,
      tablet: tablet.id,
      tablet_name: tablet.name,
    });
  });
}

export async function sessionOrNull(db: Db, tablet_id: string): Promise<CounterSession | null> {
  return (await db('counter_sessions').where({ tablet_id }).whereNull('closed_at').first()) ?? null;
}

/** A screen that was not heard of for so long has lost the person who stood before it. */
export const ASLEEP_MS = 20 * 60_000;
/** An order that nobody opens is announced by name for so long. */
export const GREETING_MS = 15 * 60_000;

/** What a tablet may show now: an order whose customer has plainly gone away is closed first. */
export async function liveSessionOrNull(db: Db, tablet: Tablet): Promise<CounterSession | null> {
  const session = await sessionOrNull(db, tablet.id);
  if (!session) return null;
  const heardOf = tablet.seen_at ?? session.opened_at;
  const wasAsleep = session.opened_at < heardOf && later(heardOf, ASLEEP_MS) < now();
  const isUnopened = session.language === null && later(session.opened_at, GREETING_MS) < now();
  if (!wasAsleep && !isUnopened) return session;
  await close(db, session, 'idle');
  return null;
}

export async function speak(db: Db, session: CounterSession, language: Language): Promise<void> {
  await db('counter_sessions').where({ id: session.id }).update({ language });
}

/** Ends what a tablet shows. Ending it twice is ending it once. */
export async function close(
  db: Db,
  session: CounterSession,
  because: CounterSession['closed_because'],
): Promise<void> {
  await within(db, async (trx) => {
    const closed = await trx('counter_sessions')
      .where({ id: session.id })
      .whereNull('closed_at')
      .update({ closed_at: now(), closed_because: because });
    if (closed === 0) return;
    await event.append(trx, session.order_id, 'counter.closed', event.SYSTEM, {
      session: session.id,
      because,
    });
  });
}
