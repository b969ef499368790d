// npm run bench -- evidence: measures one part and writes its section of docs/performance.md.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

Object.assign(globalThis, { __DATABASE__: 'sqlite' });

const part = process.argv[2] ?? '';
const file = join(__dirname, `${part}.js`);
if (!/^[a-z-]+$/.test(part) || !existsSync(file)) {
  console.error('Usage: npm run bench -- PART   (a file of bench/ that has figures to write)');
  process.exit(1);
}
(require(file) as { run(): Promise<void> }).run().catch((error) => {
  console.error(error);
  process.exit(1);
});
