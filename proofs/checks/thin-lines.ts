import type { Finding } from '../contract';
import { finding } from '../finding';
import { isTouching, rounded } from '../geometry';
import type { Look } from '../look';

/** Trade practice: a quarter of a point is the thinnest line that offset and laser both hold. */
export const LEAST_LINE_PT = 0.25;

export function thinLines({ pages }: Look): Finding[] {
  const findings: Finding[] = [];
  for (const { number: page, fit, thinnest_line: line } of pages) {
    if (!line || line.width_pt >= LEAST_LINE_PT - 0.005) continue;
    if (!isTouching(line.place, { x: 0, y: 0, ...fit!.trim })) continue;
    const values = { page, width: rounded(line.width_pt, 2), least: LEAST_LINE_PT };
    findings.push(finding('thin-lines', 'warning', values, { place: line.place }));
  }
  return findings;
}
