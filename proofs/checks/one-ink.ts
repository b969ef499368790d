import type { Finding, PrintSpecification } from '../contract';
import { finding } from '../finding';
import type { PageLook, Pixels } from '../look';

// Of 255, between the strongest and the weakest channel: more than the fringe of a grey letter.
const COLOURED = 40;
const TOLD_FROM_SHARE = 0.0005;

/** Only for products that print in one ink: stamps, carbonless sets. */
export function oneInk(page: PageLook, { data }: Pixels, { colour }: PrintSpecification): Finding[] {
  if (colour !== 'black') return [];
  let coloured = 0;
  for (let at = 0; at < data.length; at += 3) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOURED) coloured += 1;
  }
  if (coloured < (data.length / 3) * TOLD_FROM_SHARE) return [];
  return [finding('colour-in-black', 'warning', { page: page.number })];
}
