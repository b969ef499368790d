import type { Fix, Language, Words } from '../contract';
import { pageList, typeset } from './numbers';

/** What was done, in a few words for the slug: "Bleed mirrored (page 1) · Scaled to fit". Empty for nothing. */
export function fixesInShort(fixes: Fix[], language: Language): string {
  const mirrored = fixes.flatMap((each) => (each.fix === 'mirror_bleed' ? [each.page] : []));
  const said: Words[] = fixes.flatMap((each): Words[] => {
    if (each.fix === 'scale_to_trim') return [{ en: 'Scaled to fit', fr: 'Mis à l’échelle' }];
    if (each.fix === 'rotate') return [{ en: 'Turned', fr: 'Tourné' }];
    if (each.fix === 'convert_to_press_profile') {
      return [{ en: 'Colours converted to inks', fr: 'Couleurs converties en encres' }];
    }
    return [];
  });
  if (mirrored.length > 0) {
    const list = pageList(
      [...new Set(mirrored)].sort((one, other) => one - other),
      language,
    );
    said.unshift({ en: `Bleed mirrored (page ${list})`, fr: `Fond perdu en miroir (page ${list})` });
  }
  return typeset(said.map((words) => words[language]).join(' · '), language);
}
