// Time stamp answers that `openssl ts` refuses to make: signed by a certificate for something else, with a wrong
// digest, a broken signature, no word of who signed.
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  MessageImprint,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';

export interface Forgery {
  /** Lines of the certificate's extensions, as openssl's configuration has them. */
  extensions?: string;
  digest?: 'wrong';
  signature?: 'wrong';
  signer?: 'unnamed';
  at?: Date;
}

const HONEST = 'extendedKeyUsage = critical, timeStamping';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const octets = (bytes: Uint8Array) => new OctetString({ valueHex: exact(bytes) });
const sequence = (only: Sequence | OctetString) => new Sequence({ value: [only] });
const algorithm = (oid: string) =>
  new AlgorithmIdentifier({ algorithmId: oid, algorithmParams: oid === SHA256 ? new Null() : undefined });

/** Answers a question (DER) with the keys of `makeAuthority`'s folder; honest in all that is not forged. */
export function forge(folder: string, question: Buffer, forgery: Forgery = {}): Buffer {
  const asked = TimeStampReq.fromBER(exact(question));
  const certificate = issue(folder, forgery.extensions ?? HONEST);
  const info = new TSTInfo({
    version: 1,
    policy: '1.2.3.4.1',
    messageImprint: new MessageImprint({
      hashAlgorithm: algorithm(SHA256),
      hashedMessage: asked.messageImprint.hashedMessage,
    }),
    serialNumber: new Integer({ value: 7 }),
    genTime: forgery.at ?? new Date(),
    nonce: asked.nonce,
  });
  const content = new Uint8Array(info.toSchema().toBER());
  const digest = sha256(content);
  if (forgery.digest) digest[0] ^= 1;
  const named = octets(sha256(new Uint8Array(certificate.toSchema().toBER())));
  const attributes = [
    new Attribute({
      type: '1.2.840.113549.1.9.3',
      values: [new ObjectIdentifier({ value: '1.2.840.113549.1.9.16.1.4' })],
    }),
    new Attribute({ type: '1.2.840.113549.1.9.4', values: [octets(digest)] }),
  ];
  if (!forgery.signer) {
    attributes.push(
      new Attribute({ type: '1.2.840.113549.1.9.16.2.47', values: [sequence(sequence(sequence(named)))] }),
    );
  }
  const signedAttrs = new SignedAndUnsignedAttributes({ type: 0, attributes });
  const encoded = Buffer.from(signedAttrs.toSchema().toBER());
  encoded[0] = 0x31;
  const key = createPrivateKey(readFileSync(join(folder, 'tsa.key')));
  const signature = sign('sha256', encoded, key);
  if (forgery.signature) signature[signature.length - 1] ^= 1;
  const signed = new SignedData({
    version: 3,
    digestAlgorithms: [algorithm(SHA256)],
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: '1.2.840.113549.1.9.16.1.4',
      eContent: octets(content),
    }),
    certificates: [certificate],
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({
          issuer: certificate.issuer,
          serialNumber: certificate.serialNumber,
        }),
        digestAlgorithm: algorithm(SHA256),
        signedAttrs,
        signatureAlgorithm: algorithm(ECDSA_SHA256),
        signature: octets(signature),
      }),
    ],
  });
  const response = new TimeStampResp({
    status: new PKIStatusInfo({ status: 0 }),
    timeStampToken: new ContentInfo({
      contentType: '1.2.840.113549.1.7.2',
      content: signed.toSchema(true),
    }),
  });
  return Buffer.from(response.toSchema().toBER());
}

/** A certificate for the stamper's key under the authority's root, for the purpose that the test wants. */
function issue(folder: string, extensions: string): Certificate {
  writeFileSync(join(folder, 'forged.cnf'), `[forged]\n${extensions}\n`);
  const args = ['x509', '-req', '-in', 'tsa.csr', '-CA', 'root.crt', '-CAkey', 'root.key', '-CAcreateserial'];
  execFileSync(
    'openssl',
    [
      ...args,
      '-days',
      '30',
      '-extfile',
      'forged.cnf',
      '-extensions',
      'forged',
      '-outform',
      'DER',
      '-out',
      'forged.der',
    ],
    { cwd: folder, stdio: 'pipe' },
  );
  return Certificate.fromBER(exact(readFileSync(join(folder, 'forged.der'))));
}
