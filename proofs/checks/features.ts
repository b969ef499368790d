// What a page on a screen can do and a sheet of paper cannot.
import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';

export function features({
  features: has,
  kind,
  fonts,
  pages,
  is_fully_read,
  had_owner_password,
}: Look): Finding[] {
  const findings: Finding[] = [];
  if (has.outside_references > 0) {
    findings.push(finding('outside-references', 'warning', { count: has.outside_references }));
  }
  if (has.live_text_in_drawing)
    findings.push(finding('live-text-in-drawing', 'warning', { fonts: fontNames(fonts) }));
  if (!is_fully_read) findings.push(finding('partly-read', 'info', {}));
  if (had_owner_password) findings.push(finding('owner-password', 'info', {}));
  if (has.transparency && kind === 'pdf') {
    const first = pages.find(({ painting }) => painting.see_through);
    const at = first ? { page: first.number, place: first.painting.see_through! } : {};
    findings.push(finding('transparency', 'info', {}, at));
  }
  if (has.annotations > 0) findings.push(finding('annotations', 'info', { count: has.annotations }));
  if (has.form_fields > 0) findings.push(finding('form-fields', 'info', { count: has.form_fields }));
  if (has.scripts > 0) findings.push(finding('scripts', 'info', { count: has.scripts }));
  if (has.attachments > 0) findings.push(finding('attachments', 'info', { count: has.attachments }));
  if (has.hidden_layers > 0) findings.push(finding('hidden-layers', 'info', { count: has.hidden_layers }));
  return findings;
}

const NAMES_SHOWN = 4;

function fontNames(fonts: Look['fonts']): string {
  const shown = fonts.slice(0, NAMES_SHOWN).map(({ name }) => name);
  return shown.join(', ') + (fonts.length > NAMES_SHOWN ? '…' : '');
}
