// npm test: lint, types, then every test; the last line says "N passed, N failed".
// npm test -- approval: only the test files whose path contains "approval"; other words go to Jest as they are.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const WORKERS = 2;
const EXIT_GRACE_MS = 10_000;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
// Whatever the tests leave behind goes away with this folder.
const scratch = mkdtempSync(path.join(tmpdir(), 'test-run-'));
const running = new Set();
const count = { passed: 0, failed: 0 };
let postgres;
let isInterrupted = false;

process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    isInterrupted = true;
    stopChildren('SIGTERM');
    await postgres?.stop();
    process.exit(128 + constants.signals[signal]);
  });
}

await check('preflight', () => node(['bin/preflight.mjs']));
await check('lint', () =>
  node([require.resolve('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
);
await check('types', () => node(['bin/build.mjs']));
try {
  const surroundings = { TMPDIR: scratch, ...(await prepare()) };
  await jest(process.argv.slice(2), surroundings);
} catch (error) {
  tellFailure(error.message);
} finally {
  await postgres?.stop();
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed > 0 ? 1 : 0);

async function check(name, run) {
  const startedAt = Date.now();
  const passed = (await run()) === 0;
  count[passed ? 'passed' : 'failed'] += 1;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds(Date.now() - startedAt)})`);
}

/** The real programs that the tests talk to, and where to find them. */
async function prepare() {
  const { startPostgres } = require(path.join(root, 'dist/test/support/postgres.js'));
  const { findBrowser } = require(path.join(root, 'dist/test/support/chromium.js'));
  const surroundings = {};
  if (!process.env.TEST_POSTGRES_URL) {
    await mustWork(async () => {
      postgres = await startPostgres();
      surroundings.TEST_POSTGRES_URL = postgres.url;
    });
  }
  await mustWork(async () => Object.assign(surroundings, await findBrowser(console.log)));
  return surroundings;
}

async function mustWork(step) {
  try {
    await step();
  } catch (error) {
    tellFailure(error.message);
  }
}

async function jest(args, surroundings) {
  const file = path.join(scratch, 'totals.json');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const command = [...flags, require.resolve('jest/bin/jest'), ...args, `--maxWorkers=${WORKERS}`];
  const stopLeftovers = setInterval(() => {
    if (existsSync(file) && Date.now() - statSync(file).mtimeMs > EXIT_GRACE_MS) stopChildren('SIGKILL');
  }, 1_000);
  const status = await node(command, { ...surroundings, TEST_TOTALS: file });
  clearInterval(stopLeftovers);
  if (!existsSync(file)) return tellFailure('No test ran.');

  const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'));
  count.passed += passed;
  count.failed += failed;
  if (skipped > 0) console.log(`${skipped} skipped`);
  if (passed + failed === 0) tellFailure('No test ran.');
  else if (status === null) tellFailure('Jest had to be stopped: a test left something open.');
  else if (status !== 0 && failed === 0) tellFailure(`Jest ended with code ${status}.`);
}

function tellFailure(sentence) {
  count.failed += 1;
  console.log(`FAILED ${sentence}`);
}

function node(args, surroundings = {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...surroundings };
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
    running.add(child);
    child.on('exit', (code) => {
      running.delete(child);
      if (!isInterrupted) resolve(code);
    });
  });
}

function stopChildren(signal) {
  for (const child of running) child.kill(signal);
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
