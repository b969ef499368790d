// The two certificates behind the seal: a root that lives long and signs nothing but leaves, and a leaf that
// seals. PDF readers trust a chain; none of them trusts a leaf that signed itself.
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  PublicKeyInfo,
  type RelativeDistinguishedNames,
} from 'pkijs';

export const ROOT_YEARS = 20;
export const LEAF_YEARS = 3;
/** A reader whose clock is a little behind must not find a seal of tomorrow. */
const BACKDATED_MS = 60 * 60_000;
const SERIAL_BYTES = 16;
/** X.520's limit for a common name. */
const NAME_LIMIT = 64;

const OID = {
  common_name: '2.5.4.3',
  subject_key: '2.5.29.14',
  key_usage: '2.5.29.15',
  basic_constraints: '2.5.29.19',
  authority_key: '2.5.29.35',
  ecdsa_with_sha256: '1.2.840.10045.4.3.2',
};
// Bits of KeyUsage from the left: 0 digitalSignature, 1 nonRepudiation, 5 keyCertSign, 6 cRLSign.
const SEALS = { bits: 0b1100_0000, unused: 6 };
const SIGNS_CERTIFICATES = { bits: 0b0000_0110, unused: 1 };

export interface Issuer {
  certificate: Uint8Array;
  key: KeyObject;
}

/** A self-signed root, DER, that may issue leaves and nothing else. `key` is an EC P-256 private key. */
export function rootCertificate(key: KeyObject, name: string, at: Date): Uint8Array {
  const certificate = blank(key, at, yearsAfter(at, ROOT_YEARS));
  fillName(certificate.subject, `Proof seal root ${newId()}, ${name}`);
  certificate.issuer = certificate.subject;
  certificate.extensions = [
    critical(OID.basic_constraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema()),
    critical(OID.key_usage, keyUsage(SIGNS_CERTIFICATES)),
    plain(OID.subject_key, new OctetString({ valueHex: keyId(key) })),
  ];
  return signed(certificate, key);
}

/** A leaf, DER, that may sign and cannot deny it; it never outlives its root. */
export function leafCertificate(key: KeyObject, name: string, at: Date, issuer: Issuer): Uint8Array {
  const root = Certificate.fromBER(issuer.certificate);
  const end = Math.min(yearsAfter(at, LEAF_YEARS).getTime(), root.notAfter.value.getTime());
  const certificate = blank(key, at, new Date(end));
  fillName(certificate.subject, `Proof seal ${newId()}, ${name}`);
  certificate.issuer = root.subject;
  certificate.extensions = [
    critical(OID.basic_constraints, new BasicConstraints({ cA: false }).toSchema()),
    critical(OID.key_usage, keyUsage(SEALS)),
    plain(OID.subject_key, new OctetString({ valueHex: keyId(key) })),
    plain(
      OID.authority_key,
      new AuthorityKeyIdentifier({
        keyIdentifier: new OctetString({ valueHex: keyId(issuer.key) }),
      }).toSchema(),
    ),
  ];
  return signed(certificate, issuer.key);
}

function blank(key: KeyObject, at: Date, until: Date): Certificate {
  const certificate = new Certificate();
  certificate.version = 2;
  const serial = randomBytes(SERIAL_BYTES);
  // A serial number is positive and has no leading zero byte.
  serial[0] = (serial[0] & 0x7f) | 0x40;
  certificate.serialNumber = new Integer({ valueHex: exact(serial) });
  certificate.notBefore.value = new Date(at.getTime() - BACKDATED_MS);
  certificate.notAfter.value = until;
  certificate.subjectPublicKeyInfo = PublicKeyInfo.fromBER(exact(spki(key)));
  return certificate;
}

function fillName(name: RelativeDistinguishedNames, words: string): void {
  const value = new Utf8String({ value: words.slice(0, NAME_LIMIT) });
  name.typesAndValues.push(new AttributeTypeAndValue({ type: OID.common_name, value }));
}

function signed(certificate: Certificate, key: KeyObject): Uint8Array {
  const algorithm = () => new AlgorithmIdentifier({ algorithmId: OID.ecdsa_with_sha256 });
  certificate.signature = algorithm();
  certificate.signatureAlgorithm = algorithm();
  const body = new Uint8Array(certificate.encodeTBS().toBER());
  certificate.tbsView = body;
  certificate.signatureValue = new BitString({ valueHex: exact(sign('sha256', body, key)) });
  return new Uint8Array(certificate.toSchema().toBER());
}

const yearsAfter = (at: Date, years: number): Date => {
  const until = new Date(at);
  until.setUTCFullYear(until.getUTCFullYear() + years);
  return until;
};

/** Two seals of one shop are told apart by their names too. */
const newId = () => randomBytes(4).toString('hex').toUpperCase();

const spki = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject) => exact(createHash('sha1').update(spki(key)).digest());
const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const keyUsage = ({ bits, unused }: { bits: number; unused: number }) =>
  new BitString({ valueHex: new Uint8Array([bits]).buffer, unusedBits: unused });

type Encodable = { toBER(): ArrayBuffer };
const extension = (isCritical: boolean) => (extnID: string, value: Encodable) =>
  new Extension({ extnID, critical: isCritical, extnValue: value.toBER() });
const critical = extension(true);
const plain = extension(false);
