// node bin/run.mjs proofs/cli check poster.pdf: builds when needed, then runs dist/proofs/cli.js with the rest.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [module, ...args] = process.argv.slice(2);
if (!module) stop('Say what to run, for example: node bin/run.mjs proofs/cli --help');

// Standard output belongs to the module: what the build says goes to standard error, and only when it fails.
const build = spawnSync(process.execPath, [path.join(root, 'bin/build.mjs'), '--if-needed'], {
  encoding: 'utf8',
});
if (build.status !== 0) stop(`${build.stdout}${build.stderr}`.trimEnd());

const script = path.join(root, 'dist', `${module}.js`);
if (!existsSync(script)) stop(`There is no ${module}.ts to run.`);

const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
