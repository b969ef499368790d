import { createHash, randomBytes, randomInt } from 'node:crypto';

const TOKEN_BYTES = 32;
// Without 0 O 1 I L: read aloud at a counter and typed on a phone.
const UNAMBIGUOUS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** 256 random bits as text; only its SHA-256 is ever stored. */
export const newToken = () => randomBytes(TOKEN_BYTES).toString('base64url');

export const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

export function randomCode(length: number, alphabet: string = UNAMBIGUOUS): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

export const randomDigits = (length: number) => randomCode(length, '0123456789');
