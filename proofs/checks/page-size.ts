import type { Finding } from '../contract';
import { finding } from '../finding';
import { rounded } from '../geometry';
import type { Look, PageLook } from '../look';

const TOLD_FROM_PERCENT = 0.5;

export function pageSize(look: Look): Finding[] {
  return [
    ...spreads(look),
    ...wrongSizes(look),
    ...scaledPages(look),
    ...turnedPages(look),
    ...withoutTrimBox(look),
  ];
}

function spreads({ pages }: Look): Finding[] {
  return alike(pages.filter((page) => page.is_spread)).map((group) =>
    finding('spreads', 'error', {
      pages: group.map((page) => page.number),
      width: group[0]!.width_mm,
      height: group[0]!.height_mm,
    }),
  );
}

/** A file that never says so is laid by its page alone; the rule is told once. */
function withoutTrimBox({ kind, pages, specification }: Look): Finding[] {
  const page = kind === 'pdf' ? pages.find(({ fit, boxes_mm }) => fit && !boxes_mm.trim) : undefined;
  const rule = page?.fit?.rule;
  if (!page || !rule || rule === 'covering') return [];
  const values = { rule, bleed: specification.bleed_mm };
  return [finding('no-trim-box', 'info', values, { page: page.number })];
}

function wrongSizes({ pages, specification }: Look): Finding[] {
  return alike(pages.filter((page) => !page.fit && !page.is_spread)).map((group) =>
    finding('wrong-size', 'error', {
      pages: group.map((page) => page.number),
      width: group[0]!.width_mm,
      height: group[0]!.height_mm,
      trim_width: specification.trim_mm.width,
      trim_height: specification.trim_mm.height,
      bleed: specification.bleed_mm,
    }),
  );
}

// A drawing without a unit has no size of its own: nothing was made larger or smaller.
function scaledPages({ kind, pages, features }: Look): Finding[] {
  if (kind === 'svg' && !features.has_own_size) return [];
  const scaled = pages.filter(
    ({ fit }) => fit?.rule === 'scaled' && Math.abs(fit.scale - 1) * 100 >= TOLD_FROM_PERCENT,
  );
  return alike(scaled).map((group) =>
    finding('scaled', 'warning', {
      pages: group.map((page) => page.number),
      percent: rounded(group[0]!.fit!.scale * 100),
      width: group[0]!.width_mm,
      height: group[0]!.height_mm,
    }),
  );
}

function turnedPages({ kind, pages }: Look): Finding[] {
  const placed = pages.filter((page) => page.fit);
  const turned = placed.filter((page) => page.fit!.swapped);
  if (turned.length === 0) return [];
  if (turned.length < placed.length) {
    const upright = placed.filter(({ fit }) => fit!.trim.height > fit!.trim.width).length;
    return [finding('mixed-directions', 'warning', { upright, lying: placed.length - upright })];
  }
  // A card or a poster may lie or stand; a bound booklet opens on another side.
  const severity = kind === 'pdf' && placed.length > 2 ? 'warning' : 'info';
  const { trim } = turned[0]!.fit!;
  const list = turned.map((page) => page.number);
  return [finding('turned', severity, { pages: list, width: trim.width, height: trim.height })];
}

function alike(pages: PageLook[]): PageLook[][] {
  const groups = new Map<string, PageLook[]>();
  for (const page of pages) {
    const key = `${page.width_mm} ${page.height_mm}`;
    groups.set(key, [...(groups.get(key) ?? []), page]);
  }
  return [...groups.values()];
}
