import { sharedPicture } from '../artwork/picture';
import type { Artwork, Look, Plate } from '../look';

/** Draws from the pictures that lie in the press file; what was seen in the artwork stays what was seen. */
export function drawnFromPlates(look: Look, plates: Plate[]): Artwork {
  return {
    look,
    draw: (page, px) => {
      const plate = plates[page - 1]!;
      const pages = look.pages.map((each) => (each.number === plate.page ? look.pages[page - 1]! : each));
      return sharedPicture(plate.path, plate.kind, { ...look, pages }).draw(plate.page, px);
    },
    text: () => null,
    wordsAt: () => '',
    share: () => ({
      kind: 'plates',
      look,
      plates: plates.map(({ path, kind, page }) => ({ path, kind, page })),
    }),
    close: () => {},
  };
}
