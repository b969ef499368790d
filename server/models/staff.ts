import { randomUUID } from 'node:crypto';
import { Invalid } from '../errors';
import { type Db, isUniqueViolation, now } from './database';

export type Role = 'staff' | 'owner';

export interface Staff {
  id: string;
  email: string;
  name: string;
  role: Role;
  password_hash: string;
  is_active: number;
  created_at: string;
}

export const MIN_PASSWORD_LENGTH = 12;

export const foldEmail = (email: string) => email.trim().toLowerCase();

/** Adds a colleague. `password_hash` is argon2id's encoded form; the plain password never comes here. */
export async function add(
  db: Db,
  person: { email: string; name: string; role: Role; password_hash: string },
): Promise<Staff> {
  const row: Staff = {
    id: randomUUID(),
    is_active: 1,
    created_at: now(),
    ...person,
    email: foldEmail(person.email),
  };
  try {
    await db('staff').insert(row);
  } catch (error) {
    if (isUniqueViolation(error)) throw new Invalid({ email: 'staff.email_taken' });
    throw error;
  }
  return row;
}

export async function findByEmailOrNull(db: Db, email: string): Promise<Staff | null> {
  return (
    (await db('staff')
      .where({ email: foldEmail(email), is_active: 1 })
      .first()) ?? null
  );
}

export async function findStaffOrNull(db: Db, id: string | null): Promise<Staff | null> {
  return id === null ? null : ((await db('staff').where({ id }).first()) ?? null);
}

export async function list(db: Db): Promise<Staff[]> {
  return db('staff').orderBy('name');
}

/** Everybody who ever worked here, by id: what a line of history needs. */
export async function listStaffNames(db: Db): Promise<Map<string, string>> {
  return new Map((await list(db)).map((person) => [person.id, person.name]));
}

export async function changePassword(db: Db, id: string, password_hash: string): Promise<void> {
  await db('staff').where({ id }).update({ password_hash });
  await db('sessions').where({ staff_id: id }).delete();
}

/** A colleague who leaves keeps the name in the history and loses every session. */
export async function deactivate(db: Db, id: string): Promise<void> {
  await db('staff').where({ id }).update({ is_active: 0 });
  await db('sessions').where({ staff_id: id }).delete();
}

/** A colleague comes back, under the same name. */
export async function activate(db: Db, id: string): Promise<void> {
  await db('staff').where({ id }).update({ is_active: 1 });
}
