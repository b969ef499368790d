// npm run bench -- money 5000: builds when needed, then runs dist/bench/money.js with the rest.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const asked = name ? [`bench/${name}`, ...rest] : [];
const { status } = spawnSync(process.execPath, [path.join(here, 'run.mjs'), ...asked], { stdio: 'inherit' });
process.exit(status ?? 1);
