// Every question a press operator asks, in the order in which the answers are read.
import type { Finding, Severity } from '../contract';
import type { Look, PageLook, Pixels } from '../look';
import { blankPage } from './blank-page';
import { bleed } from './bleed';
import { colours } from './colours';
import { cropped } from './cropped';
import { features } from './features';
import { fonts } from './fonts';
import { ink } from './ink';
import { nearCut } from './near-cut';
import { noText } from './no-text';
import { numbering } from './numbering';
import { oneInk } from './one-ink';
import { overprint } from './overprint';
import { pageCount } from './page-count';
import { pageSize } from './page-size';
import { printStandard } from './print-standard';
import { resolution } from './resolution';
import { safeZone } from './safe-zone';
import { smallText } from './small-text';
import { specialInks } from './special-inks';
import { thinLines } from './thin-lines';

const order: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** What can be told before anything is drawn; errors come from here alone. */
export function checkLook(look: Look): Finding[] {
  const checks = [
    pageCount,
    pageSize,
    resolution,
    fonts,
    cropped,
    safeZone,
    thinLines,
    smallText,
    overprint,
    ink,
    specialInks,
    numbering,
    colours,
    printStandard,
    features,
    noText,
  ];
  return checks.flatMap((check) => check(look));
}

/** What shows only once a page is drawn, before anything is marked on it. */
export function checkPixels(look: Look, page: PageLook, pixels: Pixels): Finding[] {
  const { specification } = look;
  return [
    ...bleed(page, pixels, specification.bleed_mm),
    ...blankPage(page, pixels),
    ...oneInk(page, pixels, specification),
    ...nearCut(page, pixels, specification.safe_mm, specification.bleed_mm),
  ];
}

/** Errors first, then by page; the order of the checks decides the rest. */
export function inReadingOrder(findings: Finding[]): Finding[] {
  return [...findings].sort(
    (one, other) => order[one.severity] - order[other.severity] || (one.page ?? 0) - (other.page ?? 0),
  );
}
