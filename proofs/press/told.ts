// What was done is told as information, in the place of what it answered.

import { shopProfile } from '../artwork/press-profile';
import type { Finding, Fix, Place } from '../contract';
import { finding } from '../finding';
import { rounded } from '../geometry';
import type { Look, PageLook } from '../look';

const ANSWERED: Record<Fix['fix'], string[]> = {
  // Whether a bleed is still missing is seen on the press file itself.
  mirror_bleed: [],
  scale_to_trim: ['scaled'],
  rotate: ['turned', 'mixed-directions'],
  convert_to_press_profile: ['rgb-colours'],
};

/** Findings of the artwork as they stand once these fixes are made; places turn with their page. */
export function withFixesTold(findings: Finding[], fixes: Fix[], look: Look): Finding[] {
  const answered = new Set(fixes.flatMap((each) => ANSWERED[each.fix]));
  const turn = fixes.find((each) => each.fix === 'rotate')?.degrees ?? 0;
  const left = findings
    .filter(({ code }) => !answered.has(code))
    .map((found) => (turn === 0 ? found : withPlaceTurned(found, look, turn)));
  return [...left, ...fixes.flatMap((each) => told(each, look))];
}

function told(fix: Fix, { pages }: Look): Finding[] {
  switch (fix.fix) {
    case 'mirror_bleed':
      return [finding('bleed-mirrored', 'info', { page: fix.page, edges: fix.edges })];
    case 'scale_to_trim': {
      const scaled = pages.filter(({ fit }) => fit?.rule === 'scaled');
      const percents = [...new Set(scaled.map(({ fit }) => rounded(fit!.scale * 100)))];
      return percents.map((percent) =>
        finding('page-scaled', 'info', { pages: numbersOf(scaled, percent), percent, how: fix.how }),
      );
    }
    case 'rotate': {
      const turned = pages.filter(({ fit }) => fit?.swapped).map(({ number }) => number);
      return turned.length > 0
        ? [
            finding('page-turned', 'info', {
              pages: turned,
              direction: fix.degrees === 90 ? 'right' : 'left',
            }),
          ]
        : [];
    }
    case 'convert_to_press_profile':
      return [finding('colours-converted', 'info', { profile: shopProfile().name })];
  }
}

function numbersOf(pages: PageLook[], percent: number): number[] {
  return pages.filter(({ fit }) => rounded(fit!.scale * 100) === percent).map(({ number }) => number);
}

function withPlaceTurned(found: Finding, { pages }: Look, degrees: 90 | 270): Finding {
  const fit = pages.find(({ number }) => number === found.page)?.fit;
  if (!found.place || !fit?.swapped) return found;
  const { x_mm, y_mm, width_mm, height_mm } = found.place;
  const place: Place =
    degrees === 90
      ? {
          x_mm: rounded(fit.trim.height - y_mm - height_mm),
          y_mm: x_mm,
          width_mm: height_mm,
          height_mm: width_mm,
        }
      : {
          x_mm: y_mm,
          y_mm: rounded(fit.trim.width - x_mm - width_mm),
          width_mm: height_mm,
          height_mm: width_mm,
        };
  return { ...found, place };
}
