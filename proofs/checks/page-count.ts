import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

export function pageCount({ page_count: found, specification }: Look): Finding[] {
  const { min, max, multiple_of } = specification.pages;
  if (found >= min && found <= max && found % Math.max(1, multiple_of) === 0) return [];
  return [finding('page-count', 'error', { found, min, max, multiple_of })];
}
