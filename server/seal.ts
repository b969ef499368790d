// The shop's seal on a PDF: PAdES B-B, appended, so that the bytes before it stay as they were. It says that
// the file is the shop's and unchanged. It is not the customer's signature, and it holds no outside time.
import { sign, type X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Signer } from '@libpdf/core' with { 'resolution-mode': 'import' };
import type { Config } from './config';
import { fingerprint, openKeys, validUntil } from './seal-keys';

const DAY_MS = 24 * 60 * 60_000;
export const WARN_DAYS = 60;
/** Room for the signature with both certificates; 1.6 kB are used. */
const SIGNATURE_ROOM_BYTES = 4096;
const FIELD = 'ShopSeal';

export interface Sealer {
  /** The same PDF with the seal appended. Refuses once the certificate has expired. */
  seal(pdf: Uint8Array, about: { reason: string; name: string }): Promise<Uint8Array>;
  /** The same key over any bytes: ECDSA with SHA-256, as `openssl dgst -sha256 -verify` takes it. */
  sign(bytes: Uint8Array): Buffer;
  certificate: {
    fingerprint_sha256: string;
    root_fingerprint_sha256: string;
    not_after: string;
    pem: string;
    root_pem: string;
    /** Certificates that sealed once: what they sealed is checked with them. */
    retired_pems: string[];
  };
  /** Lowercase hex of the keys behind every seal of this shop, old ones too: each seal carries two of them. */
  marks: string[];
  /** Null until the certificate is close to its end. */
  expiry(at?: Date): { days_left: number; not_after: string } | null;
}

export const sealKeysOf = (config: Config): string => join(config.data_dir, 'keys');
/** Whose seal it is, as its certificate names it. */
export const shopHost = (config: Config): string => new URL(config.base_url).hostname;

/** Opens the seal whose keys are in `folder`; made at the first start, for `name`. */
export function openSealer(folder: string, name: string, at: Date = new Date()): Sealer {
  const { root, leaf, key, retired } = openKeys(folder, name, at);
  const not_after = validUntil(leaf);
  const signer: Signer = {
    certificate: new Uint8Array(leaf.raw),
    certificateChain: [new Uint8Array(root.raw)],
    keyType: 'EC',
    signatureAlgorithm: 'ECDSA',
    sign: async (data) => new Uint8Array(sign('sha256', data, key)),
  };
  return {
    async seal(pdf, { reason, name: shop }) {
      if (not_after <= new Date()) throw new Error('The certificate that seals proofs has expired.');
      const { PDF } = await import('@libpdf/core');
      const { bytes, warnings } = await (await PDF.load(pdf)).sign({
        signer,
        reason,
        location: shop,
        fieldName: FIELD,
        level: 'B-B',
        digestAlgorithm: 'SHA-256',
        estimatedSize: SIGNATURE_ROOM_BYTES,
      });
      // A seal that had to rewrite the file would seal something else than what was drawn.
      if (!Buffer.from(bytes.buffer, bytes.byteOffset, pdf.length).equals(pdf)) {
        throw new Error(`The seal changed the file: ${warnings.map((warning) => warning.message).join(' ')}`);
      }
      return bytes;
    },
    sign: (bytes) => sign('sha256', bytes, key),
    certificate: {
      fingerprint_sha256: fingerprint(leaf),
      root_fingerprint_sha256: fingerprint(root),
      not_after: not_after.toISOString(),
      pem: leaf.toString(),
      root_pem: root.toString(),
      retired_pems: retired.map(String),
    },
    marks: [root, leaf, ...retired].map(publicKeyHex),
    expiry(now = new Date()) {
      const days_left = Math.floor((not_after.getTime() - now.getTime()) / DAY_MS);
      return days_left < WARN_DAYS ? { days_left, not_after: not_after.toISOString() } : null;
    },
  };
}

// The key as it stands in the certificate; the last 65 bytes of a P-256 key's wrapping.
const POINT_BYTES = 65;
const publicKeyHex = (certificate: X509Certificate): string =>
  certificate.publicKey.export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES).toString('hex');
