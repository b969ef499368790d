import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

const SCREEN_COLOURS = new Set(['DeviceRGB', 'CalRGB', 'ICCBased (3)', 'Lab']);

export function colours({ colour_spaces, pages, specification, inks }: Look): Finding[] {
  const findings: Finding[] = [];
  if (inks && !inks.is_complete) findings.push(finding('colours-approximate', 'info', {}));
  if (specification.colour !== 'process') return findings;
  if (colour_spaces.some((space) => SCREEN_COLOURS.has(space))) {
    const first = pages.find(({ painting }) => painting.screen_colour);
    const at = first ? { page: first.number, place: first.painting.screen_colour! } : {};
    findings.push(finding('rgb-colours', 'info', {}, at));
  }
  if (inks?.profile) {
    const { name, source } = inks.profile;
    findings.push(finding('soft-proof', 'info', { profile: name, source }));
  }
  return findings;
}
