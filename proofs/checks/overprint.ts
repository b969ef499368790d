import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

/** White that vanishes on each page; that inks overprint, and how the proof shows it, once. */
export function overprint({ pages, features }: Look): Finding[] {
  const findings = pages.flatMap(({ number: page, painting: { vanishing } }) => {
    if (!vanishing) return [];
    const values = { page, what: vanishing.is_text ? ('text' as const) : ('shape' as const) };
    return [finding('white-overprint', 'warning', values, { place: vanishing.place })];
  });
  const shown = pages.find(({ painting }) => painting.overprint);
  if (shown && features.is_overprint_imitated) {
    const at = { page: shown.number, place: shown.painting.overprint! };
    findings.push(finding('overprint-imitated', 'info', {}, at));
  } else if (features.overprint && !features.is_overprint_imitated) {
    findings.push(finding('overprint', 'info', {}));
  }
  return findings;
}
