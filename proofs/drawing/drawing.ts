// One page after the other, drawn, judged and packed: what each of the two threads does with the pages it takes.
import { checkPixels } from '../checks';
import type { Finding, PreflightReport, ProofRequest } from '../contract';
import type { Size } from '../geometry';
import type { Artwork, PageLook } from '../look';
import { pixelsOf } from '../preflight';
import { drawnScale, Sheets } from './drawn-sheet';
import { type PackedPage, packPage } from './pack';

/** What is wanted of every page. Plain data: the other thread gets it as it is. */
export type Drawing =
  | { is: 'inspection' }
  | { is: 'proof'; request: ProofRequest; artwork: PreflightReport['artwork']; press_sha256: string };

export interface DrawnPage {
  findings: Finding[];
  /** Only of a proof. */
  packed: PackedPage | null;
}

/** Enough to see where colour stops; the checks need no more when nothing is shown. */
const INSPECTED_PX_PER_MM = 3;
const INSPECTED_LONG_SIDE_PX = 4000;

/**
 * Draws the pages that `next` hands out, from 1, until it says null. PDFium draws a page while libvips packs the one
 * before; never more than one waits in memory.
 */
export async function drawPages(
  artwork: Artwork,
  drawing: Drawing,
  next: () => number | null,
  onDrawn: (page: DrawnPage) => void,
): Promise<void> {
  const sheets =
    drawing.is === 'proof' ? new Sheets(drawing.request, drawing.artwork, drawing.press_sha256) : null;
  let packing: Promise<void> = Promise.resolve();
  for (let number = next(); number !== null; number = next()) {
    const page = artwork.look.pages[number - 1]!;
    const size = pieceSize(artwork, page);
    const scale = drawing.is === 'proof' ? drawnScale(size).px_per_mm : inspectedScale(size);
    const pixels = await artwork.draw(number, pixelsOf(size, scale));
    const findings = checkPixels(artwork.look, page, pixels);
    if (drawing.is === 'inspection' || !sheets) {
      onDrawn({ findings, packed: null });
      continue;
    }
    const text = artwork.text(number);
    const { out_folder } = drawing.request;
    await packing;
    packing = packPage({ number, pixels, text, sheet: sheets.of(page), out_folder }).then((packed) =>
      onDrawn({ findings, packed }),
    );
    // Its fault is met when it is awaited; until then it must not end the process.
    packing.catch(() => {});
  }
  await packing;
}

/** The trim with its bleed, in millimetres, the way up that the page has it. */
export function pieceSize({ look }: Artwork, page: PageLook): Size {
  const bleed = look.specification.bleed_mm;
  const { trim } = page.fit!;
  return { width: trim.width + 2 * bleed, height: trim.height + 2 * bleed };
}

function inspectedScale({ width, height }: Size): number {
  return Math.min(INSPECTED_PX_PER_MM, INSPECTED_LONG_SIDE_PX / Math.max(width, height));
}
