import type { Finding } from '../contract';
import { finding } from '../finding';
import { rounded } from '../geometry';
import type { Look } from '../look';

const TOLD_FROM_MM = 0.5;

export function cropped({ pages }: Look): Finding[] {
  const findings: Finding[] = [];
  for (const { number, lost_mm } of pages) {
    if (!lost_mm || Math.max(lost_mm.sides, lost_mm.ends) < TOLD_FROM_MM) continue;
    const values = { sides: rounded(lost_mm.sides), ends: rounded(lost_mm.ends) };
    findings.push(finding('cropped', 'warning', values, { page: number }));
  }
  return findings;
}
