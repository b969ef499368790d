// The worker: leases a task, does it, ends it. Runs inside the web process by default, or as a process of its own.
import { randomUUID } from 'node:crypto';
import { ConfigError, readConfig } from './config';
import { findStandIn } from './demo/stand-in';
import { dayOf } from './models/anchor';
import { now } from './models/database';
import * as session from './models/session';
import * as task from './models/task';
import { openPortal } from './open';
import type { Portal } from './portal';
import { RUNS } from './tasks';
import { Hopeless, Moot, TryAnew } from './tasks/task-context';

/** How often a waiting worker looks; in the web's own process it is woken sooner. */
export const LOOK_EVERY_MS = 500;
const RENEW_EVERY_MS = 10_000;
export const SWEEP_EVERY_MS = 10 * 60_000;

// Drawing and paying do not wait for each other: a 500-page proof must not hold a capture up, nor what changed in it
// the next proof; nor does a letter wait for an authority outside that does not answer.
const LANES: task.TaskKind[][] = [
  ['check_artwork', 'copy_photo', 'render_proof', 'make_press_sheet'],
  ['compare_proofs'],
  [
    'sync_payment',
    'capture_payment',
    'release_hold',
    'apply_stripe_event',
    'sweep_payments',
    'refund_payment',
    'submit_evidence',
    'accept_dispute',
  ],
  ['make_record', 'make_invoice', 'send_message', 'stage_evidence'],
  ['make_pack'],
  ['stamp_approval', 'remove_files', 'keep_retention', 'keep_anchor', 'stamp_anchor', 'send_anchor'],
];

export interface Worker {
  wake(): void;
  /** Lets the tasks in hand end and starts no more. */
  stop(): Promise<void>;
}

export function startWorker(portal: Portal): Worker {
  const { db } = portal;
  const lanes = LANES.map((kinds) => runLane(portal, kinds));
  const tidy = () => {
    const slot = Math.floor(Date.now() / SWEEP_EVERY_MS);
    task.enqueue(db, 'sweep_payments', {}, { key: `sweep:${slot}` }).catch(report);
    session.sweep(db).catch(report);
    daily(db).catch(report);
  };
  const sweep = setInterval(tidy, SWEEP_EVERY_MS);
  return {
    wake() {
      for (const lane of lanes) lane.wake();
    },
    async stop() {
      clearInterval(sweep);
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

/** What is done once a day, in UTC; asked for as often as one likes. */
export async function daily(db: Portal['db']): Promise<void> {
  const day = dayOf(now());
  await task.enqueue(db, 'keep_retention', {}, { key: `retention:${day}` });
  await task.enqueue(db, 'keep_anchor', { day }, { key: `anchor:${day}` });
}

function report(error: unknown): void {
  console.error('worker:', error);
}

function runLane(portal: Portal, kinds: task.TaskKind[]) {
  const { db } = portal;
  const name = `${process.pid}-${randomUUID()}`;
  let isStopping = false;
  let wake: () => void = () => {};
  let isAwake = false;

  const rest = () =>
    new Promise<void>((resolve) => {
      if (isAwake || isStopping) {
        isAwake = false;
        resolve();
        return;
      }
      const timer = setTimeout(done, LOOK_EVERY_MS);
      function done() {
        clearTimeout(timer);
        isAwake = false;
        wake = () => {};
        resolve();
      }
      wake = done;
    });

  const loop = (async () => {
    while (!isStopping) {
      try {
        const leased = await task.lease(db, name, kinds);
        if (leased) await perform(portal, leased, name);
        else await rest();
      } catch (error) {
        // The database is away for a moment; nothing is lost, the lease lapses by itself.
        if (!isStopping) report(error);
        await rest();
      }
    }
  })();

  return {
    wake() {
      isAwake = true;
      wake();
    },
    async stop() {
      isStopping = true;
      wake();
      await loop;
    },
  };
}

/** Does one leased task and writes down how it ended. */
export async function perform(portal: Portal, leased: task.Task, name: string): Promise<void> {
  const { db } = portal;
  const keepAlive = setInterval(() => task.renew(db, leased, name).catch(report), RENEW_EVERY_MS);
  try {
    await RUNS[leased.kind](portal, leased);
    await task.finish(db, leased);
  } catch (error) {
    if (error instanceof Moot) {
      await task.drop(db, leased, error.message);
      return;
    }
    const ended = await task.retry(db, leased, error instanceof Error ? error.message : String(error), {
      newGeneration: error instanceof TryAnew,
      isFinal: error instanceof Hopeless,
    });
    const line = { task: leased.kind, id: leased.id, attempt: leased.attempts, ended };
    if (portal.config.environment !== 'test') console.error(JSON.stringify(line), error);
  } finally {
    clearInterval(keepAlive);
    portal.wake();
  }
}

async function main(): Promise<void> {
  const config = readConfig();
  findStandIn(config);
  const portal = await openPortal(config);
  const worker = startWorker(portal);
  portal.wake = () => worker.wake();
  await daily(portal.db);
  console.log(`Worker ${process.pid} at work on ${config.data_dir}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      await worker.stop();
      await portal.close();
      process.exit(0);
    });
  }
}

if (require.main === module) {
  main().catch((error) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  });
}
