import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look, PlacedImage } from '../look';

// Black-and-white line art shows its steps sooner (Ghent Workgroup 2022, rule 32: 549 and 799 for 149 and 224).
const ONE_BIT_FACTOR = 3.6;

/** The weakest picture of each page is named; the signer accepts one sentence a page, not one a picture. */
export function resolution({ pages, specification }: Look): Finding[] {
  const { warn, block } = specification.resolution_ppi;
  const findings: Finding[] = [];
  for (const { number: page, images } of pages) {
    const measured = images.map((image) => ({ image, ppi: comparable(image) }));
    const blocked = measured.filter(({ ppi }) => ppi <= block).sort((one, other) => one.ppi - other.ppi);
    const low = measured
      .filter(({ ppi }) => ppi > block && ppi <= warn)
      .sort((one, other) => one.ppi - other.ppi);
    if (blocked[0]) {
      const values = { page, ppi: Math.round(blocked[0].image.ppi), block, pictures: blocked.length };
      findings.push(finding('resolution-too-low', 'error', values, { place: blocked[0].image.place }));
    }
    if (low[0]) {
      const values = { page, ppi: Math.round(low[0].image.ppi), warn, pictures: low.length };
      findings.push(finding('low-resolution', 'warning', values, { place: low[0].image.place }));
    }
  }
  return findings;
}

function comparable({ ppi, is_one_bit }: PlacedImage): number {
  return is_one_bit ? ppi / ONE_BIT_FACTOR : ppi;
}
