// Another way to seal: RSA instead of EC, a P12 file instead of our keys, another library. It shows that nothing
// beyond the interface hangs on the first. It is not PAdES, and rewrites the file where ours appends.
import { execFileSync } from 'node:child_process';
import { sign, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pdflibAddPlaceholder } from '@signpdf/placeholder-pdf-lib';
import { P12Signer } from '@signpdf/signer-p12';
import { SignPdf } from '@signpdf/signpdf';
import { PDFDocument } from 'pdf-lib';
import { type Sealer, WARN_DAYS } from '../../server/seal';
import { fingerprint } from '../../server/seal-keys';

const PASSPHRASE = 'for tests';
const SIGNATURE_ROOM = 16_384;
const DAY_MS = 24 * 60 * 60_000;

const CONFIG = `
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
`;

function makeKeys(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openssl.cnf'), CONFIG);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const rsa = ['-newkey', 'rsa:2048', '-nodes', '-config', 'openssl.cnf'];
  openssl(
    'req',
    '-x509',
    ...rsa,
    '-days',
    '3650',
    '-subj',
    `/CN=Second root, ${name}`,
    '-extensions',
    'root',
    '-keyout',
    'root.key',
    '-out',
    'root.crt',
  );
  openssl('req', ...rsa, '-subj', `/CN=Second seal, ${name}`, '-keyout', 'leaf.key', '-out', 'leaf.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'leaf.csr',
    '-CA',
    'root.crt',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '1095',
    '-extfile',
    'openssl.cnf',
    '-extensions',
    'leaf',
    '-out',
    'leaf.crt',
  );
  openssl(
    'pkcs12',
    '-export',
    '-in',
    'leaf.crt',
    '-inkey',
    'leaf.key',
    '-certfile',
    'root.crt',
    '-passout',
    `pass:${PASSPHRASE}`,
    '-out',
    'seal.p12',
  );
}

/** The modulus as it stands in the certificate. */
const mark = (certificate: X509Certificate): string =>
  Buffer.from(String(certificate.publicKey.export({ format: 'jwk' }).n), 'base64url').toString('hex');

/** Opens the second seal whose keys are in `folder`; made when there are none. */
export function openSecondSealer(folder: string, name: string): Sealer {
  if (!existsSync(join(folder, 'seal.p12'))) makeKeys(folder, name);
  const [root, leaf] = ['root.crt', 'leaf.crt'].map(
    (file) => new X509Certificate(readFileSync(join(folder, file))),
  );
  const p12 = readFileSync(join(folder, 'seal.p12'));
  const not_after = new Date(leaf.validTo);
  return {
    async seal(pdf, { reason, name: shop }) {
      const pdfDoc = await PDFDocument.load(pdf);
      pdflibAddPlaceholder({
        pdfDoc,
        reason,
        name: shop,
        location: shop,
        contactInfo: '',
        signatureLength: SIGNATURE_ROOM,
      });
      const prepared = Buffer.from(await pdfDoc.save({ useObjectStreams: false }));
      return new SignPdf().sign(prepared, new P12Signer(p12, { passphrase: PASSPHRASE }));
    },
    sign: (bytes) => sign('sha256', bytes, readFileSync(join(folder, 'leaf.key'))),
    certificate: {
      fingerprint_sha256: fingerprint(leaf),
      root_fingerprint_sha256: fingerprint(root),
      not_after: not_after.toISOString(),
      pem: leaf.toString(),
      root_pem: root.toString(),
      retired_pems: [],
    },
    marks: [root, leaf].map(mark),
    expiry(now = new Date()) {
      const days_left = Math.floor((not_after.getTime() - now.getTime()) / DAY_MS);
      return days_left < WARN_DAYS ? { days_left, not_after: not_after.toISOString() } : null;
    },
  };
}
