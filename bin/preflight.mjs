// Refuses with one sentence, instead of a crash, on a Node that cannot run the shop.
// Written for old Nodes too, and silent when all is well.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import url from 'node:url';

const OLDEST_NODE = [20, 19];
const NATIVE_MODULES = {
  'better-sqlite3': 'new (require("better-sqlite3"))(":memory:").close()',
  sharp: 'require("sharp").versions',
  '@node-rs/argon2': 'require("@node-rs/argon2").hash',
};

const root = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), '..');
const memory = path.join(root, 'node_modules/.cache/preflight.json');

checkNode();
const installed = fingerprint();
if (readMemory() !== installed) {
  for (const name of Object.keys(NATIVE_MODULES)) checkModule(name);
  remember();
}

function checkNode() {
  const version = process.versions.node.split('.').map(Number);
  const tooOld =
    version[0] < OLDEST_NODE[0] || (version[0] === OLDEST_NODE[0] && version[1] < OLDEST_NODE[1]);
  if (tooOld) {
    refuse(
      `This needs Node ${OLDEST_NODE.join('.')} or newer and found ${process.versions.node}: install Node 22 or 24, then run "npm ci".`,
    );
  }
}

/** Tried in another process: a native module built for another Node can take the whole process down. */
function checkModule(name) {
  const tried = childProcess.spawnSync(process.execPath, ['-e', NATIVE_MODULES[name]], { cwd: root });
  if (tried.status === 0) return;
  refuse(
    isInstalled(name)
      ? `${name} does not load on Node ${process.versions.node} (${process.platform} ${process.arch}): run "npm rebuild ${name}", or install Node 20, 22 or 24 and run "npm ci".`
      : `${name} is not installed: run "npm ci".`,
  );
}

function isInstalled(name) {
  return fs.existsSync(path.join(root, 'node_modules', name, 'package.json'));
}

/** Changes with Node, the machine's kind and every reinstallation or rebuild. */
function fingerprint() {
  const places = Object.keys(NATIVE_MODULES).map((name) => path.join('node_modules', name));
  places.push('node_modules/better-sqlite3/build/Release/better_sqlite3.node');
  const times = places.map((place) => {
    const stat = fs.statSync(path.join(root, place), { throwIfNoEntry: false });
    return stat ? stat.mtimeMs : 0;
  });
  return [process.version, process.versions.modules, process.platform, process.arch].concat(times).join(' ');
}

function readMemory() {
  try {
    return fs.readFileSync(memory, 'utf8');
  } catch (_) {
    return null;
  }
}

function remember() {
  try {
    fs.mkdirSync(path.dirname(memory), { recursive: true });
    fs.writeFileSync(memory, installed);
  } catch (_) {
    // A read-only node_modules only costs the next start a fresh look.
  }
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}
