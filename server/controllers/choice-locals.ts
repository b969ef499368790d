// What a page shows of the choices that a file leaves open, and of those that were made.
import type { Request, Response } from 'express';
import type * as artwork from '../models/artwork';
import * as artworkChoice from '../models/artwork-choice';
import { fixesInWords } from '../models/fix-wording';
import type * as order from '../models/order';
import type { Fix } from '../models/press-file';
import * as pressFile from '../models/press-file';
import type * as proof from '../models/proof';
import { portal } from '../portal';

/** What the views show: each question with its answers, and the one that was given. */
export async function questionsFor(
  req: Request,
  found: order.Order,
  file: artwork.Artwork,
  report: artwork.Report | null,
) {
  const chosen = await artworkChoice.ofArtwork(portal(req).db, file.id, found);
  return artworkChoice.questionsOf(report).map(({ key, finding, offers, may_keep }) => {
    const held = chosen.find(({ question }) => question === key);
    const fixed = held?.fix ? offers.findIndex((fix) => isSame(fix, held.fix as Fix)) : -1;
    return {
      key,
      finding,
      offers: offers.map((fix, index) => ({ value: `fix-${index}`, label: labelOf(fix) })),
      may_keep,
      answer: held ? (fixed >= 0 ? `fix-${fixed}` : 'keep') : null,
      chosen_by: held?.chosen_by ?? null,
    };
  });
}

const isSame = (one: Fix, other: Fix) => JSON.stringify(one) === JSON.stringify(other);

/** The key of its words in press.json. */
function labelOf(fix: Fix): string {
  if (fix.fix === 'scale_to_trim') return `${fix.fix}_${fix.how}`;
  return fix.fix === 'rotate' ? `${fix.fix}_${fix.degrees}` : fix.fix;
}

/** What will be done, for the check page; empty when nothing was chosen. */
export async function chosenInWords(
  req: Request,
  res: Response,
  found: order.Order,
  file: artwork.Artwork,
): Promise<string> {
  const chosen = await artworkChoice.ofArtwork(portal(req).db, file.id, found);
  const fixes = artworkChoice.fixesOf(chosen).map(({ fix }) => fix);
  return fixesInWords(fixes, res.locals.lang);
}

/** What was done to the file before this proof was drawn, by who chose it. */
export async function doneTo(req: Request, res: Response, shown: proof.Proof) {
  const press = await pressFile.ofProof(portal(req).db, shown.id);
  const by = (who: 'customer' | 'staff') =>
    press.derivation.fixes.filter(({ chosen_by }) => (chosen_by ?? 'customer') === who);
  return {
    press_sha256: press.sha256,
    done: (['customer', 'staff'] as const)
      .map((chosen_by) => ({ chosen_by, words: fixesInWords(by(chosen_by), res.locals.lang) }))
      .filter(({ words }) => words !== ''),
  };
}
