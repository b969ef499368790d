// What a person's data leave behind on the disk, and the day on which they go by themselves.
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Conflict } from '../errors';
import * as erasure from '../models/erasure';
import { SYSTEM } from '../models/event';
import * as retention from '../models/retention';
import type { Run } from './task-context';

/** Removes the files of an order that was erased. May be run again: what is gone is gone. */
export const removeFiles: Run = async ({ db, storage, config }, task) => {
  const { files, outbox } = task.payload as { files: string[]; outbox: string[] };
  for (const sha256 of files) {
    if (!(await erasure.isStillNeeded(db, String(task.order_id), sha256))) await storage.remove(sha256);
  }
  for (const name of outbox) await rm(join(config.data_dir, 'outbox', basename(name)), { force: true });
};

/** Erases what is past the shop's time. What a hold, a dispute or a waiting letter keeps is left for another day. */
export const keepRetention: Run = async ({ db }) => {
  for (const order_id of await retention.due(db)) {
    try {
      await erasure.erase(db, order_id, SYSTEM, { because: 'retention', with_files: true });
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
};
