import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

export function printStandard({ print_standard, output_intent }: Look): Finding[] {
  if (!print_standard) return [];
  const intent = output_intent && output_intent !== 'unnamed' ? output_intent : '';
  return [finding('print-standard', 'info', { standard: print_standard, intent })];
}
