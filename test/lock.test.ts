// The lock file must install everywhere: on other systems, from other registries, and without surprises.
import { readJson } from './support/sources';

interface LockedPackage {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
  hasInstallScript?: boolean;
  integrity?: string;
  link?: boolean;
}

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

const { packages } = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json');
const manifest = readJson<Manifest>('package.json');
const installed = Object.entries(packages).filter(([place]) => place !== '');

function nameOf(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

test('no package is tied to the registry it was first fetched from', () => {
  expect(installed.filter(([, { resolved }]) => resolved).map(([place]) => place)).toEqual([]);
});

test('every package is checked against its hash', () => {
  expect(installed.filter(([, { integrity }]) => !integrity).map(([place]) => place)).toEqual([]);
});

test('the parts for other systems are in it too', () => {
  const names = new Set(installed.map(([place]) => nameOf(place)));
  const missing = installed.flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${nameOf(place)} wants ${name}`),
  );
  expect(missing).toEqual([]);
});

test('every install script was looked at, and either allowed or not', () => {
  const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
  const unknown = scripts.map(([place]) => nameOf(place)).filter((name) => !(name in manifest.allowScripts));
  expect(unknown).toEqual([]);
});

test('every dependency is pinned to one version', () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
    [],
  );
});
