import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

export function ink({ pages, specification }: Look): Finding[] {
  const limit = specification.ink_limit_percent;
  return pages
    .filter((page) => (page.ink_percent ?? 0) > limit)
    .map((page) =>
      finding('ink-limit', 'warning', { page: page.number, found: Math.round(page.ink_percent!), limit }),
    );
}
