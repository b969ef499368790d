// npm run -s pack -- K7F-204 --kind court --out pack.zip: an evidence pack without the website.
import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config';
import { PortalError } from './errors';
import * as order from './models/order';
import { isKind } from './models/pack';
import { openPortal } from './open';
import { keepPack } from './tasks/pack-tasks';

const USAGE = `Usage: npm run -s pack -- ORDER_REF|latest-signed --kind bank|court --out FILE
DATA_DIR names the shop's folder, data/ by default. FILE becomes a zip; it must not exist yet.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kind: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [which, ...rest] = positionals;
  const { kind, out } = values;
  if (values.help || !which || rest.length > 0 || !isKind(kind) || !out) {
    console.error(USAGE);
    process.exit(values.help ? 0 : 2);
  }
  // Before anything is made: a file that is there already stays as it is.
  const file = await open(out, 'wx', 0o600);
  const portal = await openPortal(readConfig());
  let isWritten = false;
  try {
    const found =
      which === 'latest-signed'
        ? await order.latestSignedOrNull(portal.db)
        : await order.findByRef(portal.db, which);
    if (!found) throw new ConfigError('No order of this shop is signed yet.');
    const made = await keepPack(portal, found.id, kind, null);
    const { stream } = await portal.storage.open(made.sha256);
    await pipeline(stream, file.createWriteStream());
    isWritten = true;
    console.log(
      `${found.ref}: ${out}, ${made.bytes} bytes${made.pages ? `, ${made.pages} pages` : ''}, SHA-256 ${made.sha256}`,
    );
  } finally {
    if (!isWritten) await rm(out, { force: true });
    await portal.close();
  }
}

function sentence(error: unknown): unknown {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof PortalError) {
    return error.key === 'conflict.nothing_signed'
      ? 'This order has no signature that stands: there is nothing to prove.'
      : 'There is no such order.';
  }
  if ((error as NodeJS.ErrnoException).code === 'EEXIST')
    return 'FILE is there already; nothing was written.';
  return error;
}

main().catch((error) => {
  console.error(error?.code?.startsWith?.('ERR_PARSE_ARGS') ? `${error.message}\n${USAGE}` : sentence(error));
  process.exit(1);
});
