// Outside time, asked from a real authority (`openssl ts`) and from ones that lie.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ANSWER_TIMEOUT_MS, openTimeAuthority } from '../server/timestamp';
import { ANSWER_LIMIT_BYTES, checkToken, readRoots } from '../server/timestamp-token';
import { type Forgery, forge } from './support/forged-token';
import { makeAuthority, startTimeAuthority, type TimeAuthorityServer } from './support/time-authority';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const HASH = sha256('a signature');
const DAY_MS = 24 * 60 * 60_000;
/** Each answer is checked with two signatures; all of its bytes would take six seconds. */
const BYTES_APART = 5;

let server: TimeAuthorityServer;
beforeAll(async () => {
  server = await startTimeAuthority();
});
afterAll(() => server.stop());
beforeEach(() => server.behave('honest'));

const authority = (timeout_ms = 2_000) => openTimeAuthority(server.url, server.roots_pem, timeout_ms);

test('a hash is stamped: the time, the serial number and the name of who stamped it', async () => {
  const before = Date.now();
  const stamp = await authority().stamp(HASH);
  expect(Math.abs(Date.parse(stamp.gen_time) - before)).toBeLessThan(5_000);
  expect(stamp.gen_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(stamp.tsa).toBe('Heure Exacte');
  expect(stamp.serial).toMatch(/^[0-9a-f]+$/);
});

test('openssl finds the kept answer right by itself, with nothing but the root', async () => {
  const { tsr } = await authority().stamp(HASH);
  const path = join(server.folder, 'kept.tsr');
  writeFileSync(path, tsr);
  const args = ['ts', '-verify', '-digest', HASH, '-in', path, '-CAfile', server.roots_file];
  expect(execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })).toContain('Verification: OK');
});

test('a kept answer is checked again later without its question, and for no other hash', async () => {
  const stamp = await authority().stamp(HASH);
  const roots = readRoots(server.roots_pem);
  const { tsr, ...token } = stamp;
  expect(checkToken(tsr, { sha256: HASH, roots })).toEqual(token);
  expect(() => checkToken(tsr, { sha256: sha256('another'), roots })).toThrow('another hash');
});

test('a changed byte anywhere in an answer is noticed, or changes nothing that it says', async () => {
  const { tsr, ...token } = await authority().stamp(HASH);
  const roots = readRoots(server.roots_pem);
  for (let at = 0; at < tsr.length; at += BYTES_APART) {
    const changed = Buffer.from(tsr);
    changed[at] ^= 1 << (at % 8);
    let read: unknown;
    try {
      read = checkToken(changed, { sha256: HASH, roots });
    } catch {
      continue;
    }
    expect(read).toEqual(token);
  }
});

test.each([
  ['replays', 'an old answer, played again'],
  ['stamps_another_hash', 'it stamps another hash'],
  ['refuses', 'the authority refused (2'],
  ['chatters', 'no answer of a time stamp authority'],
  ['endless', 'too long'],
  ['fails', 'answered 503'],
] as const)('an authority that %s is not believed', async (behaviour, because) => {
  if (behaviour === 'replays') await authority().stamp(HASH);
  server.behave(behaviour);
  await expect(authority().stamp(HASH)).rejects.toThrow(because);
});

test('an old answer for the same hash is refused by its nonce alone', async () => {
  const { tsr } = await authority().stamp(HASH);
  const roots = readRoots(server.roots_pem);
  expect(() => checkToken(tsr, { sha256: HASH, nonce: randomBytes(16), roots })).toThrow('played again');
});

test('an authority that says nothing is given up, and one that is not there is an error', async () => {
  server.behave('silent');
  await expect(authority(200).stamp(HASH)).rejects.toThrow('did not answer within 0.2 s');
  await expect(openTimeAuthority('http://127.0.0.1:9/', server.roots_pem).stamp(HASH)).rejects.toThrow();
  expect(ANSWER_TIMEOUT_MS).toBe(10_000);
  expect(ANSWER_LIMIT_BYTES).toBe(65_536);
});

test('an authority under another root is refused, whatever it calls itself', async () => {
  const folder = makeAuthority();
  const other = await startTimeAuthority(folder);
  await expect(openTimeAuthority(other.url, server.roots_pem).stamp(HASH)).rejects.toThrow('pinned root');
  await other.stop();
});

test('an address that leads elsewhere is not followed', async () => {
  const elsewhere = http.createServer((_req, res) => res.writeHead(307, { Location: server.url }).end());
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  const asked = server.asked();
  await expect(
    openTimeAuthority(`http://127.0.0.1:${port}/`, server.roots_pem).stamp(HASH),
  ).rejects.toThrow();
  expect(server.asked()).toBe(asked);
  elsewhere.closeAllConnections();
  elsewhere.close();
});

describe('an answer made by hand', () => {
  let folder: string;
  let liar: http.Server;
  let url: string;
  let forgery: Forgery;
  beforeAll(async () => {
    folder = makeAuthority();
    liar = http.createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk) => chunks.push(chunk));
      req.on('end', () => res.end(forge(folder, Buffer.concat(chunks), forgery)));
    });
    liar.listen(0, '127.0.0.1');
    await once(liar, 'listening');
    url = `http://127.0.0.1:${(liar.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    liar.closeAllConnections();
    liar.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const roots = () =>
    execFileSync('openssl', ['x509', '-in', join(folder, 'root.crt')], { encoding: 'utf8' });
  const stamp = (what: Forgery) => {
    forgery = what;
    return openTimeAuthority(url, roots()).stamp(HASH);
  };

  test('is believed when it is honest, so that what follows shows the forgeries', async () => {
    expect((await stamp({})).tsa).toBe('Heure Exacte');
  });

  test.each<[string, Forgery, string]>([
    ['whose purpose is not critical', { extensions: 'extendedKeyUsage = timeStamping' }, 'something else'],
    [
      'whose certificate may also serve web pages',
      { extensions: 'extendedKeyUsage = critical, timeStamping, serverAuth' },
      'something else',
    ],
    ['whose certificate has no purpose', { extensions: 'basicConstraints = CA:FALSE' }, 'something else'],
    ['whose digest is of something else', { digest: 'wrong' }, 'the digest in it'],
    ['whose signature was changed', { signature: 'wrong' }, 'signature does not hold'],
    ['that does not name its certificate', { signer: 'unnamed' }, 'names none'],
    [
      'dated after the end of its certificate',
      { at: new Date(Date.now() + 60 * DAY_MS) },
      'pinned root at that moment',
    ],
    ['dated before its certificate', { at: new Date(Date.now() - DAY_MS) }, 'pinned root at that moment'],
  ])('%s is refused', async (_, what, because) => {
    await expect(stamp(what)).rejects.toThrow(because);
  });
});

test('only roots can be pinned', () => {
  expect(readRoots(server.roots_pem + server.roots_pem)).toHaveLength(2);
  expect(() => readRoots('no certificate')).toThrow('holds no certificate');
  const leaf = new X509Certificate(
    execFileSync('openssl', ['x509', '-in', join(server.folder, 'tsa.crt')], { encoding: 'utf8' }),
  );
  expect(() => readRoots(leaf.toString())).toThrow('"Heure Exacte" is no root');
});
