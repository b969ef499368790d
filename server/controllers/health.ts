import type { Request, Response } from 'express';
import * as task from '../models/task';
import { portal } from '../portal';

const LIMIT_MS = 3_000;

async function works(part: () => Promise<unknown>): Promise<{ ok: boolean; error?: string }> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      part(),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS} ms`)), LIMIT_MS);
      }),
    ]);
    return { ok: true };
  } catch (error) {
    // The whole message may name accounts and folders, and anybody may ask.
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, error: code ?? message };
  } finally {
    clearTimeout(timer);
  }
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db, storage } = portal(req);
  let tasks = null;
  const database = await works(async () => {
    tasks = await task.waiting(db);
  });
  const files = await works(() => storage.check());
  const ok = database.ok && files.ok;
  res
    .status(ok ? 200 : 503)
    .set('Cache-Control', 'no-store')
    .json({ status: ok ? 'ok' : 'down', database, storage: files, tasks });
}
