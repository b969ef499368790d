// What was done to a file, in words that somebody signs.
import type { Language } from './order';
import type { Edge, Fix } from './press-file';

const EDGES: Record<Language, Record<Edge, string>> = {
  en: { top: 'top', right: 'right', bottom: 'bottom', left: 'left' },
  fr: { top: 'haut', right: 'droite', bottom: 'bas', left: 'gauche' },
};
const ALL_EDGES = 4;

function mirrored(page: number, edges: Edge[], language: Language): string {
  const some =
    edges.length === ALL_EDGES
      ? ''
      : ` (${new Intl.ListFormat(language).format(edges.map((edge) => EDGES[language][edge]))})`;
  return language === 'fr'
    ? `fond perdu ajouté par l’image miroir du bord, page ${page}${some}`
    : `bleed added by mirroring the edge, page ${page}${some}`;
}

function words(fix: Fix, language: Language): string {
  const isFrench = language === 'fr';
  switch (fix.fix) {
    case 'mirror_bleed':
      return mirrored(fix.page, fix.edges, language);
    case 'scale_to_trim':
      if (fix.how === 'fill')
        return isFrench ? 'page mise à l’échelle pour remplir le format' : 'page scaled to fill the piece';
      return isFrench
        ? 'page mise à l’échelle pour tenir entière dans le format'
        : 'page scaled so that all of it fits the piece';
    case 'rotate':
      if (fix.degrees === 90)
        return isFrench ? 'page tournée d’un quart vers la droite' : 'page turned a quarter to the right';
      return isFrench ? 'page tournée d’un quart vers la gauche' : 'page turned a quarter to the left';
    case 'convert_to_press_profile':
      return isFrench ? 'couleurs d’écran converties en encres' : 'screen colours converted to printing inks';
  }
}

/** "bleed added by mirroring the edge, page 1; page turned a quarter to the right" */
export function fixesInWords(fixes: Fix[], language: Language): string {
  return fixes.map((fix) => words(fix, language)).join(language === 'fr' ? '\u202f; ' : '; ');
}
