import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look, PlacedImage } from '../look';
import { drawingLimits } from './usual-limits';

/** The weakest picture of each page is named; the signer accepts one sentence a page, not one a picture. */
export function resolution({ pages, specification }: Look): Finding[] {
  const { one_bit_ppi } = drawingLimits(specification);
  const limitsOf = (image: PlacedImage) => (image.is_one_bit ? one_bit_ppi : specification.resolution_ppi);
  const findings: Finding[] = [];
  for (const { number: page, images } of pages) {
    // A black-and-white picture may be weaker at more pixels than a photograph: shares of the limit compare them.
    const weakest = (one: PlacedImage, other: PlacedImage) =>
      one.ppi / limitsOf(one).warn - other.ppi / limitsOf(other).warn;
    const blocked = images.filter((image) => image.ppi <= limitsOf(image).block).sort(weakest);
    const low = images
      .filter((image) => image.ppi > limitsOf(image).block && image.ppi <= limitsOf(image).warn)
      .sort(weakest);
    if (blocked[0]) {
      const { place } = blocked[0];
      const { block } = limitsOf(blocked[0]);
      const values = { page, ppi: Math.round(blocked[0].ppi), block, pictures: blocked.length };
      findings.push(finding('resolution-too-low', 'error', values, { place }));
    }
    if (low[0]) {
      const { place } = low[0];
      const { warn } = limitsOf(low[0]);
      const values = { page, ppi: Math.round(low[0].ppi), warn, pictures: low.length };
      findings.push(finding('low-resolution', 'warning', values, { place }));
    }
  }
  return findings;
}
