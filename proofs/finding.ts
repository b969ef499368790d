import type { Finding, Severity, Words } from './contract';
import { type Rect, rounded, roundedRect } from './geometry';
import { typesetWords } from './refused';
import { type FindingCode, findingWords } from './words/findings';
import { pageList } from './words/numbers';

type ValuesOf<Code extends FindingCode> = Parameters<(typeof findingWords)[Code]>[0];

/** `values` are the figures of the sentence; `page` and `place` are taken from them or from `at`. */
export function finding<Code extends FindingCode>(
  code: Code,
  severity: Severity,
  values: ValuesOf<Code> extends undefined ? Record<string, never> : ValuesOf<Code>,
  at: { page?: number; place?: Rect } = {},
): Finding {
  const say = findingWords[code] as (given: typeof values) => Words;
  return {
    code,
    severity,
    page: at.page ?? pageIn(values as object),
    place: at.place ? placeOf(at.place) : null,
    text: typesetWords(say(values)),
    values: figures(values as object),
  };
}

function pageIn(values: object): number | null {
  if ('page' in values) return values.page as number;
  if ('pages' in values)
    return (values.pages as number[]).length === 1 ? (values.pages as number[])[0]! : null;
  return null;
}

function placeOf(rect: Rect): Finding['place'] {
  const { x, y, width, height } = roundedRect(rect);
  return { x_mm: x, y_mm: y, width_mm: width, height_mm: height };
}

function figures(values: object): Finding['values'] {
  const kept: Finding['values'] = {};
  for (const [key, value] of Object.entries(values)) {
    if (key === 'pages') kept[key] = pageList(value, 'en');
    else if (Array.isArray(value)) kept[key] = value.join(', ');
    else kept[key] = typeof value === 'number' ? rounded(value, 2) : value;
  }
  return kept;
}
