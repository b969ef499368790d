// Numbers and words from a seed: the same on every run and every machine.

/** Numbers from 0 to 1, one excluded (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  'paper ink press plate cut fold stitch proof margin letter colour cyan magenta yellow black grain sheet roll trim bleed spine cover card poster label stamp order shop counter customer morning window street market flower bread river bridge season garden silver quiet early bright narrow and the of with under before after while because'.split(
    ' ',
  );

const LINES = 46;
const LINE_LENGTH = 88;

/** The lines of one full page. */
export function pageOfWords(random: () => number): string[] {
  return Array.from({ length: LINES }, () => {
    let line = '';
    while (line.length < LINE_LENGTH) line += `${WORDS[Math.floor(random() * WORDS.length)]} `;
    return line.trimEnd();
  });
}
