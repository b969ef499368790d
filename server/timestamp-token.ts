// An RFC 3161 answer, believed only after everything in it was checked: that it speaks of our hash and answers our
// question, that nobody changed it, and that who signed it may stamp time and stands under a root we pinned.
import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { fromBER, type Integer, ObjectIdentifier, OctetString, type Sequence } from 'asn1js';
import {
  Certificate,
  type ContentInfo,
  ExtKeyUsage,
  SignedData,
  type SignerInfo,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';

/** The answer itself is 2 to 8 kB with its certificates. */
export const ANSWER_LIMIT_BYTES = 64 * 1024;
/** Signer, intermediates, root. */
const CHAIN_LIMIT = 6;

const OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  signed_data: '1.2.840.113549.1.7.2',
  tst_info: '1.2.840.113549.1.9.16.1.4',
  content_type: '1.2.840.113549.1.9.3',
  message_digest: '1.2.840.113549.1.9.4',
  signing_certificate: '1.2.840.113549.1.9.16.2.12',
  signing_certificate_v2: '1.2.840.113549.1.9.16.2.47',
  extended_key_usage: '2.5.29.37',
  time_stamping: '1.3.6.1.5.5.7.3.8',
};
const DIGESTS: Record<string, string> = {
  [OID.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** Signature algorithms, with the hash that they name; null where the signer's digest algorithm says it. */
const SIGNATURES: Record<string, { hash: string | null; isPss?: boolean }> = {
  '1.2.840.113549.1.1.1': { hash: null },
  '1.2.840.113549.1.1.10': { hash: null, isPss: true },
  '1.2.840.113549.1.1.11': { hash: 'sha256' },
  '1.2.840.113549.1.1.12': { hash: 'sha384' },
  '1.2.840.113549.1.1.13': { hash: 'sha512' },
  '1.2.840.10045.4.3.2': { hash: 'sha256' },
  '1.2.840.10045.4.3.3': { hash: 'sha384' },
  '1.2.840.10045.4.3.4': { hash: 'sha512' },
};

const WHY = {
  format: 'it is no answer of a time stamp authority',
  status: 'the authority refused',
  imprint: 'it stamps another hash',
  nonce: 'it answers another question: an old answer, played again',
  digest: 'the digest in it is not of what it says',
  signature: 'its signature does not hold',
  signer: 'the certificate that signed it is not in it',
  purpose: 'its certificate may do something else than stamp time',
  chain: 'its certificate did not stand under the pinned root at that moment',
} as const;
export type Refusal = keyof typeof WHY;

/** A token that must not be believed. `reason` names the check that failed first. */
export class TokenRefused extends Error {
  constructor(
    readonly reason: Refusal,
    detail = '',
  ) {
    super(`The time stamp is refused: ${WHY[reason]}${detail && ` (${detail})`}.`);
  }
}

export interface Token {
  /** ISO-8601 UTC with milliseconds, the authority's time. */
  gen_time: string;
  /** Hexadecimal. */
  serial: string;
  /** Who stamped, as its certificate names it. */
  tsa: string;
}

export interface Expected {
  /** Hex SHA-256 that must have been stamped. */
  sha256: string;
  /** The question's nonce; left out when a kept token is checked again later. */
  nonce?: Uint8Array;
  /** Roots that are believed, self-signed. */
  roots: X509Certificate[];
}

/** Reads and checks a whole TimeStampResp (DER). Throws TokenRefused. */
export function checkToken(answer: Uint8Array, expected: Expected): Token {
  const { signed, info, content } = readAnswer(answer);
  if (info.messageImprint.hashAlgorithm.algorithmId !== OID.sha256) throw new TokenRefused('imprint');
  if (hex(info.messageImprint.hashedMessage) !== expected.sha256) throw new TokenRefused('imprint');
  if (expected.nonce && (!info.nonce || unsigned(info.nonce) !== hexOf(expected.nonce).replace(/^(00)+/, '')))
    throw new TokenRefused('nonce');
  const [signer, ...others] = signed.signerInfos;
  if (!signer || others.length > 0) throw new TokenRefused('format', 'not one signer');
  const certificates = (signed.certificates ?? []).filter(
    (one): one is Certificate => one instanceof Certificate,
  );
  const certificate = signerCertificate(signer, certificates);
  checkSignature(signer, content, certificate);
  checkPurpose(certificate);
  const leaf = x509(certificate);
  checkChain(leaf, certificates.map(x509), expected.roots, info.genTime);
  return {
    gen_time: info.genTime.toISOString(),
    serial: hex(info.serialNumber),
    tsa: nameOf(leaf),
  };
}

function readAnswer(answer: Uint8Array): { signed: SignedData; info: TSTInfo; content: Buffer } {
  if (answer.length > ANSWER_LIMIT_BYTES) throw new TokenRefused('format', 'too long');
  const response = parsed(() => {
    const der = exact(answer);
    const { offset, result } = fromBER(der);
    if (offset !== answer.length) throw new Error('something follows it');
    return new TimeStampResp({ schema: result });
  });
  const { status } = response.status;
  if (status !== 0 && status !== 1) {
    const said = response.status.statusStrings?.map(({ valueBlock }) => valueBlock.value).join(' ') ?? '';
    throw new TokenRefused('status', `${status}${said && `: ${said}`}`);
  }
  return parsed(() => {
    const token = response.timeStampToken as ContentInfo;
    if (token.contentType !== OID.signed_data) throw new Error('no signed data');
    const signed = new SignedData({ schema: token.content });
    const { eContentType, eContent } = signed.encapContentInfo;
    if (eContentType !== OID.tst_info || !eContent) throw new Error('no time stamp in it');
    const content = Buffer.from(eContent.getValue());
    const info = TSTInfo.fromBER(exact(content));
    if (info.version !== 1 || Number.isNaN(info.genTime.getTime())) throw new Error('no time');
    return { signed, info, content };
  });
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new TokenRefused('format', error instanceof Error ? error.message.slice(0, 100) : '');
  }
}

/** The one attribute of this type among those that are signed. */
function signedAttribute<T>(signer: SignerInfo, type: string): T | null {
  const found = (signer.signedAttrs?.attributes ?? []).filter((attribute) => attribute.type === type);
  return found.length === 1 && found[0].values.length === 1 ? found[0].values[0] : null;
}

/** Hash and its algorithm by which the signed attributes name the certificate, in the old form or in the new one. */
function namedCertificate(signer: SignerInfo): { algorithm: string | undefined; hash: string } {
  const inNewForm = signedAttribute<Sequence>(signer, OID.signing_certificate_v2);
  const attribute = inNewForm ?? signedAttribute<Sequence>(signer, OID.signing_certificate);
  if (!attribute) throw new TokenRefused('signer', 'it names none');
  return parsed(() => {
    const list = attribute.valueBlock.value[0] as Sequence;
    const [first, second] = (list.valueBlock.value[0] as Sequence).valueBlock.value;
    if (first instanceof OctetString) return { algorithm: inNewForm ? 'sha256' : 'sha1', hash: hex(first) };
    const oid = (first as Sequence).valueBlock.value[0] as ObjectIdentifier;
    return { algorithm: DIGESTS[oid.valueBlock.toString()], hash: hex(second as OctetString) };
  });
}

// By its hash and not by its name: another certificate for the same key must not pass for it.
function signerCertificate(signer: SignerInfo, certificates: Certificate[]): Certificate {
  const { algorithm, hash } = namedCertificate(signer);
  if (!algorithm) throw new TokenRefused('signer', 'by an unknown hash');
  const found = certificates.find((one) => createHash(algorithm).update(der(one)).digest('hex') === hash);
  if (!found) throw new TokenRefused('signer');
  return found;
}

function checkSignature(signer: SignerInfo, content: Buffer, certificate: Certificate): void {
  const digest = DIGESTS[signer.digestAlgorithm.algorithmId];
  const algorithm = SIGNATURES[signer.signatureAlgorithm.algorithmId];
  if (!digest || !algorithm) throw new TokenRefused('signature', 'by an unknown algorithm');
  const type = signedAttribute<ObjectIdentifier>(signer, OID.content_type);
  const said = signedAttribute<OctetString>(signer, OID.message_digest);
  if (!(type instanceof ObjectIdentifier) || type.valueBlock.toString() !== OID.tst_info || !said)
    throw new TokenRefused('digest', 'absent');
  if (hex(said) !== createHash(digest).update(content).digest('hex')) throw new TokenRefused('digest');
  // The attributes are signed as a SET; in the token they stand under another tag.
  const attributes = Buffer.from(signer.signedAttrs?.encodedValue ?? new ArrayBuffer(0));
  attributes[0] = 0x31;
  const key = x509(certificate).publicKey;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  const signature = Buffer.from(signer.signature.valueBlock.valueHexView);
  const holds = verify(
    algorithm.hash ?? digest,
    attributes,
    algorithm.isPss ? { key, ...pss } : key,
    signature,
  );
  if (!holds) throw new TokenRefused('signature');
}

// RFC 3161, 2.3: the purpose stands alone and is critical.
function checkPurpose(certificate: Certificate): void {
  const extension = certificate.extensions?.find(({ extnID }) => extnID === OID.extended_key_usage);
  const purposes = extension?.parsedValue instanceof ExtKeyUsage ? extension.parsedValue.keyPurposes : [];
  if (!extension?.critical || purposes.length !== 1 || purposes[0] !== OID.time_stamping)
    throw new TokenRefused('purpose');
}

function checkChain(leaf: X509Certificate, others: X509Certificate[], roots: X509Certificate[], at: Date) {
  const isValid = (one: X509Certificate) =>
    Date.parse(one.validFrom) <= +at && +at <= Date.parse(one.validTo);
  let current = leaf;
  for (let length = 1; length < CHAIN_LIMIT; length++) {
    if (!isValid(current)) break;
    const issued = (by: X509Certificate) =>
      by.ca && isValid(by) && current.checkIssued(by) && current.verify(by.publicKey);
    if (roots.some(issued)) return;
    const next = others.find((other) => other.fingerprint256 !== current.fingerprint256 && issued(other));
    if (!next) break;
    current = next;
  }
  throw new TokenRefused('chain');
}

/** The certificates of a PEM file, all of which must be roots: signed by themselves, allowed to issue. */
export function readRoots(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const roots = blocks.map((block) => new X509Certificate(block));
  if (roots.length === 0) throw new Error('it holds no certificate in PEM form');
  const other = roots.find((root) => !root.ca || !root.checkIssued(root) || !root.verify(root.publicKey));
  if (other) throw new Error(`"${nameOf(other)}" is no root: it is not signed by itself`);
  return roots;
}

function nameOf(certificate: X509Certificate): string {
  const lines = certificate.subject.split('\n');
  return lines.find((line) => line.startsWith('CN='))?.slice(3) ?? lines.join(', ');
}

const der = (certificate: Certificate) => Buffer.from(certificate.toSchema().toBER());
const x509 = (certificate: Certificate) => new X509Certificate(der(certificate));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const hex = (block: OctetString | Integer) => hexOf(block.valueBlock.valueHexView);
const unsigned = (number: Integer) => hex(number).replace(/^(00)+/, '');
const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
