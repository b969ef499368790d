import type { Finding } from '../contract';
import { finding } from '../finding';
import type { PageLook, Pixels } from '../look';

const PAPER = 250;

export function blankPage(page: PageLook, { data }: Pixels): Finding[] {
  for (const value of data) if (value < PAPER) return [];
  return [finding('blank-page', 'warning', { page: page.number })];
}
