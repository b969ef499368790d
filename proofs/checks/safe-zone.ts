import type { Finding } from '../contract';
import { finding } from '../finding';
import { isInside, isTouching, type Rect, rounded, type Size } from '../geometry';
import type { Look } from '../look';

// Boxes of letters include the room above and below them; a hair outside is nothing.
const SLACK_MM = 0.3;
const WORDS_SHOWN = 40;

/** The text that stands nearest to the cut on each page. */
export function safeZone({ pages, specification }: Look): Finding[] {
  const safe = specification.safe_mm;
  const findings: Finding[] = [];
  if (safe <= 0) return findings;
  for (const { number: page, fit, words } of pages) {
    if (!fit) continue;
    const trim: Rect = { x: 0, y: 0, ...fit.trim };
    const allowed = inset(trim, safe - SLACK_MM);
    const near = words
      .filter(({ place }) => isTouching(place, trim) && !isInside(place, allowed))
      .map((line) => ({ ...line, distance: distanceToCut(line.place, fit.trim) }))
      .sort((one, other) => one.distance - other.distance)[0];
    if (!near) continue;
    const values = {
      page,
      words: shortened(near.words),
      safe,
      distance: Math.max(0, rounded(near.distance)),
    };
    findings.push(finding('text-near-cut', 'warning', values, { place: near.place }));
  }
  return findings;
}

function distanceToCut(place: Rect, trim: Size): number {
  return Math.min(place.x, place.y, trim.width - place.x - place.width, trim.height - place.y - place.height);
}

function inset(rect: Rect, by: number): Rect {
  return { x: rect.x + by, y: rect.y + by, width: rect.width - 2 * by, height: rect.height - 2 * by };
}

function shortened(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > WORDS_SHOWN ? `${line.slice(0, WORDS_SHOWN - 1).trimEnd()}…` : line;
}
