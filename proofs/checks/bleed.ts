// Judged from the drawn pixels: what counts is whether colour that reaches the cut goes on beyond it.
import type { Edge, Finding } from '../contract';
import { finding } from '../finding';
import type { Rect } from '../geometry';
import type { PageLook, Pixels } from '../look';

const STEP_MM = 0.5;
const INSIDE_MM = 0.6;
const HIT_FROM_MM = 2;
// Below this a bleed is no bleed.
const SOME_BLEED_MM = 0.4;
// Of 255: paler than this is paper.
const INKED = 14;

const edges: Edge[] = ['top', 'right', 'bottom', 'left'];

export function bleed(page: PageLook, pixels: Pixels, bleed_mm: number): Finding[] {
  if (bleed_mm <= 0 || !page.fit) return [];
  const missing: Edge[] = [];
  const short: Edge[] = [];
  let found_mm = bleed_mm;
  for (const edge of edges) {
    const reach = reachBeyondCut(edge, page, pixels, bleed_mm);
    if (reach === null) continue;
    if (reach < SOME_BLEED_MM) missing.push(edge);
    else {
      short.push(edge);
      found_mm = Math.min(found_mm, reach);
    }
  }
  const findings: Finding[] = [];
  if (missing.length > 0) {
    findings.push(
      finding(
        'bleed-missing',
        'warning',
        { page: page.number, edges: missing, bleed: bleed_mm },
        strip(missing, page, bleed_mm),
      ),
    );
  }
  if (short.length > 0) {
    const values = { page: page.number, edges: short, found: found_mm, bleed: bleed_mm };
    findings.push(finding('bleed-short', 'warning', values, strip(short, page, bleed_mm)));
  }
  return findings;
}

/** Beyond the edge; around the whole piece when there are several. */
function strip(list: Edge[], page: PageLook, bleed_mm: number): { place: Rect } {
  const { width, height } = page.fit!.trim;
  if (list.length > 1) {
    return {
      place: { x: -bleed_mm, y: -bleed_mm, width: width + 2 * bleed_mm, height: height + 2 * bleed_mm },
    };
  }
  const place = {
    top: { x: 0, y: -bleed_mm, width, height: bleed_mm },
    right: { x: width, y: 0, width: bleed_mm, height },
    bottom: { x: 0, y: height, width, height: bleed_mm },
    left: { x: -bleed_mm, y: 0, width: bleed_mm, height },
  }[list[0]!];
  return { place };
}

/** How far the ink goes past this edge where it stops too early; null when it goes far enough everywhere. */
function reachBeyondCut(edge: Edge, page: PageLook, pixels: Pixels, bleed_mm: number): number | null {
  const { trim } = page.fit!;
  const isAcross = edge === 'top' || edge === 'bottom';
  const length = isAcross ? trim.width : trim.height;
  const isInkedAt = (along: number, beyond: number) => {
    const x = isAcross ? along : edge === 'left' ? -beyond : trim.width + beyond;
    const y = isAcross ? (edge === 'top' ? -beyond : trim.height + beyond) : along;
    return isInked(pixels, x + bleed_mm, y + bleed_mm);
  };
  // Half a pixel of the coarsest drawing, so that the outermost row is never asked for.
  const full = bleed_mm - Math.max(0.35, 1 / pixels.px_per_mm);
  let hit_mm = 0;
  let least = bleed_mm;
  for (let along = INSIDE_MM; along < length - INSIDE_MM; along += STEP_MM) {
    if (!isInkedAt(along, -INSIDE_MM) || isInkedAt(along, full)) continue;
    hit_mm += STEP_MM;
    least = Math.min(
      least,
      reachAt((beyond) => isInkedAt(along, beyond), full),
    );
  }
  return hit_mm >= HIT_FROM_MM ? least : null;
}

function reachAt(isInkedAt: (beyond: number) => boolean, full: number): number {
  let reach = 0;
  for (let beyond = 0.25; beyond < full; beyond += 0.25) {
    if (!isInkedAt(beyond)) break;
    reach = beyond;
  }
  return reach;
}

function isInked({ data, width, height, px_per_mm }: Pixels, x_mm: number, y_mm: number): boolean {
  const x = Math.min(width - 1, Math.max(0, Math.floor(x_mm * px_per_mm)));
  const y = Math.min(height - 1, Math.max(0, Math.floor(y_mm * px_per_mm)));
  const at = (y * width + x) * 3;
  return 255 - Math.min(data[at]!, data[at + 1]!, data[at + 2]!) > INKED;
}
