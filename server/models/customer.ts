import { randomUUID } from 'node:crypto';
import { type Db, now } from './database';
import { foldEmail } from './staff';

export interface Contact {
  name: string;
  email: string | null;
  phone: string | null;
  language: 'en' | 'fr';
}

/** The customer with this e-mail address, or a new one. What an order says of its customer stays on the order. */
export async function recognise(trx: Db, contact: Contact): Promise<string> {
  const email = contact.email ? foldEmail(contact.email) : null;
  const known = email ? await trx('customers').where({ email }).first('id') : null;
  if (known) return known.id;
  const id = randomUUID();
  await trx('customers').insert({ ...contact, email, id, created_at: now() });
  return id;
}

/** "Marie L.": all that a screen in public view shows of a name. */
export function shortName(name: string): string {
  const [first, ...rest] = name.trim().split(/\s+/);
  const last = rest.at(-1);
  return last ? `${first} ${[...last][0].toUpperCase()}.` : first;
}

export const firstName = (name: string) => name.trim().split(/\s+/)[0] ?? '';

/** "m•••@example.fr" */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${[...email][0]}•••${email.slice(at)}`;
}
