// Passwords of the shop's own people: argon2id, with the parameters that OWASP recommends.
import { hash, verify } from '@node-rs/argon2';

/** 19 MiB, two passes: OWASP Password Storage Cheat Sheet. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (plain: string): Promise<string> => hash(plain, COST);

let nobody: Promise<string> | null = null;

/** An address that nobody has costs as much time as a wrong password, so that the answer tells nothing. */
export async function isPassword(password_hash: string | null, plain: string): Promise<boolean> {
  nobody ??= hashPassword('nobody has this password');
  const isRight = await verify(password_hash ?? (await nobody), plain);
  return isRight && password_hash !== null;
}
