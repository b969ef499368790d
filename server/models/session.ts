// Staff sessions. The cookie holds the token, the table its hash.
import { type Db, later, now } from './database';
import type { Staff } from './staff';
import { newToken, sha256 } from './token';

export const SESSION_MS = 12 * 60 * 60_000;
/** `seen_at` is written at most this often: a write on every page would make the queue wait for the disk. */
export const SEEN_EVERY_MS = 5 * 60_000;
const USER_AGENT_LENGTH = 300;

/** Opens a session and returns its plain token, for the cookie only. */
export async function open(db: Db, staff: Staff, user_agent: string): Promise<string> {
  const token = newToken();
  const at = now();
  await db('sessions').insert({
    token_sha256: sha256(token),
    staff_id: staff.id,
    user_agent: user_agent.slice(0, USER_AGENT_LENGTH),
    created_at: at,
    seen_at: at,
    expires_at: later(at, SESSION_MS),
  });
  return token;
}

/** The colleague behind a cookie, or null when the session is unknown, over, or its person has left. */
export async function staffOrNull(db: Db, token: string | undefined): Promise<Staff | null> {
  if (!token) return null;
  const token_sha256 = sha256(token);
  const at = now();
  const row = await db('sessions')
    .join('staff', 'staff.id', 'sessions.staff_id')
    .where({ token_sha256, 'staff.is_active': 1 })
    .andWhere('sessions.expires_at', '>', at)
    .first('staff.*', 'sessions.seen_at');
  if (!row) return null;
  const { seen_at, ...staff } = row;
  if (Date.parse(at) - Date.parse(seen_at) > SEEN_EVERY_MS) {
    await db('sessions').where({ token_sha256 }).update({ seen_at: at });
  }
  return staff;
}

export async function close(db: Db, token: string | undefined): Promise<void> {
  if (token)
    await db('sessions')
      .where({ token_sha256: sha256(token) })
      .delete();
}

export async function sweep(db: Db): Promise<number> {
  return db('sessions').where('expires_at', '<', now()).delete();
}
