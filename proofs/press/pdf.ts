// The press file of a PDF: the customer's own bytes when nothing must be changed, otherwise the same pages in the
// size of the piece, without what belongs to a screen.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParseSpeeds, PDFDocument } from 'pdf-lib';
import type { Fix, PressStep } from '../contract';
import type { PageFit } from '../fit';
import { type Box, chain, type Matrix, MM_PER_PT, rounded } from '../geometry';
import type { Artwork, Extras, OpenedPage, PageLook, PdfSource } from '../look';
import { removeExtras } from './extras';
import { type Placing, placePage, setTrim } from './placed-page';
import { keepReachable } from './reachable';

/** A box this near to the right place needs no new one. */
const SAME_WITHIN_PT = 0.05;

export interface PressedPdf {
  /** null: the artwork itself. */
  path: string | null;
  steps: PressStep[];
}

/** Writes `press.pdf` into the folder when the artwork cannot go to the press as it is. */
export async function pressPdf(artwork: Artwork, fixes: Fix[], out_folder: string): Promise<PressedPdf> {
  const source = artwork.pdf!;
  const { pages } = artwork.look;
  const { bleed_mm } = artwork.look.specification;
  const is_opaque = !artwork.look.features.transparency;
  const plans = pages.map((page, index) => planOf(page, source.places[index]!, fixes, bleed_mm, is_opaque));
  const extras = extrasSteps(source);
  const isPlain = extras.length === 0 && plans.every((plan) => plan.is === 'as_it_is');
  if (isPlain && fixes.every((each) => each.fix !== 'convert_to_press_profile')) {
    return { path: null, steps: [{ step: 'kept-as-sent' }] };
  }
  const bytes = await source.plain();
  const document = await PDFDocument.load(bytes, {
    updateMetadata: false,
    ignoreEncryption: true,
    parseSpeed: ParseSpeeds.Fastest,
  }).catch(() => null);
  // PDFium draws what pdf-lib cannot read; then the artwork goes to the press untouched.
  if (!document || document.getPageCount() !== pages.length) {
    return { path: null, steps: [{ step: 'kept-unread' }] };
  }
  removeExtras(document);
  const steps = [...extras];
  for (const [index, page] of document.getPages().entries()) {
    const plan = plans[index]!;
    if (plan.is === 'boxes') setTrim(page, plan.trim, plan.media, bleed_mm);
    if (plan.is === 'placed') placePage(document, page, plan.placing);
    steps.push(...plan.steps);
  }
  keepReachable(document);
  const path = join(out_folder, 'press.pdf');
  await writeFile(
    path,
    await document.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false }),
  );
  return { path, steps: merged(steps) };
}

type Plan =
  | { is: 'as_it_is'; steps: PressStep[] }
  | { is: 'boxes'; trim: Box; media: Box; steps: PressStep[] }
  | { is: 'placed'; placing: Placing; steps: PressStep[] };

function planOf(
  page: PageLook,
  { structure, shown }: OpenedPage,
  fixes: Fix[],
  bleed_mm: number,
  is_opaque: boolean,
): Plan {
  const fit = page.fit!;
  const number = page.number;
  const mirrored = fixes.flatMap((each) =>
    each.fix === 'mirror_bleed' && each.page === number ? each.edges : [],
  );
  const rotation = fixes.find((each) => each.fix === 'rotate');
  const turn = rotation && fit.swapped ? rotation.degrees : 0;
  const is_scaled = Math.abs(fit.scale - 1) > 1e-6;
  const steps: PressStep[] = [];
  if (structure.rotation !== 0)
    steps.push({ step: 'stood-upright', page: number, degrees: structure.rotation });
  if (is_scaled) steps.push({ step: 'scaled', page: number, percent: rounded(fit.scale * 100, 3) });
  if (turn !== 0) steps.push({ step: 'turned', page: number, degrees: turn });
  if (mirrored.length > 0) {
    const edges = mirrored.join(', ');
    steps.push({ step: 'bleed-mirrored', page: number, edges, millimetres: bleed_mm });
  }
  if (steps.length > 0 || structure.user_unit !== 1) {
    const { trim } = fit;
    const to_trim = chain(shown, trimMatrix(fit));
    return {
      is: 'placed',
      placing: { media: structure.media, to_trim, trim, bleed_mm, mirrored, is_opaque, turn },
      steps,
    };
  }
  const trim = trimInUserSpace(fit, structure.media);
  const { boxes, media } = structure;
  const found = boxes.trim ?? boxes.crop ?? media;
  if (isSame(found, trim)) return { is: 'as_it_is', steps };
  return { is: 'boxes', trim, media, steps: [{ step: 'boxes-set', page: number }] };
}

function trimMatrix({ source, scale }: PageFit): Matrix {
  return [scale, 0, 0, scale, -source.x * scale, -source.y * scale];
}

/** Only for a page that is neither turned nor scaled. */
function trimInUserSpace({ source }: PageFit, media: Box): Box {
  const left = media.left + source.x / MM_PER_PT;
  const top = media.top - source.y / MM_PER_PT;
  return { left, top, right: left + source.width / MM_PER_PT, bottom: top - source.height / MM_PER_PT };
}

function isSame(one: Box, other: Box): boolean {
  return (['left', 'bottom', 'right', 'top'] as const).every(
    (side) => Math.abs(one[side] - other[side]) <= SAME_WITHIN_PT,
  );
}

function extrasSteps({ extras, is_encrypted }: PdfSource): PressStep[] {
  const steps: PressStep[] = [];
  if (is_encrypted) steps.push({ step: 'owner-password-removed' });
  const found = Object.entries(extras ?? {}).filter(([, count]) => count > 0);
  if (found.length > 0) steps.push({ step: 'removed', ...(Object.fromEntries(found) as Partial<Extras>) });
  return steps;
}

/** One line for what was done to every page alike. */
function merged(steps: PressStep[]): PressStep[] {
  const lines = new Map<string, { step: PressStep; pages: number[] }>();
  for (const { page, ...step } of steps) {
    const key = JSON.stringify(step);
    const line = lines.get(key) ?? { step: step as PressStep, pages: [] };
    if (typeof page === 'number') line.pages.push(page);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ step, pages }) =>
    pages.length > 0 ? { ...step, pages: pages.join(', ') } : step,
  );
}
