import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

export function noText({ pages }: Look): Finding[] {
  const silent = pages.filter((page) => !page.has_text).map((page) => page.number);
  return silent.length === 0 ? [] : [finding('no-text', 'info', { pages: silent })];
}
