// Compiles the server, the proof engine, the tests and the browser scripts into dist/.
// With --if-needed it does nothing when dist/ is newer than every source.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.built');
const ROOT_FOLDERS = ['server', 'proofs', 'migrations', 'test', 'bench', 'bin'];
const OTHER_INPUTS = ['tsconfig.json', 'package-lock.json', 'views/scripts/tsconfig.json', 'bin/build.mjs'];
const VENDOR = { 'signature_pad.js': 'signature_pad/dist/signature_pad.min.js' };

const PROJECTS = [
  { config: 'tsconfig.json', sources: ROOT_FOLDERS, from: root, to: dist },
  {
    config: 'views/scripts/tsconfig.json',
    sources: ['views/scripts'],
    from: path.join(root, 'views/scripts'),
    to: path.join(dist, 'public/scripts'),
  },
];

if (process.argv.includes('--if-needed') && isCurrent()) process.exit(0);
build();

function build() {
  const startedAt = new Date();
  for (const project of PROJECTS) removeStaleOutput(project);
  const failed = PROJECTS.filter((project) => !compile(project));
  copyVendorFiles();
  if (failed.length > 0) {
    rmSync(stamp, { force: true });
    process.exit(1);
  }
  writeFileSync(stamp, '');
  // A source saved while the compiler was running must count as newer than this build.
  utimesSync(stamp, startedAt, startedAt);
}

function compile({ config, sources, from, to }) {
  if (sources.flatMap(sourcesBelow).length === 0) return true;
  const memory = path.join(dist, `.${config.replaceAll('/', '-')}.tsbuildinfo`);
  // The compiler trusts its memory of what it wrote: without this a deleted output would never come back.
  if (sources.flatMap(sourcesBelow).some((file) => !existsSync(outputOf(file, from, to)))) {
    rmSync(memory, { force: true });
  }
  const { status } = spawnSync(
    process.execPath,
    [compiler(), '-p', path.join(root, config), '--incremental', '--tsBuildInfoFile', memory],
    { cwd: root, stdio: 'inherit' },
  );
  return status === 0;
}

function compiler() {
  try {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    return path.join(path.dirname(manifest), 'bin/tsc');
  } catch {
    console.error(
      'The TypeScript compiler is not installed: run "npm ci" (without --omit=dev), then try again.',
    );
    process.exit(1);
  }
}

/** A compiled test whose source was deleted would otherwise keep running. */
function removeStaleOutput({ from, to }) {
  for (const file of filesBelow(to)) {
    const relative = path.relative(to, file);
    if (relative.startsWith('.') || (to === dist && relative.startsWith('public'))) continue;
    const source = path.join(from, relative.replace(/\.js(\.map)?$/, '.ts'));
    if (!existsSync(source)) rmSync(file, { force: true });
  }
}

function copyVendorFiles() {
  const folder = path.join(dist, 'public/vendor');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!(name in VENDOR)) rmSync(path.join(folder, name));
  for (const [name, source] of Object.entries(VENDOR)) {
    copyFileSync(path.join(root, 'node_modules', source), path.join(folder, name));
  }
}

function isCurrent() {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  const inputs = [
    ...OTHER_INPUTS.map((file) => path.join(root, file)),
    ...PROJECTS.flatMap(({ sources }) => sources).flatMap((folder) => {
      const below = path.join(root, folder);
      // Folders count too: deleting a source changes nothing but its folder's time.
      return existsSync(below) ? [below, ...foldersBelow(below), ...sourcesBelow(folder)] : [];
    }),
  ];
  return inputs.every((input) => statSync(input).mtimeMs < builtAt);
}

function outputOf(source, from, to) {
  return path.join(to, path.relative(from, source).replace(/\.ts$/, '.js'));
}

function sourcesBelow(folder) {
  return filesBelow(path.join(root, folder)).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
  );
}

function filesBelow(folder) {
  return entriesBelow(folder)
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function foldersBelow(folder) {
  return entriesBelow(folder)
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function entriesBelow(folder) {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
}
