// The engine at work: what it is given, and what becomes of its answer. The drawing itself happens in a process
// of its own.
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inspectArtwork, makeProof, type ProofResult } from '../../proofs';
import { Conflict } from '../errors';
import * as artwork from '../models/artwork';
import * as artworkChoice from '../models/artwork-choice';
import { now } from '../models/database';
import * as order from '../models/order';
import type * as pressFile from '../models/press-file';
import * as proof from '../models/proof';
import * as setting from '../models/setting';
import type { Task } from '../models/task';
import { dateWords } from '../models/wording';
import type { Portal } from '../portal';
import { wordsFor } from '../words';
import { Moot, type Run } from './task-context';

const WEBP = 'image/webp';
/** An engine that died may have died of something else than the file: it is asked once more before the file is blamed. */
export const DRAWING_TRIES = 2;
const ENGINE_FAULTS = new Set(['takes-too-long', 'needs-too-much-memory', 'cannot-be-drawn']);

function blameTheFileOnlyTwice(task: Task, code: string): void {
  if (ENGINE_FAULTS.has(code) && task.attempts < DRAWING_TRIES)
    throw new Error(`The engine gave up: ${code}`);
}

/** Lends an empty folder that is gone afterwards. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'proof-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const checkArtwork: Run = async ({ db, storage }, task) => {
  const found = await order.findOrder(db, String(task.payload.order_id));
  const file = await artwork.findArtwork(db, found.id, String(task.payload.artwork_id));
  const { specification, specification_sha256, language } = found;
  if (!specification || !specification_sha256) throw new Moot('no product chosen');
  if (await artwork.preflightOrNull(db, file.id, specification_sha256)) return;
  const outcome = await storage.lend(file.file_sha256, (artwork_path) =>
    inspectArtwork({ artwork_path, artwork_name: file.name, specification: specification.print, language }),
  );
  if (!outcome.ok) blameTheFileOnlyTwice(task, outcome.refusal.code);
  await artwork.notePreflight(
    db,
    file,
    specification_sha256,
    outcome.ok
      ? { is_accepted: true, report: outcome.report as artwork.Report, refusal: null }
      : {
          is_accepted: false,
          report: outcome.refusal.report as artwork.Report | null,
          refusal: outcome.refusal,
        },
  );
};

export const renderProof: Run = async (portal, task) => {
  const { db, storage } = portal;
  const found = await order.findOrder(db, String(task.payload.order_id));
  const isWanted = found.state === 'preparing' && found.current_artwork_id === task.payload.artwork_id;
  if (!isWanted) throw new Moot('the order has moved on');
  const placed = order.placed(found);
  const file = await artwork.findArtwork(db, placed.id, String(task.payload.artwork_id));
  const shop = await setting.shop(db);
  const version = await proof.nextVersion(db, placed.id);
  const words = placed.specification.words[placed.language];
  const chosen = artworkChoice.fixesOf(await artworkChoice.ofArtwork(db, file.id, placed));
  await inScratch(async (out_folder) => {
    const outcome = await storage.lend(file.file_sha256, (artwork_path) =>
      makeProof({
        artwork_path,
        artwork_name: file.name,
        specification: placed.specification.print,
        slug: {
          shop: shop.name,
          order_ref: placed.ref,
          version,
          product: words.name,
          size: words.size,
          quantity: words.quantity,
          rendered_at: dateWords(now(), 'moment', placed.language, shop.time_zone),
        },
        language: placed.language,
        fixes: chosen.map(({ fix }) => fix),
        out_folder,
      }),
    );
    try {
      if (!outcome.ok) {
        blameTheFileOnlyTwice(task, outcome.refusal.code);
        await artwork.refuse(db, placed, file, outcome.refusal);
        await artwork.notePreflight(db, file, placed.specification_sha256, {
          is_accepted: false,
          report: outcome.refusal.report as artwork.Report | null,
          refusal: outcome.refusal,
        });
        return;
      }
      const rendered = await keepFiles(portal, out_folder, outcome.proof, {
        reason: wordsFor(placed.language)('papers:seal.proof', { version, ref: placed.ref }),
        name: shop.name,
      });
      rendered.press.derivation.fixes = chosen.map(({ fix, chosen_by }) => ({ ...fix, chosen_by }));
      await artwork.notePreflight(db, file, placed.specification_sha256, {
        is_accepted: true,
        report: rendered.report,
        refusal: null,
      });
      await proof.issue(db, placed, file, version, rendered, shop.proof_valid_days);
    } catch (error) {
      // Cancelled, or drawn by another worker, while this one was drawing.
      if (error instanceof Conflict) throw new Moot(error.key);
      throw error;
    }
  });
};

async function keepFiles(
  { storage, sealer }: Portal,
  folder: string,
  result: ProofResult,
  about: { reason: string; name: string },
): Promise<proof.Rendered> {
  const keep = (name: string) => storage.save(createReadStream(join(folder, name)));
  // Sealed before anybody sees it: the bytes that are shown, signed and kept are the same.
  const sealed = await sealer.seal(await readFile(join(folder, result.pdf.file)), about);
  const pdf = await storage.save(Readable.from([Buffer.from(sealed)]));
  const images: proof.Rendered['images'] = [];
  const pages: proof.Page[] = [];
  for (const page of result.pages) {
    const image = await keep(page.image);
    const thumbnail = await keep(page.thumbnail);
    images.push({ ...image, media_type: WEBP }, { ...thumbnail, media_type: WEBP });
    pages.push({
      number: page.number,
      image_sha256: image.sha256,
      thumbnail_sha256: thumbnail.sha256,
      width_px: page.width_px,
      height_px: page.height_px,
      trim_px: page.trim_px,
      pixels_per_mm: page.pixels_per_mm,
      text: page.text,
      read_back: page.read_back,
    });
  }
  return {
    sha256: pdf.sha256,
    bytes: pdf.bytes,
    seal_fingerprint: sealer.certificate.fingerprint_sha256,
    pages,
    images,
    press: await keepPress(keep, result.press),
    report: result.report as artwork.Report,
  };
}

/** Without a file of its own the artwork is the press file, and the shop has it already. */
async function keepPress(
  keep: (name: string) => Promise<{ sha256: string; bytes: number }>,
  { file, sha256, bytes, derivation }: ProofResult['press'],
): Promise<pressFile.Made> {
  if (file === null) return { sha256, bytes, derivation };
  const saved = await keep(file);
  if (saved.sha256 !== sha256) throw new Error('the press file has changed on its way');
  return { ...saved, derivation };
}
