// The shop's seal, checked as a stranger would: with the file and the root certificate, and none of our code.
import { spawnSync } from 'node:child_process';
import { createHash, createVerify, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OctetString } from 'asn1js';
import { ContentInfo, type IssuerAndSerialNumber, SignedData } from 'pkijs';
import { openSealer, type Sealer, WARN_DAYS } from '../server/seal';
import { LEAF_YEARS, ROOT_YEARS } from '../server/seal-certificate';
import { rotateKeys } from '../server/seal-keys';
import { openSecondSealer } from './support/second-seal';
import { ROOT } from './support/sources';

const PROOF = readFileSync(join(ROOT, 'test/fixtures/artwork/business-card.pdf'));
const ABOUT = { reason: 'Épreuve 2 – K7F-204', name: 'Imprimerie des Lilas' };
const HOST = 'lilas.example';
const DAY_MS = 24 * 60 * 60_000;
const YEAR_MS = 365.25 * DAY_MS;
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'seal-'));
  folder = join(home, 'keys');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const exact = (bytes: Uint8Array) => new Uint8Array(bytes).buffer;

/** What the seal of a file covers, and whether it holds. */
function checkSeal(file: Uint8Array) {
  const bytes = Buffer.from(file);
  const range = bytes.toString('latin1').match(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)/);
  const [from, length, next, rest] = range!.slice(1).map(Number);
  const hex = bytes.subarray(from + length + 1, next - 1).toString('latin1');
  const signed = Buffer.concat([bytes.subarray(from, from + length), bytes.subarray(next, next + rest)]);
  const cms = new SignedData({ schema: ContentInfo.fromBER(exact(Buffer.from(hex, 'hex'))).content });
  const [info] = cms.signerInfos;
  const attribute = (type: string) => info.signedAttrs!.attributes.find((found) => found.type === type);
  const digest = Buffer.from((attribute(MESSAGE_DIGEST)!.values[0] as OctetString).valueBlock.valueHexView);
  const certificates = (cms.certificates ?? []).map(
    (certificate) => new X509Certificate(Buffer.from(certificate.toSchema().toBER())),
  );
  const { serialNumber } = info.sid as IssuerAndSerialNumber;
  const serial = Buffer.from(serialNumber.valueBlock.valueHexView)
    .toString('hex')
    .replace(/^(00)+/, '');
  const leaf = certificates.find((one) => one.serialNumber.toLowerCase().replace(/^(00)+/, '') === serial)!;
  // The attributes are signed as a SET; in the file they stand under another tag.
  const attributes = Buffer.from(info.signedAttrs!.encodedValue);
  attributes[0] = 0x31;
  return {
    isWhole: from === 0 && next + rest === bytes.length,
    isDigestRight: digest.equals(createHash('sha256').update(signed).digest()),
    isSignatureRight: createVerify('sha256')
      .update(attributes)
      .verify(leaf.publicKey, Buffer.from(info.signature.valueBlock.valueHexView)),
    isPades: Boolean(attribute(SIGNING_CERTIFICATE_V2)),
    certificates,
    leaf,
  };
}

const pdfsig = spawnSync('pdfsig', ['-v']).status === 0 ? test : test.skip;

const SEALS: Array<[string, (folder: string, name: string) => Sealer]> = [
  ['the shop’s own', (path, name) => openSealer(path, name)],
  ['another library, with an RSA key from a P12 file', openSecondSealer],
];

describe.each(SEALS)('a seal by %s', (_which, open) => {
  test('holds: digest, signature, and a certificate that the root issued', async () => {
    const sealer = open(folder, HOST);
    const seal = checkSeal(await sealer.seal(PROOF, ABOUT));
    expect(seal).toMatchObject({ isWhole: true, isDigestRight: true, isSignatureRight: true });
    const { leaf } = seal;
    const root = new X509Certificate(sealer.certificate.root_pem);
    expect(leaf.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(sealer.certificate.fingerprint_sha256);
    expect(seal.certificates.map(String)).toContain(root.toString());
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.subject).toContain(HOST);
    expect([root.ca, leaf.ca]).toEqual([true, false]);
  });

  test('is broken by a changed byte', async () => {
    const sealed = await open(folder, HOST).seal(PROOF, ABOUT);
    sealed[1000] ^= 1;
    expect(checkSeal(sealed).isDigestRight).toBe(false);
  });

  test('carries the marks of its shop', async () => {
    const sealer = open(folder, HOST);
    const text = Buffer.from(await sealer.seal(PROOF, ABOUT))
      .toString('latin1')
      .toLowerCase();
    for (const mark of sealer.marks) expect(text).toContain(mark);
  });

  test('says until when it lasts', () => {
    const { certificate, expiry } = open(folder, HOST);
    const end = Date.parse(certificate.not_after);
    expect(expiry(new Date(end - (WARN_DAYS + 1) * DAY_MS))).toBeNull();
    expect(expiry(new Date(end - DAY_MS))).toMatchObject({ days_left: 1 });
  });

  pdfsig('is found valid by another program, and the whole file covered', async () => {
    const path = join(home, 'sealed.pdf');
    writeFileSync(path, await open(folder, HOST).seal(PROOF, ABOUT));
    const said = spawnSync('pdfsig', ['-nocert', path], { encoding: 'utf8' }).stdout;
    expect(said).toContain('Signature is Valid.');
    expect(said).toContain('Total document signed');
  });
});

test('our seal is PAdES, and the proof stays byte for byte at the beginning of the sealed file', async () => {
  const sealed = await openSealer(folder, HOST).seal(PROOF, ABOUT);
  expect(checkSeal(sealed).isPades).toBe(true);
  expect(Buffer.from(sealed).toString('latin1')).toContain('ETSI.CAdES.detached');
  expect(Buffer.from(sealed).subarray(0, PROOF.length).equals(PROOF)).toBe(true);
});

test('keys are made once and are for nobody else to read', () => {
  const first = openSealer(folder, HOST).certificate;
  expect(openSealer(folder, HOST).certificate).toEqual(first);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(['keys']);
});

test('permissions that let others read are taken back at the next start', () => {
  openSealer(folder, HOST);
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'seal.key'), 0o644);
  openSealer(folder, HOST);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'seal.key')).mode & 0o777).toBe(0o600);
});

test('the root lasts twenty years and the certificate that seals three', () => {
  const { certificate } = openSealer(folder, HOST);
  const years = (pem: string) => (Date.parse(new X509Certificate(pem).validTo) - Date.now()) / YEAR_MS;
  expect(years(certificate.root_pem)).toBeCloseTo(ROOT_YEARS, 1);
  expect(years(certificate.pem)).toBeCloseTo(LEAF_YEARS, 1);
});

test('the end of the certificate is announced sixty days ahead, and not before', () => {
  const sealer = openSealer(folder, HOST);
  const before = (days: number) => new Date(Date.parse(sealer.certificate.not_after) - days * DAY_MS);
  expect(sealer.expiry()).toBeNull();
  expect(sealer.expiry(before(WARN_DAYS))).toBeNull();
  expect(sealer.expiry(before(WARN_DAYS - 0.5))).toMatchObject({ days_left: WARN_DAYS - 1 });
  expect(WARN_DAYS).toBe(60);
});

test('an expired certificate stops the start with a sentence that says what to do', () => {
  openSealer(folder, HOST, new Date(Date.now() - (LEAF_YEARS + 1) * YEAR_MS));
  expect(() => openSealer(folder, HOST)).toThrow(/expired on \d{4}-\d\d-\d\d\. Run "npm run -s rotate-seal"/);
});

test('a portal that runs past the end of its certificate seals nothing more', async () => {
  const past = new Date(Date.now() - (LEAF_YEARS + 1) * YEAR_MS);
  await expect(openSealer(folder, HOST, past).seal(PROOF, ABOUT)).rejects.toThrow('expired');
});

test('a new certificate comes under the same root, and the old one is kept', async () => {
  const old = openSealer(folder, HOST, new Date(Date.now() - (LEAF_YEARS + 1) * YEAR_MS));
  rotateKeys(folder, HOST);
  const sealer = openSealer(folder, HOST);
  expect(sealer.certificate.root_pem).toBe(old.certificate.root_pem);
  expect(sealer.certificate.fingerprint_sha256).not.toBe(old.certificate.fingerprint_sha256);
  expect(sealer.marks).toEqual(expect.arrayContaining(old.marks));
  expect(sealer.marks).toHaveLength(3);
  expect(checkSeal(await sealer.seal(PROOF, ABOUT)).isSignatureRight).toBe(true);
  const kept = readdirSync(folder).find((file) => file.startsWith('retired-'))!;
  expect(readFileSync(join(folder, kept), 'utf8')).toBe(old.certificate.pem);
});

test('keys of two shops in one folder are refused, and another turn mends the pair', () => {
  openSealer(folder, HOST);
  const other = join(home, 'other');
  openSealer(other, HOST);
  writeFileSync(join(folder, 'seal.key'), readFileSync(join(other, 'seal.key')));
  expect(() => openSealer(folder, HOST)).toThrow('do not belong together');
  rotateKeys(folder, HOST);
  expect(() => openSealer(folder, HOST)).not.toThrow();
});

test('a folder that has lost a key is not silently filled again', () => {
  mkdirSync(folder);
  expect(() => openSealer(folder, HOST)).toThrow(/seal-root\.crt cannot be read: restore/);
});
