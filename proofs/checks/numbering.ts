import type { Finding } from '../contract';
import { finding } from '../finding';
import type { Look } from '../look';
import { specialMarks } from './usual-limits';

const WORDS_SHOWN = 30;

/** A number that stands in the artwork would be the same on every sheet. */
export function numbering({ pages, specification }: Look): Finding[] {
  if (!specialMarks(specification).numbering) return [];
  return pages.flatMap(({ number: page, running_number }) =>
    running_number
      ? [
          finding(
            'number-in-artwork',
            'warning',
            { page, words: running_number.words.slice(0, WORDS_SHOWN) },
            { place: running_number.place },
          ),
        ]
      : [],
  );
}
