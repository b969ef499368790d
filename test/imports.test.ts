// Who may import whom, as docs/architecture.md tells it, and a few promises that only the sources can break.
import { filesBelow, type Import, importsOf, readSource } from './support/sources';

type Rule = (target: string) => boolean;

const below =
  (...folders: string[]): Rule =>
  (target) =>
    folders.some((folder) => target === folder || target.startsWith(`${folder}/`));
const only =
  (...targets: string[]): Rule =>
  (target) =>
    targets.includes(target);
const server = (...names: string[]): Rule => only(...names.map((name) => `server/${name}`));
const builtIns: Rule = (target) => target.startsWith('node:');

const PDF_AND_IMAGES = [
  'pdf-lib',
  '@pdf-lib/fontkit',
  '@embedpdf/pdfium',
  'sharp',
  '@expo-google-fonts/source-sans-3',
];

const MAY_IMPORT: Record<string, Rule[]> = {
  proofs: [below('proofs'), builtIns, only(...PDF_AND_IMAGES)],
  'server/models': [below('server/models'), server('errors'), builtIns, only('zod', 'luxon', 'canonicalize')],
  'server/tasks': [
    below('server/tasks', 'server/models', 'server/papers', 'server/packs', 'proofs'),
    server('errors', 'storage', 'stripe', 'mail', 'seal', 'timestamp', 'link', 'words', 'history-words'),
    builtIns,
    only('zod', 'luxon'),
  ],
  'server/papers': [
    below('server/papers'),
    builtIns,
    only(
      'pdf-lib',
      'sharp',
      '@pdf-lib/fontkit',
      '@expo-google-fonts/source-sans-3',
      'qrcode',
      'ejs',
      'i18next',
      'luxon',
    ),
  ],
  'server/packs': [
    below('server/packs'),
    server('timestamp-token'),
    builtIns,
    only('yazl', 'yauzl', 'pkijs', 'asn1js'),
  ],
  'server/controllers': [
    below('server/controllers', 'server/models', 'server/middleware', 'server/papers'),
    server('config', 'errors', 'storage', 'stripe', 'link', 'password', 'portal', 'words', 'history-words'),
    builtIns,
    only('express', 'multer', 'zod', 'luxon', 'qrcode', 'csv-stringify'),
  ],
  migrations: [],
  'bin/stripe-stand-in': [
    below('bin/stripe-stand-in'),
    builtIns,
    only('express', 'multer', 'stripe', 'ejs', '@fontsource-variable/source-sans-3'),
  ],
};

/** Their types may be named; the running code never sees them. */
const TYPES_ONLY: Record<string, Rule> = {
  'server/models': only('knex'),
  'server/tasks': only('knex', 'server/config', 'server/portal'),
  'server/controllers': only('knex'),
  migrations: only('knex'),
};

function isAllowed(folder: string, { target, isTypeOnly }: Import): boolean {
  return (
    MAY_IMPORT[folder].some((rule) => rule(target)) || (isTypeOnly && (TYPES_ONLY[folder]?.(target) ?? false))
  );
}

function offences(files: string[], isWrong: (found: Import) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter(isWrong)
      .map(({ target }) => `${file} imports ${target}`),
  );
}

test.each(Object.keys(MAY_IMPORT))('%s imports only what the architecture allows it', (folder) => {
  const files = filesBelow(folder, '.ts');
  expect(files).not.toEqual([]);
  expect(offences(files, (found) => !isAllowed(folder, found))).toEqual([]);
});

test('the server never runs the Stripe stand-in as a part of itself', () => {
  expect(offences(filesBelow('server', '.ts'), ({ target }) => target.startsWith('bin/'))).toEqual([]);
});

test('nothing that answers a request can reach the proof engine', () => {
  const answering = filesBelow('server', '.ts').filter((file) =>
    /^server\/(app|routes|middleware\/.*|controllers\/.*)\.ts$/.test(file),
  );
  expect(offences(answering, ({ target }) => /^(proofs|server\/tasks)\//.test(target))).toEqual([]);
});

test('only order-state.ts writes the state of an order', () => {
  const others = filesBelow('server', '.ts').filter((file) => file !== 'server/models/order-state.ts');
  expect(others.filter((file) => writesOrderState(readSource(file)))).toEqual([]);
});

test('nothing in the sources is waiting to be finished', () => {
  const unfinished = /\b(TODO|FIXME|XXX|[Ss]tub)\b/;
  const folders = ['bin', 'server', 'proofs', 'migrations', 'views', 'test', 'bench'];
  const found = folders
    .flatMap((folder) => filesBelow(folder, '.ts', '.mjs', '.cjs', '.ejs', '.css'))
    .filter((file) => file !== 'test/imports.test.ts' && unfinished.test(readSource(file)));
  expect(found).toEqual([]);
});

test('no test runs alone', () => {
  // Biome's own rule also refuses every function that is called "fit".
  const alone = /\b(test|it|describe)\.only\b/;
  expect(filesBelow('test', '.ts').filter((file) => alone.test(readSource(file)))).toEqual([]);
});

describe('these checks see an offence', () => {
  const inModels = (source: string) =>
    importsOf('server/models/order.ts', source).filter((found) => !isAllowed('server/models', found));

  test.each([
    ["import express from 'express';", 'express'],
    ["import {\n  a,\n  b,\n} from '../stripe';", 'server/stripe'],
    ["export { look } from '../../proofs/look';", 'proofs/look'],
    ["import '../app';", 'server/app'],
    ["const sharp = require('sharp');", 'sharp'],
    ["const { run } = await import('../tasks/run');", 'server/tasks/run'],
    ["import { type Knex, knex } from 'knex';", 'knex'],
  ])('%j', (source, target) => {
    expect(inModels(source).map((found) => found.target)).toEqual([target]);
  });

  test('and let the allowed through', () => {
    const source = `import type { Knex } from 'knex';\nimport { type Knex as K } from 'knex';\nimport { NotFound } from '../errors';\nimport * as event from './event';\nimport { createHash } from 'node:crypto';`;
    expect(inModels(source)).toEqual([]);
  });

  test.each([
    "await trx('orders').where({ id }).update({ total_cents, state: 'paid' });",
    "await trx('orders')\n  .where({ id })\n  .update({ state });",
    "await trx('orders').where({ id }).update('state', 'paid');",
    "await trx.raw(`UPDATE orders SET due_on = ?, state = 'paid' WHERE id = ?`, [due, id]);",
  ])('%j writes the state', (source) => {
    expect(writesOrderState(source)).toBe(true);
  });

  test.each([
    "await trx('orders').where({ id, state: 'draft' }).update({ total_cents });",
    "await trx('payments').where({ id }).update({ state: 'captured' });",
    "await trx('orders').insert({ id, state: 'draft' });",
  ])('%j does not', (source) => {
    expect(writesOrderState(source)).toBe(false);
  });
});

function writesOrderState(source: string): boolean {
  const calls = [...source.matchAll(/\(\s*'orders(?: as \w+)?'\s*\)([^;]*)/g)].map(([, call]) => call);
  const throughKnex = calls.some((call) => /\.update\([^)]*\bstate\b\s*['"]?\s*[:,}]/.test(call));
  return throughKnex || /\bupdate\s+"?orders"?\s+set\b[^;`]*\bstate\s*=/i.test(source);
}
