// The engine's five calls. Everything that reads a stranger's file happens in a child process.
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  CompareOutcome,
  CompareRequest,
  Comparison,
  InspectOutcome,
  InspectRequest,
  PhotoOutcome,
  PhotoRequest,
  PressSheetOutcome,
  PressSheetRequest,
  ProofOutcome,
  ProofPage,
  ProofRequest,
  ProofResult,
} from './contract';
import { type Progress, runIsolated } from './isolate';
import { LIMITS, type Limits } from './limits';
import { refusal } from './refused';
import { prepareChild } from './spare-child';

export type * from './contract';
export type { Progress } from './isolate';
export type { Limits } from './limits';

/**
 * Draws the proof of one artwork into `request.out_folder`, which must exist and be empty: `proof.pdf`,
 * `page-N.webp` and `thumb-N.webp`, and `press.pdf`, from which the proof is drawn, unless the artwork itself can go to
 * the press. Lengths are millimetres of the finished piece, pixels are counted from the top
 * left. An artwork with errors, a hostile or a broken one gives a refusal with a sentence in both languages and
 * leaves the folder empty. `progress` hears of each page as its image and thumbnail are written. Throws only for a fault of ours: a missing file or folder, no process to be had.
 */
export async function makeProof(
  request: ProofRequest,
  limits: Partial<Limits> = {},
  progress: Progress = {},
): Promise<ProofOutcome> {
  if ((await readdir(request.out_folder)).length > 0) throw new Error(`${request.out_folder} is not empty`);
  const answer = await runIsolated(
    { is: 'prove', request },
    { ...LIMITS, ...limits },
    {
      pages: progress.pages,
      page: (page) => isPageWithinFolder(page) && progress.page?.(page),
    },
  );
  if (answer.is === 'proof' && isWithinFolder(answer.proof)) return { ok: true, proof: answer.proof };
  await empty(request.out_folder);
  return { ok: false, refusal: answer.is === 'refusal' ? answer.refusal : refusal('cannot-be-drawn') };
}

/**
 * The same judgement without the proof, for the moment after an upload: nothing is written. `ok` means that no
 * finding is an error; a refusal for such an error carries the whole report.
 */
export async function inspectArtwork(
  request: InspectRequest,
  limits: Partial<Limits> = {},
): Promise<InspectOutcome> {
  const answer = await runIsolated({ is: 'inspect', request }, { ...LIMITS, ...limits });
  if (answer.is === 'report') return { ok: true, report: answer.report };
  return { ok: false, refusal: answer.is === 'refusal' ? answer.refusal : refusal('cannot-be-drawn') };
}

/**
 * Tells what differs between two versions of a piece, page by page: both are drawn again, their pages are paired, and
 * what differs is listed by its place on the trim (millimetres) and by its words. Pictures of pages that differ are
 * written into `request.out_folder`, which must exist and be empty; each carries the watermark and names its version.
 * Differences too small to be seen in print are left out. Refusals and faults as for `makeProof`.
 */
export async function compareVersions(
  request: CompareRequest,
  limits: Partial<Limits> = {},
): Promise<CompareOutcome> {
  if ((await readdir(request.out_folder)).length > 0) throw new Error(`${request.out_folder} is not empty`);
  const answer = await runIsolated({ is: 'compare', request }, { ...LIMITS, ...limits });
  if (answer.is === 'comparison' && picturesOf(answer.comparison).every(isPlainName))
    return { ok: true, comparison: answer.comparison };
  await empty(request.out_folder);
  return { ok: false, refusal: answer.is === 'refusal' ? answer.refusal : refusal('cannot-be-drawn') };
}

/**
 * Makes the copy of a photograph (JPEG, PNG or WebP) that pages show: `photo.webp` in `request.out_folder`, upright,
 * at most 2,000 pixels long, without place, time and device. What cannot be read is a refusal.
 */
export async function copyPhoto(request: PhotoRequest, limits: Partial<Limits> = {}): Promise<PhotoOutcome> {
  const answer = await runIsolated({ is: 'photo', request }, { ...LIMITS, ...limits });
  if (answer.is === 'photo' && isPlainName(answer.copy.file)) return { ok: true, copy: answer.copy };
  await empty(request.out_folder);
  return { ok: false, refusal: answer.is === 'refusal' ? answer.refusal : refusal('cannot-be-drawn') };
}

/**
 * Lays the press file of a small piece out twice on one sheet, with marks to cut by: `sheet.pdf` in
 * `request.out_folder`. Nothing is drawn anew. What cannot be taken apart is a refusal.
 */
export async function makePressSheet(
  request: PressSheetRequest,
  limits: Partial<Limits> = {},
): Promise<PressSheetOutcome> {
  const answer = await runIsolated({ is: 'sheet', request }, { ...LIMITS, ...limits });
  if (answer.is === 'sheet' && isPlainName(answer.sheet.file)) return { ok: true, sheet: answer.sheet };
  await empty(request.out_folder);
  return { ok: false, refusal: answer.is === 'refusal' ? answer.refusal : refusal('cannot-be-drawn') };
}

function picturesOf({ pages }: Comparison): string[] {
  return pages
    .flatMap(({ pictures: made }) => [made?.before, made?.after, made?.overlay, made?.difference])
    .filter((file) => typeof file === 'string');
}

/** Starts the process that the first artwork will be given to, so that its customer waits a little less. */
export function prepareEngine(): void {
  prepareChild(LIMITS.memory_bytes);
}

// The child has read a stranger's file; the names that it hands back are used as paths by others.
function isWithinFolder({ pdf, press, pages }: ProofResult): boolean {
  return (
    isPlainName(pdf.file) &&
    (press.file === null || isPlainName(press.file)) &&
    pages.every(isPageWithinFolder)
  );
}

function isPageWithinFolder({ image, thumbnail }: ProofPage): boolean {
  return [image, thumbnail].every(isPlainName);
}

function isPlainName(file: string): boolean {
  return file === basename(file) && /^[\w-]+\.(pdf|webp)$/.test(file);
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}
