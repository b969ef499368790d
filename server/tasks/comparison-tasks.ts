// A new version beside the one before it. Nobody waits for it to sign, so it comes after the proof is sent.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type ComparedVersion, compareVersions, type ComparedPage as Found } from '../../proofs';
import * as comparison from '../models/comparison';
import type { StoredFile } from '../models/file';
import * as order from '../models/order';
import * as pressFile from '../models/press-file';
import * as proof from '../models/proof';
import type { Portal } from '../portal';
import { DRAWING_TRIES, inScratch } from './artwork-tasks';
import { Moot, type Run } from './task-context';

const WEBP = 'image/webp';

export const compareProofs: Run = async (portal, task) => {
  const { db } = portal;
  const after = await proof.findProof(db, String(task.payload.proof_id));
  if (await comparison.withBeforeOrNull(db, after.id)) throw new Moot('compared already');
  const before = await proof.findVersion(db, after.order_id, after.version - 1);
  const { language } = await order.findOrder(db, after.order_id);
  await inScratch(async (out_folder) => {
    const outcome = await lendDrawn(portal, before, (old) =>
      lendDrawn(portal, after, (now) => compareVersions({ before: old, after: now, language, out_folder })),
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

/**
 * What the proof was drawn from. The press file of a picture is a PDF around the same pixels, which may be too many
 * for the reader of PDFs: its artwork shows the same.
 */
async function lendDrawn<T>(
  { db, storage }: Portal,
  of: proof.Proof,
  use: (version: ComparedVersion) => Promise<T>,
): Promise<T> {
  const press = await pressFile.ofProof(db, of.id);
  const isPdf = of.report.artwork.kind === 'pdf';
  return storage.lend(isPdf ? press.sha256 : of.artwork_sha256, (artwork_path) =>
    use({
      artwork_path,
      specification: of.specification.print,
      version: of.version,
      fixes: isPdf ? [] : press.derivation.fixes,
    }),
  );
}

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
