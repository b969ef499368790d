// The web process. By default the worker runs inside it, and so does everything a first start needs.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createApp } from './app';
import { ConfigError, readConfig } from './config';
import { couldAlterHistory } from './database-rights';
import { greeting } from './demo/greeting';
import { connectStandIn } from './demo/stand-in';
import { firstStart } from './first-start';
import * as task from './models/task';
import { openPortal } from './open';
import { daily, startWorker } from './worker';

const CLOSING_LIMIT_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig();
  const standIn = await connectStandIn(config);
  const portal = await openPortal(config);
  const news = await firstStart(portal);
  const isOnlyProcess = config.worker === 'inside' && config.database_url.startsWith('sqlite:');
  if (isOnlyProcess) await task.reclaimAll(portal.db);
  const worker = config.worker === 'inside' ? startWorker(portal) : null;
  portal.wake = () => worker?.wake();
  await daily(portal.db);
  // What the bank did while the shop was closed is asked for at once.
  if (portal.cards)
    await task.enqueue(portal.db, 'sweep_payments', {}, { key: `sweep:start:${randomUUID()}` });

  const app = createApp(portal);
  const server = (standIn ? standIn.inFrontOf(app) : app).listen(config.port, config.host);
  await once(server, 'listening');
  console.log(await greeting(portal, news));
  if (!config.database_url.startsWith('sqlite:') && (await couldAlterHistory(portal.db))) {
    console.warn(
      'The role in DATABASE_URL could alter the history it writes. "npm run -s prepare-database" makes one that cannot; see docs/self-hosting.md.',
    );
  }

  const close = async () => {
    const giveUp = setTimeout(() => process.exit(1), CLOSING_LIMIT_MS);
    server.close();
    server.closeIdleConnections();
    await worker?.stop();
    await portal.close();
    await standIn?.stop();
    clearTimeout(giveUp);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, close);
}

main().catch((error) => {
  const isTaken = error.code === 'EADDRINUSE';
  const sentence = `Port ${error.port} is taken by another program: stop it, or set PORT to another number.`;
  console.error(isTaken ? sentence : error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
