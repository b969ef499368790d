// Opening and judging, as it runs inside the child process.
import { identify } from './artwork/identify';
import { openArtwork } from './artwork/open';
import { checkLook, inReadingOrder } from './checks';
import type { Finding, Fix, InspectRequest, PreflightReport } from './contract';
import { drawOnBothThreads } from './drawing/both-threads';
import { sha256OfFile } from './fingerprint';
import { rounded, type Size } from './geometry';
import { MAX_TRIM_MM } from './limits';
import type { Artwork, PageLook } from './look';
import { withOffers } from './press/offers';
import { refused, refusedForErrors } from './refused';

export const ENGINE = { name: 'bon-a-tirer', version: '2' };

/** Called as soon as the number of pages is known, so that the clock can be set. */
export type OnPages = (count: number) => void;

/** Preflight alone. Throws Refused. */
export async function inspect(request: InspectRequest, onPages: OnPages): Promise<PreflightReport> {
  const { artwork, report } = await openAndCheck(request, onPages);
  const findings: Finding[] = [...report.findings];
  await drawOnBothThreads(artwork, { is: 'inspection' }, (page) => findings.push(...page.findings));
  return { ...report, findings: withOffers(inReadingOrder(findings), artwork.look) };
}

/** Everything that can be told before drawing. Throws Refused, with the report when a finding is an error. */
export async function openAndCheck(
  request: InspectRequest & { fixes?: Fix[] },
  onPages: OnPages,
): Promise<{ artwork: Artwork; report: PreflightReport }> {
  const { artwork_path, artwork_name, specification, fixes = [] } = request;
  const { width, height } = specification.trim_mm;
  if (Math.max(width, height) > MAX_TRIM_MM) {
    throw refused('piece-too-large', { width, height, limit: MAX_TRIM_MM });
  }
  const { kind, bytes } = await identify(artwork_path);
  const [sha256, artwork] = await Promise.all([
    sha256OfFile(artwork_path),
    openArtwork(artwork_path, kind, specification, fixes),
  ]);
  const { look } = artwork;
  onPages(look.page_count);
  const report: PreflightReport = {
    engine: ENGINE,
    artwork: { name: artwork_name, sha256, bytes, kind, page_count: look.page_count },
    specification,
    fit: wholeFit(look.pages),
    pages: look.pages.map(({ number, width_mm, height_mm, rotation, boxes_mm }) => ({
      number,
      width_mm,
      height_mm,
      rotation,
      boxes_mm,
    })),
    colour_spaces: look.colour_spaces,
    ...(look.inks?.profile
      ? { colour: { profile: look.inks.profile.name, source: look.inks.profile.source } }
      : {}),
    fonts: look.fonts.map(({ name, embedded }) => ({ name, embedded })),
    findings: withOffers(inReadingOrder(checkLook(look)), look),
  };
  if (report.findings.some(({ severity }) => severity === 'error')) throw refusedForErrors(report);
  return { artwork, report };
}

export function pixelsOf(size: Size, px_per_mm: number): Size {
  return {
    width: Math.max(1, Math.round(size.width * px_per_mm)),
    height: Math.max(1, Math.round(size.height * px_per_mm)),
  };
}

/** The report says one thing for the whole: the page that was changed most. */
function wholeFit(pages: PageLook[]): PreflightReport['fit'] {
  const rank = ['exact', 'exact-with-bleed', 'covering', 'scaled'];
  const fits = pages.map((page) => page.fit).filter((fit) => fit !== null);
  if (fits.length < pages.length) return { rule: 'none', scale_percent: 100, rotated: false };
  const changed = fits.reduce((worst, fit) =>
    rank.indexOf(fit.rule) > rank.indexOf(worst.rule) ? fit : worst,
  );
  return {
    rule: changed.rule,
    scale_percent: changed.rule === 'scaled' ? rounded(changed.scale * 100) : 100,
    rotated: fits.some((fit) => fit.swapped),
  };
}
