// An outside authority's word for when a hash existed (RFC 3161). It learns the hash and nothing else.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { Integer, Null, OctetString } from 'asn1js';
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs';
import { ANSWER_LIMIT_BYTES, checkToken, readRoots, type Token, TokenRefused } from './timestamp-token';

export const ANSWER_TIMEOUT_MS = 10_000;
const NONCE_BYTES = 16;
const SHA256 = '2.16.840.1.101.3.4.2.1';

export interface Stamp extends Token {
  /** The authority's whole answer, DER: what `openssl ts -verify -in` takes. */
  tsr: Buffer;
}

export interface TimeAuthority {
  /** Host name of the authority that is asked. */
  host: string;
  /** Pinned roots, PEM, as they belong into a pack. */
  roots_pem: string;
  /** Has a hash stamped. Throws TokenRefused when the answer must not be believed, and Error when there is none. */
  stamp(sha256: string): Promise<Stamp>;
}

/** The authority at `url`, believed under the roots in `roots_pem` only. */
export function openTimeAuthority(
  url: string,
  roots_pem: string,
  timeout_ms = ANSWER_TIMEOUT_MS,
): TimeAuthority {
  const roots = readRoots(roots_pem);
  return {
    host: new URL(url).host,
    roots_pem: roots.map(String).join(''),
    async stamp(sha256) {
      const nonce = randomBytes(NONCE_BYTES);
      // Positive, and without a leading zero byte: so it comes back as it went.
      nonce[0] = (nonce[0] & 0x7f) | 0x40;
      const tsr = await ask(url, question(sha256, nonce), timeout_ms);
      return { tsr, ...checkToken(tsr, { sha256, nonce, roots }) };
    },
  };
}

/** DER of a TimeStampReq that asks for the authority's certificates too, so that the answer can be checked alone. */
function question(sha256: string, nonce: Uint8Array): Uint8Array {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(Buffer.from(sha256, 'hex')).buffer }),
    }),
    nonce: new Integer({ valueHex: new Uint8Array(nonce).buffer }),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER());
}

function ask(url: string, body: Uint8Array, timeout_ms: number): Promise<Buffer> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/timestamp-query',
      'Content-Length': body.length,
      Accept: 'application/timestamp-reply',
    };
    const signal = AbortSignal.timeout(timeout_ms);
    const question = request(url, { method: 'POST', agent: false, headers, signal }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      if (answer.statusCode !== 200)
        question.destroy(new Error(`The time stamp authority answered ${answer.statusCode}.`));
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_LIMIT_BYTES) question.destroy(new TokenRefused('format', 'too long'));
        else chunks.push(chunk);
      });
      answer.on('end', () => resolve(Buffer.concat(chunks)));
      answer.on('error', reject);
    });
    question.on('error', (error) => {
      const late = new Error(`The time stamp authority did not answer within ${timeout_ms / 1000} s.`);
      reject(signal.aborted ? late : error);
    });
    question.end(body);
  });
}
