import type { Language } from '../contract';

const locales = { en: 'en-GB', fr: 'fr-FR' };

export function number(value: number, language: Language, digits = 1): string {
  return value.toLocaleString(locales[language], { maximumFractionDigits: digits });
}

export function size(width: number, height: number, language: Language): string {
  return `${number(width, language)} × ${number(height, language)} mm`;
}

/** Sets the spaces that must not break, and the French spaces before ; ! ? : and inside « ». */
export function typeset(text: string, language: Language): string {
  const units = text
    .replace(/× (?=\d)/g, '×\u00a0')
    .replace(/(\d) (mm|cm|%|ppi|ppp|pt|MB|Mo|bytes|octets|million|×)/g, '$1\u00a0$2');
  if (language === 'en') return units;
  return units
    .replace(/'/g, '’')
    .replace(/ ([;!?])/g, '\u202f$1')
    .replace(/ ([:»])/g, '\u00a0$1')
    .replace(/« /g, '«\u00a0');
}

/** 1–3, 5: runs of page numbers, shortened after a few. */
export function pageList(pages: number[], language: Language): string {
  const runs: string[] = [];
  for (let at = 0; at < pages.length; ) {
    let end = at;
    while (pages[end + 1] === pages[end]! + 1) end += 1;
    runs.push(end > at ? `${pages[at]}–${pages[end]}` : `${pages[at]}`);
    at = end + 1;
  }
  const shown = runs.slice(0, 6).join(', ');
  if (runs.length <= 6) return shown;
  return language === 'fr' ? `${shown} et d'autres` : `${shown} and more`;
}

/** "Page 3" or "Pages 1–4". */
export function pages(list: number[], language: Language): string {
  return `${list.length > 1 ? 'Pages' : 'Page'} ${pageList(list, language)}`;
}
