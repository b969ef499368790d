// Inks with a name of their own: a colour of the swatch book, or a mark for the knife, the foil or the white ink.
import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Rect } from '../geometry';
import type { Look } from '../look';
import { specialMarks } from './usual-limits';

const DIE_LINE =
  /\b(die|dies|cut|cuts|cutter|through ?cut|kiss ?cut|stanz\w*|d[ée]coupe|crease|fold|rainage|perf\w*|rill\w*|knife)\b|^(cut ?contour|die ?line|cutline|forme)/i;
const WHITE_INK = /^(opaque |under ?)?(white|blanc|weiss|weiß|bianco|blanco)( \d+| ink| base)?$/i;
const FINISHING =
  /\b(varnish|vernis|lack|gloss|spot ?uv|uv|foil|dorure|gold|silver|or|argent|emboss\w*|gaufrage)\b/i;

const NAMES_SHOWN = 4;

export type SpecialInk = 'die-line' | 'white-ink' | 'finishing' | 'colour';

export function kindOfInk(name: string): SpecialInk {
  const plain = name.replace(/[_-]+/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
  if (DIE_LINE.test(plain) || DIE_LINE.test(name)) return 'die-line';
  if (WHITE_INK.test(plain)) return 'white-ink';
  if (!/pantone|hks|toyo|dic/i.test(name) && FINISHING.test(plain)) return 'finishing';
  return 'colour';
}

interface Met {
  name: string;
  page: number | null;
  place: Rect | null;
}

export function specialInks({ pages, spot_colours, specification }: Look): Finding[] {
  const marks = specialMarks(specification);
  const findings: Finding[] = [];
  const met = spot_colours.map((name): Met => whereIs(name, pages));
  const of = (kind: SpecialInk) => met.filter(({ name }) => kindOfInk(name) === kind);

  const lines = of('die-line');
  if (lines.length > 0) {
    const code = marks.die_line === 'none' ? 'die-line-unasked' : 'die-line';
    findings.push(finding(code, marks.die_line === 'none' ? 'warning' : 'info', named(lines), at(lines)));
  } else if (marks.die_line === 'wanted') {
    findings.push(finding('die-line-missing', 'warning', {}));
  }
  const white = of('white-ink');
  if (white.length > 0) {
    const code = marks.white_ink ? 'white-ink' : 'white-ink-unasked';
    findings.push(finding(code, marks.white_ink ? 'info' : 'warning', named(white), at(white)));
  }
  const finishing = of('finishing');
  if (finishing.length > 0) {
    const code = marks.finishing ? 'finishing-ink' : 'finishing-ink-unasked';
    findings.push(finding(code, marks.finishing ? 'info' : 'warning', named(finishing), at(finishing)));
  }
  const colours = of('colour');
  if (colours.length > 0 && specification.colour === 'process') {
    const values = { ...named(colours), count: colours.length };
    findings.push(finding('spot-colours', 'warning', values, at(colours)));
  }
  for (const { number: page, painting } of pages) {
    if (painting.every_ink)
      findings.push(finding('every-ink', 'warning', { page }, { place: painting.every_ink }));
  }
  return findings;
}

function whereIs(name: string, pages: Look['pages']): Met {
  for (const { number, painting } of pages) {
    const spot = painting.spots.find((each) => each.name === name);
    if (spot) return { name, page: number, place: spot.place };
  }
  return { name, page: null, place: null };
}

function named(inks: Met[]): { names: string } {
  const shown = inks.slice(0, NAMES_SHOWN).map(({ name }) => name);
  return { names: shown.join(', ') + (inks.length > NAMES_SHOWN ? '…' : '') };
}

function at(inks: Met[]): { page?: number; place?: Rect } {
  const first = inks.find(({ place }) => place);
  return first ? { page: first.page!, place: first.place! } : {};
}
