// A real RFC 3161 authority: `openssl ts` behind a small HTTP server, which can also be made to lie.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Behaviour =
  | 'honest'
  | 'replays'
  | 'stamps_another_hash'
  | 'silent'
  | 'refuses'
  | 'endless'
  | 'chatters'
  | 'fails';

export interface TimeAuthorityServer {
  url: string;
  roots_pem: string;
  /** Path of the root certificate, for `openssl ts -verify -CAfile`. */
  roots_file: string;
  folder: string;
  behave(as: Behaviour): void;
  /** Questions heard so far. */
  asked(): number;
  stop(): Promise<void>;
}

const CONFIG = `
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = authority
[authority]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = sha256
accuracy = secs:1
ordering = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;

/** Keys and certificates in a new folder: root.crt over tsa.crt. */
export function makeAuthority(name = 'Heure Exacte', { days = 3650 } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  writeFileSync(join(folder, 'openssl.cnf'), CONFIG);
  writeFileSync(join(folder, 'serial'), '2A\n');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'openssl.cnf'];
  const lasts = ['-days', String(days)];
  openssl(
    'req',
    '-x509',
    ...curve,
    ...lasts,
    '-subj',
    `/CN=${name} root`,
    '-extensions',
    'root',
    '-keyout',
    'root.key',
    '-out',
    'root.crt',
  );
  openssl('req', ...curve, '-subj', `/CN=${name}`, '-keyout', 'tsa.key', '-out', 'tsa.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-CA',
    'root.crt',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    ...lasts,
    '-extfile',
    'openssl.cnf',
    '-extensions',
    'stamper',
    '-out',
    'tsa.crt',
  );
  return folder;
}

function reply(folder: string, question: Buffer): Buffer {
  writeFileSync(join(folder, 'question.tsq'), question);
  const made = spawnSync(
    'openssl',
    [
      'ts',
      '-reply',
      '-config',
      'openssl.cnf',
      '-section',
      'authority',
      '-queryfile',
      'question.tsq',
      '-signer',
      'tsa.crt',
      '-inkey',
      'tsa.key',
      '-out',
      'answer.tsr',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return readFileSync(join(folder, 'answer.tsr'));
}

/** The question with another hash in it: its last octet string of 32 bytes. */
function aboutAnotherHash(question: Buffer): Buffer {
  const changed = Buffer.from(question);
  const at = changed.indexOf(Buffer.from([0x04, 0x20]));
  changed[at + 2] ^= 1;
  return changed;
}

const ENDLESS_BYTES = 1024 * 1024;

export async function startTimeAuthority(folder = makeAuthority()): Promise<TimeAuthorityServer> {
  let behaviour: Behaviour = 'honest';
  let first: Buffer | null = null;
  let asked = 0;
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      asked += 1;
      if (behaviour === 'silent') return;
      if (behaviour === 'fails') {
        res.writeHead(503).end();
        return;
      }
      res.setHeader('Content-Type', 'application/timestamp-reply');
      const question = Buffer.concat(chunks);
      if (behaviour === 'endless') res.end(Buffer.alloc(ENDLESS_BYTES));
      else if (behaviour === 'chatters') res.end('<html>Welcome to our time stamping service.</html>');
      else if (behaviour === 'refuses') res.end(reply(folder, Buffer.from('no question')));
      else if (behaviour === 'stamps_another_hash') res.end(reply(folder, aboutAnotherHash(question)));
      else {
        first ??= reply(folder, question);
        res.end(behaviour === 'replays' ? first : reply(folder, question));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const roots_file = join(folder, 'root.crt');
  return {
    url: `http://127.0.0.1:${port}/`,
    roots_pem: readFileSync(roots_file, 'utf8'),
    roots_file,
    folder,
    behave(as) {
      behaviour = as;
    },
    asked: () => asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
