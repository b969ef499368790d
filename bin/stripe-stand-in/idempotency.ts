import { createHash } from 'node:crypto';
import { type Books, now, row } from './books';
import { ApiError } from './errors';

/** The answer that Stripe keeps for a key, good or bad. */
export interface AnswerRow {
  key: string;
  path: string;
  form_sha256: string;
  request_id: string;
  created: number;
  status: number;
  body: string;
}

export const KEYS_KEPT_S = 24 * 3600;
export const KEY_LENGTH = 255;

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The stored answer for this key, if there is one; refuses a key used for something else. */
export function storedAnswer(
  books: Books,
  busy_keys: Set<string>,
  key: string,
  path: string,
  form_sha256: string,
): AnswerRow | undefined {
  if (key.length > KEY_LENGTH) {
    throw idempotencyError(400, `Idempotency keys must be at most ${KEY_LENGTH} characters.`);
  }
  const stored = row(books.answers, key);
  if (!stored) return undefined;
  if (stored.path !== path) {
    throw idempotencyError(
      400,
      'Keys for idempotent requests can only be used for the same endpoint they were first used for ' +
        `('${path}' vs '${stored.path}'). Try using a key other than '${key}' if you meant to execute a ` +
        'different request.',
    );
  }
  if (stored.form_sha256 !== form_sha256) {
    throw idempotencyError(
      400,
      'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
        `Try using a key other than '${key}' if you meant to execute a different request.`,
    );
  }
  if (busy_keys.has(key)) {
    throw idempotencyError(
      409,
      `There is currently another in-progress request using this Idempotent Key (${key}).`,
      'idempotency_key_in_use',
    );
  }
  return stored;
}

export function forgetOldKeys(books: Books) {
  for (const stored of Object.values(books.answers)) {
    if (stored.created <= now(books) - KEYS_KEPT_S) delete books.answers[stored.key];
  }
}

function idempotencyError(status: number, message: string, code?: string) {
  return new ApiError(status, { type: 'idempotency_error', message, ...(code && { code }) }, false);
}
