// Letters that a small shift between two inks would blur, or that ink would fill in.
import type { Finding } from '../contract';
import { finding } from '../finding';
import { rounded } from '../geometry';
import type { Look } from '../look';
import { drawingLimits } from './usual-limits';

export function smallText({ pages, specification }: Look): Finding[] {
  const { delicate_text_pt: least, rich_black } = drawingLimits(specification);
  const findings: Finding[] = [];
  for (const { number: page, painting } of pages) {
    const { small_white_text, small_mixed_text, rich_black_text, heaviest_black_text } = painting;
    if (small_white_text && small_white_text.size_pt < least) {
      const values = { page, size: rounded(small_white_text.size_pt), least };
      findings.push(finding('small-white-text', 'warning', values, { place: small_white_text.place }));
    }
    if (rich_black_text && rich_black_text.size_pt < rich_black.text_pt) {
      const values = { page, size: rounded(rich_black_text.size_pt), least: rich_black.text_pt };
      findings.push(finding('rich-black-text', 'warning', values, { place: rich_black_text.place }));
    } else if (heaviest_black_text && heaviest_black_text.percent > rich_black.percent) {
      const values = { page, found: Math.round(heaviest_black_text.percent), limit: rich_black.percent };
      findings.push(finding('heavy-black-text', 'warning', values, { place: heaviest_black_text.place }));
    }
    if (small_mixed_text && small_mixed_text.size_pt < least) {
      const values = { page, size: rounded(small_mixed_text.size_pt), least };
      findings.push(finding('small-mixed-text', 'warning', values, { place: small_mixed_text.place }));
    }
  }
  return findings;
}
