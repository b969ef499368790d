// Private links. The token is derived from the order and the shop's secret: it can be written into every letter,
// and the database holds only its hash.
import { createHmac } from 'node:crypto';
import type { Config } from './config';
import { sha256 } from './models/token';

export const linkToken = (config: Config, order_id: string): string =>
  createHmac('sha256', config.secrets.link).update(`order:${order_id}`).digest('base64url');

export const linkTokenSha256 = (config: Config, order_id: string): string =>
  sha256(linkToken(config, order_id));

/** The path of an order's private page, e.g. `/o/…/proof/2`. */
export const orderPath = (config: Config, order_id: string, rest = ''): string =>
  `/o/${linkToken(config, order_id)}${rest}`;

export const orderUrl = (config: Config, order_id: string, rest = ''): string =>
  config.base_url + orderPath(config, order_id, rest);

const ID_DIGITS = 8;
const PROOF_DIGITS = 8;
const IN_FOURS = /.{4}(?=.)/g;

/**
 * The code that a printed record is checked by, e.g. `3F2A-91BC-04DE-77A1`: the beginning of the approval's random
 * id, by which it is found, and as many digits that only this shop can derive from the whole id.
 */
export function verificationCode(config: Config, approval_id: string): string {
  const mac = createHmac('sha256', config.secrets.link).update(`verify:${approval_id}`).digest('hex');
  const digits = approval_id.slice(0, ID_DIGITS) + mac.slice(0, PROOF_DIGITS);
  return digits.toUpperCase().replace(IN_FOURS, '$&-');
}

export const verificationUrl = (config: Config, approval_id: string): string =>
  `${config.base_url}/verify/${verificationCode(config, approval_id)}`;

/** A code as somebody typed it, in the spelling of `verificationCode`; null when it cannot be one. */
export function readVerificationCode(typed: string): { code: string; id_prefix: string } | null {
  const digits = typed.replace(/[\s\p{Pd}.]/gu, '').toLowerCase();
  if (!/^[0-9a-f]+$/.test(digits) || digits.length !== ID_DIGITS + PROOF_DIGITS) return null;
  return { code: digits.toUpperCase().replace(IN_FOURS, '$&-'), id_prefix: digits.slice(0, ID_DIGITS) };
}
