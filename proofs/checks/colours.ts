import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

const SCREEN_COLOURS = new Set(['DeviceRGB', 'CalRGB', 'ICCBased (3)', 'Lab']);
const NAMES_SHOWN = 4;

export function colours({ colour_spaces, spot_colours, specification, inks }: Look): Finding[] {
  const findings: Finding[] = [];
  if (inks && !inks.is_complete) findings.push(finding('colours-approximate', 'info', {}));
  if (specification.colour !== 'process') return findings;
  if (spot_colours.length > 0) {
    const shown = spot_colours.slice(0, NAMES_SHOWN).join(', ');
    const names = spot_colours.length > NAMES_SHOWN ? `${shown}…` : shown;
    findings.push(finding('spot-colours', 'warning', { names, count: spot_colours.length }));
  }
  if (colour_spaces.some((space) => SCREEN_COLOURS.has(space)))
    findings.push(finding('rgb-colours', 'info', {}));
  if (inks?.profile) {
    const { name, source } = inks.profile;
    findings.push(finding('soft-proof', 'info', { profile: name, source }));
  }
  return findings;
}
