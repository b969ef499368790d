// The thread beside the main one. It gets itself ready before there is artwork, draws pages of one artwork, and ends
// with the process.
import { parentPort, workerData } from 'node:worker_threads';
import { openShared } from '../artwork/open';
import { type CompiledPdfium, preparePdfium } from '../artwork/pdfium';
import type { Refusal } from '../contract';
import type { SharedArtwork } from '../look';
import { Refused } from '../refused';
import { type Drawing, type DrawnPage, drawPages } from './drawing';
import { pagesFrom } from './page-counter';

export interface Share {
  artwork: SharedArtwork;
  drawing: Drawing;
  counter: SharedArrayBuffer;
}

export type FromThread =
  | { is: 'drawn'; page: DrawnPage }
  | { is: 'done' }
  | { is: 'refused'; refusal: Refusal }
  | { is: 'fault'; message: string };

void preparePdfium(workerData as CompiledPdfium);
parentPort!.once('message', (share: Share) => void draw(share));

async function draw({ artwork, drawing, counter }: Share): Promise<void> {
  try {
    const next = pagesFrom(counter, artwork.look.page_count);
    await drawPages(await openShared(artwork), drawing, next, (page) => say({ is: 'drawn', page }));
    say({ is: 'done' });
  } catch (error) {
    if (error instanceof Refused) say({ is: 'refused', refusal: error.refusal });
    else say({ is: 'fault', message: error instanceof Error ? `${error.stack}` : String(error) });
  }
}

function say(message: FromThread): void {
  parentPort!.postMessage(message);
}
