// Where the seal's keys live: data/keys, readable by the portal's own user only. Losing the folder loses nothing
// that was sealed; it only ends the chain of seals that belong together.
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config';
import { leafCertificate, rootCertificate } from './seal-certificate';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const ROTATE = 'npm run -s rotate-seal';
const FILES = {
  root_key: 'seal-root.key',
  root: 'seal-root.crt',
  key: 'seal.key',
  leaf: 'seal.crt',
} as const;
/** Certificates that sealed once and do so no more: a customer may still bring what they sealed. */
const RETIRED = /^retired-[0-9a-f]{16}\.crt$/;

export interface SealKeys {
  root: X509Certificate;
  leaf: X509Certificate;
  key: KeyObject;
  retired: X509Certificate[];
}

export const fingerprint = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase();

export const validUntil = (certificate: X509Certificate): Date => new Date(certificate.validTo);

/**
 * The keys in `folder`, made when there are none. `name` goes into new certificates; permissions that let others
 * read are taken back. Throws ConfigError when the keys are incomplete, do not belong together or have expired.
 */
export function openKeys(folder: string, name: string, at: Date = new Date()): SealKeys {
  if (!existsSync(folder)) makeKeys(folder, name, at);
  closeToOthers(folder);
  const keys = readKeys(folder);
  if (validUntil(keys.leaf) <= at) {
    throw new ConfigError(
      `The certificate that seals proofs expired on ${validUntil(keys.leaf).toISOString().slice(0, 10)}. Run "${ROTATE}" once, then start again: what was sealed before stays sealed.`,
    );
  }
  return keys;
}

/** A new leaf under the same root; the old certificate is kept beside it. Returns the new keys. */
export function rotateKeys(folder: string, name: string, at: Date = new Date()): SealKeys {
  closeToOthers(folder);
  const root = certificateIn(folder, FILES.root);
  const old = certificateIn(folder, FILES.leaf);
  const issuer = { certificate: root.raw, key: createPrivateKey(readPem(folder, FILES.root_key)) };
  if (validUntil(root) <= at) {
    throw new ConfigError(
      `The root certificate in ${folder} has expired. Move that folder away and start again: a new root and a new seal are made.`,
    );
  }
  const key = newKey();
  const leaf = leafCertificate(key, name, at, issuer);
  const retired = `retired-${fingerprint(old).slice(0, 16)}.crt`;
  write(folder, retired, old.toString());
  // Key and certificate cannot change in one step. They stand in one file each and are put in place at the end:
  // an interruption between the two leaves a pair that does not match, which the next start says in words and another turn mends.
  write(folder, `${FILES.key}.new`, pemOfKey(key));
  write(folder, `${FILES.leaf}.new`, pemOf(leaf));
  renameSync(join(folder, `${FILES.key}.new`), join(folder, FILES.key));
  renameSync(join(folder, `${FILES.leaf}.new`), join(folder, FILES.leaf));
  return readKeys(folder);
}

function makeKeys(folder: string, name: string, at: Date): void {
  const draft = `${folder}-${randomUUID()}`;
  mkdirSync(draft, { recursive: true, mode: FOLDER_MODE });
  const rootKey = newKey();
  const key = newKey();
  const root = rootCertificate(rootKey, name, at);
  write(draft, FILES.root_key, pemOfKey(rootKey));
  write(draft, FILES.root, pemOf(root));
  write(draft, FILES.key, pemOfKey(key));
  write(draft, FILES.leaf, pemOf(leafCertificate(key, name, at, { certificate: root, key: rootKey })));
  try {
    renameSync(draft, folder);
  } catch (error) {
    // The worker's process started at the same time and was first: its keys are the shop's.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function readKeys(folder: string): SealKeys {
  const root = certificateIn(folder, FILES.root);
  const leaf = certificateIn(folder, FILES.leaf);
  const key = createPrivateKey(readPem(folder, FILES.key));
  if (!leaf.checkPrivateKey(key) || !leaf.verify(root.publicKey)) {
    throw new ConfigError(
      `The keys in ${folder} do not belong together. Restore that folder from a backup, or run "${ROTATE}" when only ${FILES.key} and ${FILES.leaf} differ.`,
    );
  }
  const retired = readdirSync(folder)
    .filter((file) => RETIRED.test(file))
    .map((file) => certificateIn(folder, file));
  return { root, leaf, key, retired };
}

function closeToOthers(folder: string): void {
  if (!existsSync(folder))
    throw new ConfigError(`There are no keys in ${folder} yet: start the portal once.`);
  keepMode(folder, FOLDER_MODE);
  for (const file of readdirSync(folder)) keepMode(join(folder, file), FILE_MODE);
}

function keepMode(path: string, mode: number): void {
  if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
}

function readPem(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    throw new ConfigError(
      `${join(folder, file)} cannot be read: restore the folder from a backup. Nothing is sealed without it.`,
    );
  }
}

const certificateIn = (folder: string, file: string) => new X509Certificate(readPem(folder, file));
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pemOf = (der: Uint8Array) => new X509Certificate(der).toString();
const pemOfKey = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function write(folder: string, file: string, text: string): void {
  writeFileSync(join(folder, file), text, { mode: FILE_MODE, flush: true });
}
