import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../support/sources';

const WORKS = 'module.exports = class { close() {} }; module.exports.hash = () => {};';
let project: string;

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'preflight-'));
  cpSync(path.join(ROOT, 'bin/preflight.mjs'), path.join(project, 'bin/preflight.mjs'));
  for (const name of ['better-sqlite3', 'sharp', '@node-rs/argon2']) install(name, WORKS);
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function install(name: string, source: string): void {
  const folder = path.join(project, 'node_modules', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  writeFileSync(path.join(folder, 'index.js'), source);
}

function preflight(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, 'bin/preflight.mjs'], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

test('says nothing when all is well', () => {
  expect(preflight()).toEqual({ status: 0, said: '' });
});

test('a module that takes the whole process down ends in one sentence', () => {
  install('better-sqlite3', 'process.abort();');
  const { status, said } = preflight();
  expect(status).toBe(1);
  expect(said).toMatch(
    /^better-sqlite3 does not load on Node \S+ \(.+\): run "npm rebuild better-sqlite3", .+\n$/,
  );
});

test('a module built for another Node ends in one sentence', () => {
  install('sharp', 'throw new Error("NODE_MODULE_VERSION 137");');
  expect(preflight().said).toMatch(/^sharp does not load on Node .+\n$/);
});

test('a missing module ends in one sentence', () => {
  rmSync(path.join(project, 'node_modules/@node-rs'), { recursive: true });
  expect(preflight()).toEqual({ status: 1, said: '@node-rs/argon2 is not installed: run "npm ci".\n' });
});

test('a Node that is too old ends in one sentence', () => {
  const oldNode = path.join(project, 'old-node.cjs');
  writeFileSync(
    oldNode,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } });",
  );
  const { status, said } = preflight('--require', oldNode);
  expect(status).toBe(1);
  expect(said).toMatch(/^This needs Node 20\.19 or newer and found 20\.18\.3: .+\n$/);
});

test('a good result is remembered until a module is installed again', () => {
  preflight();
  writeFileSync(path.join(project, 'node_modules/sharp/index.js'), 'process.abort();');
  expect(preflight().status).toBe(0);
  install('sharp', 'process.abort();');
  expect(preflight().status).toBe(1);
});
