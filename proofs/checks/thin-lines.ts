import type { Finding } from '../contract';
import { finding } from '../finding';
import { isTouching, rounded } from '../geometry';
import type { Look, Sized } from '../look';
import { drawingLimits } from './usual-limits';

// Below this a difference is only how figures are written.
const SLACK_PT = 0.005;

/** The thinnest line of each page, with the thickness that it has on paper. */
export function thinLines({ pages, specification }: Look): Finding[] {
  const { line_pt, delicate_line_pt } = drawingLimits(specification);
  const findings: Finding[] = [];
  for (const { number: page, fit, painting } of pages) {
    if (!fit) continue;
    const trim = { x: 0, y: 0, ...fit.trim };
    const thinner = (line: Sized | null, least: number): Sized | null =>
      line && line.size_pt < least - SLACK_PT && isTouching(line.place, trim) ? line : null;
    const told = (line: Sized, least: number) => ({ page, width: rounded(line.size_pt, 3), least });
    const { thin_line, thin_white_line, thin_mixed_line } = painting;
    const blocked = thinner(thin_line, line_pt.block);
    const thin = thinner(thin_line, line_pt.warn);
    const mixed = thinner(thin_mixed_line, delicate_line_pt);
    const white = thinner(thin_white_line, delicate_line_pt);
    if (blocked) {
      findings.push(
        finding('line-too-thin', 'error', told(blocked, line_pt.block), { place: blocked.place }),
      );
    } else if (thin) {
      findings.push(finding('thin-lines', 'warning', told(thin, line_pt.warn), { place: thin.place }));
    } else if (mixed) {
      const values = { ...told(mixed, delicate_line_pt), is_white: 'no' as const };
      findings.push(finding('delicate-lines', 'warning', values, { place: mixed.place }));
    }
    if (white) {
      const values = { ...told(white, delicate_line_pt), is_white: 'yes' as const };
      findings.push(finding('delicate-lines', 'warning', values, { place: white.place }));
    }
  }
  return findings;
}
