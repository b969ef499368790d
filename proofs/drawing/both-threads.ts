// Splits the pages of an artwork between this thread and a second one that is kept ready.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledPdfium } from '../artwork/pdfium';
import type { Artwork } from '../look';
import { Refused } from '../refused';
import { type Drawing, type DrawnPage, drawPages } from './drawing';
import { newCounter, pagesFrom } from './page-counter';
import type { FromThread, Share } from './second-thread';

const SECOND_THREAD = join(__dirname, 'second-thread.js');

let second: Promise<Worker> | null = null;

/** Starts the second thread before there is work for it; without a second processor it would only cost. */
export function prepareSecondThread(): void {
  if (availableParallelism() > 1) second ??= start();
}

async function start(): Promise<Worker> {
  const worker = new Worker(SECOND_THREAD, { workerData: await compiledPdfium() });
  worker.unref();
  return worker;
}

/** Every page once, in no certain order. Throws Refused, or the fault of either thread. */
export async function drawOnBothThreads(
  artwork: Artwork,
  drawing: Drawing,
  onDrawn: (page: DrawnPage) => void,
): Promise<void> {
  const { page_count } = artwork.look;
  const counter = newCounter();
  const here = drawPages(artwork, drawing, pagesFrom(counter, page_count), onDrawn);
  if (page_count === 1 || !second) return here;
  const there = drawThere(await second, { artwork: artwork.share(), drawing, counter }, onDrawn);
  await Promise.all([here, there]);
}

function drawThere(worker: Worker, share: Share, onDrawn: (page: DrawnPage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: FromThread) => {
      if (message.is === 'drawn') onDrawn(message.page);
      else if (message.is === 'done') resolve();
      else if (message.is === 'refused') reject(new Refused(message.refusal));
      else reject(new Error(message.message));
    });
    worker.postMessage(share);
  });
}
