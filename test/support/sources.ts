// The project's own sources, for the tests that are about how it is written.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../../..');

/** Paths from the root with `/`, of every file below a folder that ends with one of the endings. */
export function filesBelow(folder: string, ...endings: string[]): string[] {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .sort();
}

export function readSource(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

export function readJson<T>(file: string): T {
  return JSON.parse(readSource(file));
}

export interface Import {
  /** A path from the root without its ending (`server/models/order`), a package (`pdf-lib`) or `node:fs`. */
  target: string;
  isTypeOnly: boolean;
}

const STATEMENT = /^\s*(?:import|export)\s+(type\s)?([^'";]*?\sfrom\s+)?'([^']+)'/gm;
const CALL = /\b(?:import|require(?:\.resolve)?)\(\s*['"`]([^'"`]+)['"`]/g;

export function importsOf(file: string, source = readSource(file)): Import[] {
  const statements = [...source.matchAll(STATEMENT)].map(([, type, names = '', specifier]) => ({
    target: resolve(file, specifier),
    isTypeOnly: Boolean(type) || namesOnlyTypes(names),
  }));
  const calls = [...source.matchAll(CALL)].map(([, specifier]) => ({
    target: resolve(file, specifier),
    isTypeOnly: false,
  }));
  return [...statements, ...calls];
}

function namesOnlyTypes(names: string): boolean {
  const listed = /^\s*\{([^}]*)\}\s*from\s*$/.exec(names)?.[1].trim();
  return Boolean(listed) && listed!.split(',').every((name) => /^\s*(type\s|$)/.test(name));
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(file), specifier);
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
