// What the shop could do about a finding. Offered, never done unless somebody chose it.
import type { Edge, Finding, Fix } from '../contract';
import type { Look } from '../look';

/** The same findings, each with the fixes that would answer it. */
export function withOffers(findings: Finding[], look: Look): Finding[] {
  return findings.map((finding) => {
    const offers = offersFor(finding, look);
    return offers.length > 0 ? { ...finding, offers } : finding;
  });
}

function offersFor({ code, page, values }: Finding, { kind }: Look): Fix[] {
  const is_pdf = kind === 'pdf';
  switch (code) {
    case 'bleed-missing':
    case 'bleed-short':
      return is_pdf && page !== null ? [{ fix: 'mirror_bleed', page, edges: edgesIn(values.edges) }] : [];
    case 'scaled':
      return is_pdf ? [{ fix: 'scale_to_trim', how: 'fill' }] : [];
    case 'wrong-size':
      return is_pdf
        ? [
            { fix: 'scale_to_trim', how: 'whole' },
            { fix: 'scale_to_trim', how: 'fill' },
          ]
        : [];
    case 'turned':
    case 'mixed-directions':
      return is_pdf
        ? [
            { fix: 'rotate', degrees: 90 },
            { fix: 'rotate', degrees: 270 },
          ]
        : [];
    case 'rgb-colours':
      return kind === 'svg' || !is_pdf ? [{ fix: 'convert_to_press_profile' }] : [];
    default:
      return [];
  }
}

const EDGES: Edge[] = ['top', 'right', 'bottom', 'left'];

function edgesIn(value: string | number | undefined): Edge[] {
  const named = String(value).split(', ');
  return EDGES.filter((edge) => named.includes(edge));
}
