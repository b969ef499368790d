// A new version beside the one before it. Nobody waits for it to sign, so it comes after the proof is sent.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { compareVersions, type ComparedPage as Found } from '../../proofs';
import * as comparison from '../models/comparison';
import type { StoredFile } from '../models/file';
import * as order from '../models/order';
import * as proof from '../models/proof';
import type { Portal } from '../portal';
import { DRAWING_TRIES, inScratch } from './artwork-tasks';
import { Moot, type Run } from './task-context';

const WEBP = 'image/webp';

export const compareProofs: Run = async (portal, task) => {
  const { db, storage } = portal;
  const after = await proof.findProof(db, String(task.payload.proof_id));
  if (await comparison.withBeforeOrNull(db, after.id)) throw new Moot('compared already');
  const before = await proof.findVersion(db, after.order_id, after.version - 1);
  const { language } = await order.findOrder(db, after.order_id);
  const side = (of: proof.Proof, artwork_path: string) => ({
    artwork_path,
    specification: of.specification.print,
    version: of.version,
  });
  await inScratch(async (out_folder) => {
    const outcome = await storage.lend(before.artwork_sha256, (old) =>
      storage.lend(after.artwork_sha256, (now) =>
        compareVersions({ before: side(before, old), after: side(after, now), language, out_folder }),
      ),
    );
    if (outcome.ok) {
      await comparison.keep(db, before, after, await kept(portal, out_folder, outcome.comparison.pages));
      return;
    }
    const { code, text } = outcome.refusal;
    // Both files became proofs: that they cannot be compared is more likely our fault than theirs.
    if (task.attempts < DRAWING_TRIES) throw new Error(`The engine gave up: ${code}`);
    await comparison.keep(db, before, after, { refusal: { code, text } });
  });
};

async function kept(
  { storage }: Portal,
  folder: string,
  found: Found[],
): Promise<{ pages: comparison.ComparedPage[]; files: StoredFile[] }> {
  const files: StoredFile[] = [];
  const keep = async (name: string | null) => {
    if (name === null) return null;
    const saved = await storage.save(createReadStream(join(folder, name)));
    files.push({ ...saved, media_type: WEBP });
    return saved.sha256;
  };
  const pages: comparison.ComparedPage[] = [];
  for (const page of found) {
    const { pictures: drawn, ...rest } = page;
    if (!drawn) {
      pages.push({ ...rest, pictures: null });
      continue;
    }
    const { before, after, overlay, difference, ...sizes } = drawn;
    pages.push({
      ...rest,
      pictures: {
        ...sizes,
        before_sha256: await keep(before),
        after_sha256: await keep(after),
        overlay_sha256: await keep(overlay),
        difference_sha256: await keep(difference),
      },
    });
  }
  return { pages, files };
}
