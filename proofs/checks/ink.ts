import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

export function ink({ pages, specification }: Look): Finding[] {
  const limit = specification.ink_limit_percent;
  return pages.flatMap(({ number: page, heaviest }) => {
    if (!heaviest || Math.round(heaviest.percent) <= limit) return [];
    const values = { page, found: Math.round(heaviest.percent), limit };
    return [finding('ink-limit', 'warning', values, { place: heaviest.place })];
  });
}
