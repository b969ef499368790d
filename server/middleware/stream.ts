import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Storage } from '../storage';

// Closing a page in the middle of a picture is no fault of anybody's.
const GONE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE']);

/** Sends a kept file to its end. A reader who leaves, or a disk that fails, ends this answer and nothing else. */
export async function stream(res: Response, file: Awaited<ReturnType<Storage['open']>>): Promise<void> {
  res.set('Content-Length', String(file.bytes));
  try {
    await pipeline(file.stream, res);
  } catch (error) {
    if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
