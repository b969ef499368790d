import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import express from 'express';
import { NotFound } from '../server/errors';
import { stream } from '../server/middleware/stream';
import { ARRIVING_MS, openFolder, type Storage } from '../server/storage';
import { until } from './support/until';

let folder: string;
let storage: Storage;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  storage = await openFolder(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const incoming = (name = '') => join(folder, 'incoming', name);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const pieces = (...chunks: Buffer[]) => Readable.from(chunks);

test('what was saved comes back byte for byte, under its SHA-256', async () => {
  const bytes = randomBytes(300_000);
  const saved = await storage.save(pieces(bytes.subarray(0, 7), bytes.subarray(7)));
  expect(saved).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
  const file = await storage.open(saved.sha256);
  expect(file.bytes).toBe(bytes.length);
  expect((await buffer(file.stream)).equals(bytes)).toBe(true);
});

test('the same bytes sent twenty times at once are one file', async () => {
  const bytes = randomBytes(50_000);
  const saved = await Promise.all(Array.from({ length: 20 }, () => storage.save(pieces(bytes))));
  expect(new Set(saved.map((each) => each.sha256)).size).toBe(1);
  expect(await readdir(join(folder, saved[0].sha256.slice(0, 2)))).toEqual([saved[0].sha256.slice(2)]);
  expect(await readdir(incoming())).toEqual([]);
});

test('a file that breaks off on its way leaves nothing behind', async () => {
  async function* broken() {
    yield randomBytes(1_000);
    throw new Error('connection lost');
  }
  await expect(storage.save(Readable.from(broken()))).rejects.toThrow('connection lost');
  expect(await readdir(folder)).toEqual(['incoming']);
  expect(await readdir(incoming())).toEqual([]);
});

test('a kept file can be read and not written', async () => {
  const { sha256: name } = await storage.save(pieces(Buffer.from('proof')));
  const { mode } = await stat(join(folder, name.slice(0, 2), name.slice(2)));
  expect(mode & 0o222).toBe(0);
});

test.each(['f'.repeat(64), '', '../../etc/passwd', 'F'.repeat(64), `${'0'.repeat(62)}/x`])(
  'nothing is found under %j',
  async (name) => {
    await expect(storage.open(name)).rejects.toBeInstanceOf(NotFound);
    await expect(storage.lend(name, async () => 'lent')).rejects.toBeInstanceOf(NotFound);
  },
);

test('a file that is being read can be read to its end although somebody deletes it', async () => {
  const bytes = randomBytes(2_000_000);
  const { sha256: name } = await storage.save(pieces(bytes));
  const { stream } = await storage.open(name);
  await rm(join(folder, name.slice(0, 2), name.slice(2)));
  expect((await buffer(stream)).equals(bytes)).toBe(true);
  await expect(storage.open(name)).rejects.toBeInstanceOf(NotFound);
});

test('a second process that starts leaves the files alone that are just arriving at the first', async () => {
  let finish = () => {};
  const halfway = new Promise<void>((resolve) => {
    finish = resolve;
  });
  async function* slow() {
    yield Buffer.from('first half, ');
    await halfway;
    yield Buffer.from('second half');
  }
  const arriving = storage.save(Readable.from(slow()));
  while ((await readdir(incoming())).length === 0) await new Promise((done) => setTimeout(done, 5));
  await openFolder(folder);
  finish();
  expect((await arriving).sha256).toBe(sha256(Buffer.from('first half, second half')));
});

test('a half file of a process that died is cleared away by the next start, a day later', async () => {
  await writeFile(incoming('abandoned'), 'half');
  const long_ago = new Date(Date.now() - ARRIVING_MS - 1_000);
  await utimes(incoming('abandoned'), long_ago, long_ago);
  await writeFile(incoming('fresh'), 'half');
  await openFolder(folder);
  expect(await readdir(incoming())).toEqual(['fresh']);
});

test('a folder that is gone is noticed', async () => {
  await expect(storage.check()).resolves.toBeUndefined();
  await rm(incoming(), { recursive: true });
  await expect(storage.check()).rejects.toThrow('ENOENT');
});

describe('a file on its way to a reader', () => {
  let server: http.Server;
  let ended: Array<Promise<unknown>>;
  let files: Readable[];
  beforeEach(async () => {
    ended = [];
    files = [];
    server = http.createServer(createApp());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => new Promise((done) => server.close(done)));

  let open: () => ReturnType<Storage['open']>;
  const createApp = () =>
    express().use(async (_req, res) => {
      const file = await open();
      files.push(file.stream);
      const sent = stream(res, file);
      ended.push(sent.catch((error) => error));
      await sent.catch(() => undefined);
    });
  const ask = () =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      http.get({ port, host: '127.0.0.1', agent: false }, resolve).on('error', reject);
    });

  test('arrives whole', async () => {
    const bytes = randomBytes(3_000_000);
    const { sha256: name } = await storage.save(pieces(bytes));
    open = () => storage.open(name);
    const answer = await ask();
    expect(answer.headers['content-length']).toBe(String(bytes.length));
    expect((await buffer(answer)).equals(bytes)).toBe(true);
  });

  test('is closed when the reader goes away, and that is nobody’s fault', async () => {
    const { sha256: name } = await storage.save(pieces(randomBytes(20_000_000)));
    open = () => storage.open(name);
    (await ask()).destroy();
    await until(() => files.length === 1 && files[0].closed, 5_000);
    expect(await ended[0]).toBeUndefined();
  });

  test('ends where the disk fails, and only this answer ends', async () => {
    async function* failing() {
      yield Buffer.alloc(1_000);
      throw Object.assign(new Error('the disk fails'), { code: 'EIO' });
    }
    open = async () => ({ stream: Readable.from(failing()), bytes: 2_000 });
    await expect(ask().then(buffer)).rejects.toThrow();
    expect(await ended[0]).toMatchObject({ code: 'EIO' });
    const { sha256: name } = await storage.save(pieces(Buffer.from('next')));
    open = () => storage.open(name);
    expect((await buffer(await ask())).toString()).toBe('next');
  });
});
