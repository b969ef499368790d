import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look, UsedFont } from '../look';

// The fourteen that every PDF reader must know by itself (PDF 1.7, 9.6.2.2); PDFium carries look-alikes of them.
const STANDARD =
  /^(Helvetica|Times|Courier)(-(Bold|Roman|Italic|Oblique|BoldItalic|BoldOblique))?$|^(Symbol|ZapfDingbats)$/;

// Prints, but is what a layout falls back to when its own typeface is missing (Ghent Workgroup 2022, R0014).
const STAND_IN = /^Courier(New)?(PS)?(MT)?([-,]|$)/i;

export function fonts({ kind, fonts: used }: Look): Finding[] {
  // The text of a drawing has a sentence of its own.
  if (kind === 'svg') return [];
  const missing = used.filter((font) => !font.embedded);
  const standard = missing.filter((font) => STANDARD.test(font.name));
  const others = missing.filter((font) => !STANDARD.test(font.name));
  const findings: Finding[] = [];
  if (others.length > 0) findings.push(finding('font-not-embedded', 'error', named(others)));
  if (standard.length > 0) findings.push(finding('standard-font-not-embedded', 'warning', named(standard)));
  const stand_in = used.filter((font) => STAND_IN.test(font.name));
  if (stand_in.length > 0) findings.push(finding('courier-font', 'warning', named(stand_in)));
  return findings;
}

function named(list: UsedFont[]): { pages: number[]; fonts: string } {
  const pages = [...new Set(list.flatMap((font) => font.pages))].sort((one, other) => one - other);
  const names = list.slice(0, 4).map((font) => font.name);
  return { pages, fonts: names.join(', ') + (list.length > names.length ? '…' : '') };
}
