// Photographs come as the camera wrote them. The original is kept; what pages show is a copy made here.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyPhoto as drawCopy } from '../../proofs';
import * as file from '../models/file';
import type { Run } from './task-context';

export const copyPhoto: Run = async ({ db, storage }, task) => {
  const sha256 = String(task.payload.sha256);
  const out_folder = await mkdtemp(join(tmpdir(), 'photo-'));
  try {
    const outcome = await storage.lend(sha256, (photo_path) => drawCopy({ photo_path, out_folder }));
    const copy = outcome.ok
      ? {
          ...(await storage.save(createReadStream(join(out_folder, outcome.copy.file)))),
          media_type: 'image/webp',
        }
      : null;
    await file.noteCopy(db, sha256, copy);
  } finally {
    await rm(out_folder, { recursive: true, force: true });
  }
};
