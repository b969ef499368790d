// How long evidence takes: the seal, a pack, a check of a history, and what the chain costs an order.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PDFDocument } from 'pdf-lib';
import * as event from '../server/models/event';
import { checkPack } from '../server/packs/check-pack';
import { packStream } from '../server/tasks/pack-tasks';
import { startShop, type TestShop } from '../test/support/portal';
import { BOOKLET, signedOrder } from '../test/support/signed-order';
import { writeSection } from './section';

const RUNS = 5;
const PROOF_BYTES = 10_000_000;
const EVENTS = 1_000;

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = performance.now();
    await work();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

async function tenMegabytes(): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  pdf.addPage([595, 842]);
  await pdf.attach(randomBytes(PROOF_BYTES), 'noise.bin');
  return pdf.save();
}

/** Database time of one order's way with its chain, and of the appends within it. */
async function chainShare(shop: TestShop): Promise<{ share: number; all: number }> {
  const started = new Map<string, number>();
  let all = 0;
  let chain = 0;
  shop.db.on('query', ({ __knexQueryUid }) => started.set(__knexQueryUid, performance.now()));
  shop.db.on('query-response', (_rows, { __knexQueryUid, sql }) => {
    const took = performance.now() - (started.get(__knexQueryUid) ?? performance.now());
    all += took;
    if (/events`?"? |`events`|"events"|event_personal_data/.test(sql)) chain += took;
  });
  await signedOrder(shop);
  shop.db.removeAllListeners('query');
  shop.db.removeAllListeners('query-response');
  return { share: (100 * chain) / all, all };
}

export async function run(): Promise<void> {
  const shop = await startShop({ settings: { stop_window_minutes: 0 } });
  const file = join(tmpdir(), `bench-pack-${process.pid}.zip`);
  try {
    const { share, all } = await chainShare(shop);
    const { id } = await signedOrder(shop, { what: BOOKLET });
    const pdf = await tenMegabytes();
    const seal = await median(() => shop.portal.sealer.seal(pdf, { reason: 'Bench', name: 'Bench' }));
    const bank = await median(async () =>
      pipeline((await packStream(shop.portal, id, 'bank')).stream, createWriteStream(file)),
    );
    const court = await median(async () =>
      pipeline((await packStream(shop.portal, id, 'court')).stream, createWriteStream(file)),
    );
    const bytes = (await readFile(file)).length;
    const check = await median(() => checkPack(file));
    await shop.db.transaction(async (trx) => {
      for (let index = 0; index < EVENTS; index += 1) {
        await event.append(trx, id, 'page.seen', event.CUSTOMER, { page: index, proof: id, device: 'bench' });
      }
    });
    const rows = (await event.lines(shop.db, id)).slice(0, EVENTS);
    const chain = await median(async () => event.firstFault(rows));
    const line = (what: string, milliseconds: number, limit: string) =>
      `| ${what} | ${Math.round(milliseconds)} ms | ${limit} |`;
    await writeSection('Evidence', [
      `Median of ${RUNS} runs on ${cpus().length} processors (${cpus()[0].model.trim()}), Node ${process.version}, SQLite.`,
      '',
      '| what | took | limit |',
      '|---|---|---|',
      line('sealing a proof of 10 MB', seal, '500 ms'),
      line('bank pack of a 16-page order', bank, '10 s'),
      line(`court pack of a 16-page order (${(bytes / 1e6).toFixed(1)} MB)`, court, '10 s'),
      line('checking that court pack', check, '–'),
      line(`checking a history of ${EVENTS.toLocaleString('en')} events`, chain, '1 s'),
      `| reading and writing the history, share of one order's ${Math.round(all)} ms of database time | ${share.toFixed(1)} % | 10 % |`,
    ]);
  } finally {
    await shop.close();
    await rm(file, { force: true });
  }
}
