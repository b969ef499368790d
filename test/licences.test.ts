// What a shop installs must allow what our own licence allows.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, readJson } from './support/sources';

interface LockedPackage {
  dev?: boolean;
  devOptional?: boolean;
  license?: string;
}

const FREE = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'OFL-1.1',
  'Zlib',
  'Python-2.0',
  'Unlicense',
];

// A shared library that is loaded when the program runs and can be replaced, as this licence asks.
const LIBVIPS = /^@img\/sharp-(libvips|win32|wasm32)/;

const { packages } = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json');
const production = Object.entries(packages)
  .filter(([place, { dev }]) => place !== '' && !dev)
  .map(([place, { license }]) => ({
    name: place.replace(/^.*node_modules\//, ''),
    licence: installedLicence(place) ?? license ?? 'none',
  }));

/** What the package itself says counts; the lock file only repeats it, also for systems other than this one. */
function installedLicence(place: string): string | undefined {
  if (!existsSync(path.join(ROOT, place, 'package.json'))) return undefined;
  const { license, licenses } = readJson<{ license?: string; licenses?: Array<{ type: string }> }>(
    `${place}/package.json`,
  );
  return license ?? licenses?.map(({ type }) => type).join(' OR ');
}

function isFree(licence: string): boolean {
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((part) => FREE.includes(part.trim())));
}

function isCompatible({ name, licence }: { name: string; licence: string }): boolean {
  const parts = licence.split(' AND ');
  return parts.every((part) => isFree(part) || (part === 'LGPL-3.0-or-later' && LIBVIPS.test(name)));
}

test('every package that a shop installs goes with the MIT licence', () => {
  expect(production.length).toBeGreaterThan(50);
  expect(production.filter((found) => !isCompatible(found))).toEqual([]);
});

test.each(['GPL-3.0-or-later', 'AGPL-3.0', 'MIT AND GPL-2.0', 'SEE LICENSE IN LICENSE', 'none'])(
  '%s does not',
  (licence) => {
    expect(isCompatible({ name: 'something', licence })).toBe(false);
  },
);

test('the LGPL is for the image library alone', () => {
  expect(isCompatible({ name: '@img/sharp-libvips-linux-x64', licence: 'LGPL-3.0-or-later' })).toBe(true);
  expect(isCompatible({ name: 'something', licence: 'LGPL-3.0-or-later' })).toBe(false);
});
