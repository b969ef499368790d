// Whether the shop's seal on a PDF holds: the whole file but the seal itself, signed by a certificate of ours.
import { createHash, verify, X509Certificate } from 'node:crypto';
import type { OctetString } from 'asn1js';
import { Certificate, ContentInfo, type IssuerAndSerialNumber, SignedData } from 'pkijs';

const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const BYTE_RANGE = /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g;
const SET = 0x31;

export type SealFault = 'none' | 'not_whole' | 'digest' | 'signature' | 'certificate';

/** What is wrong with the seal of these bytes, or null. `root` must have issued the certificate in it. */
export function sealFault(pdf: Buffer, root: X509Certificate): SealFault | null {
  try {
    return faultIn(pdf, root);
  } catch {
    return 'none';
  }
}

function faultIn(pdf: Buffer, root: X509Certificate): SealFault | null {
  const range = [...pdf.toString('latin1').matchAll(BYTE_RANGE)].at(-1);
  if (!range) return 'none';
  const [from, length, next, rest] = range.slice(1).map(Number);
  if (from !== 0 || next + rest !== pdf.length || next <= length) return 'not_whole';
  const held = pdf.toString('latin1', length, next);
  const [, hex] = /^<([0-9a-fA-F]+)>$/.exec(held) ?? [];
  if (!hex) return 'not_whole';
  const content = Buffer.from(hex, 'hex');
  const size = derLength(content);
  // What follows the seal in the room kept for it is covered by nothing: it must be empty.
  if (content.subarray(size).some((byte) => byte !== 0) || !isOneCase(hex)) return 'not_whole';
  const signed = Buffer.concat([pdf.subarray(0, length), pdf.subarray(next)]);
  const cms = new SignedData({
    schema: ContentInfo.fromBER(new Uint8Array(content.subarray(0, size)).buffer).content,
  });
  const [info] = cms.signerInfos;
  const digest = info.signedAttrs?.attributes.find(({ type }) => type === MESSAGE_DIGEST)?.values[0];
  const said = Buffer.from((digest as OctetString).valueBlock.valueHexView);
  if (!said.equals(createHash('sha256').update(signed).digest())) return 'digest';
  const certificates = certificatesOf(cms);
  const leaf = certificates.find((one) => one.checkIssued(root) && one.verify(root.publicKey) && !one.ca);
  const areKnown = certificates.every((one) => one === leaf || one.raw.equals(root.raw));
  // Read and written again, a certificate may look right where the file does not: its own bytes must stand there.
  if (!leaf || !areKnown || !content.includes(leaf.raw) || !content.includes(root.raw)) return 'certificate';
  // What no signature covers may say nothing but what it always says.
  const sid = info.sid as IssuerAndSerialNumber;
  const isPlain =
    cms.signerInfos.length === 1 &&
    cms.digestAlgorithms.length === 1 &&
    cms.digestAlgorithms[0].algorithmId === SHA256 &&
    info.digestAlgorithm.algorithmId === SHA256 &&
    info.signatureAlgorithm.algorithmId === ECDSA_SHA256 &&
    cms.encapContentInfo.eContentType === DATA &&
    cms.encapContentInfo.eContent === undefined &&
    info.unsignedAttrs === undefined &&
    Buffer.from(sid.issuer.toSchema().toBER()).equals(subjectOf(root)) &&
    BigInt(`0x${hexOf(sid.serialNumber.valueBlock.valueHexView)}`) === BigInt(`0x${leaf.serialNumber}`);
  const isExact = Buffer.from(
    new ContentInfo({ contentType: SIGNED_DATA, content: cms.toSchema(true) }).toSchema().toBER(),
  ).equals(content.subarray(0, size));
  if (!isPlain || !isExact) return 'not_whole';
  const attributes = Buffer.from(info.signedAttrs!.encodedValue);
  // The attributes are signed as a SET; in the file they stand under another tag.
  attributes[0] = SET;
  const signature = Buffer.from(info.signature.valueBlock.valueHexView);
  return verify('sha256', attributes, leaf.publicKey, signature) ? null : 'signature';
}

const certificatesOf = (cms: SignedData): X509Certificate[] =>
  (cms.certificates ?? []).map((one) => new X509Certificate(Buffer.from(one.toSchema().toBER())));

const subjectOf = (root: X509Certificate): Buffer =>
  Buffer.from(Certificate.fromBER(new Uint8Array(root.raw).buffer).subject.toSchema().toBER());
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const isOneCase = (hex: string) => !/[a-f]/.test(hex) || !/[A-F]/.test(hex);

function derLength(der: Buffer): number {
  const first = der[1];
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return 2 + count + der.readUIntBE(2, count);
}
