// Which words went and which came, between two texts in reading order.
import type { WordChange } from '../contract';

/** Texts that share less than this many words at a time are told as one change. */
export const MOST_COMPARED_WORDS = 2_000;
export const MOST_WORD_CHANGES = 60;
export const MOST_CHANGE_LENGTH = 240;

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** Runs of words that differ, in reading order; empty when both say the same. */
export function wordChanges(before: string, after: string): WordChange[] {
  const old = wordsOf(before);
  const now = wordsOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end += 1;
  }
  const changes = runs(old.slice(start, old.length - end), now.slice(start, now.length - end));
  return changes.slice(0, MOST_WORD_CHANGES);
}

function runs(old: string[], now: string[]): WordChange[] {
  if (old.length === 0 && now.length === 0) return [];
  if (Math.max(old.length, now.length) > MOST_COMPARED_WORDS) return [change(old, now)];
  const width = now.length + 1;
  const shared = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      shared[at] =
        old[i] === now[j] ? shared[at + width + 1]! + 1 : Math.max(shared[at + width]!, shared[at + 1]!);
    }
  }
  const found: WordChange[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [from, to] = [i, j];
    while (i < old.length || j < now.length) {
      if (i < old.length && j < now.length && old[i] === now[j]) break;
      const at = i * width + j;
      if (j >= now.length || (i < old.length && shared[at + width]! >= shared[at + 1]!)) i += 1;
      else j += 1;
    }
    if (i > from || j > to) found.push(change(old.slice(from, i), now.slice(to, j)));
    while (i < old.length && j < now.length && old[i] === now[j]) {
      i += 1;
      j += 1;
    }
  }
  return found;
}

function change(removed: string[], added: string[]): WordChange {
  return { removed: shortened(removed), added: shortened(added) };
}

function shortened(words: string[]): string {
  const text = words.join(' ');
  return text.length > MOST_CHANGE_LENGTH ? `${text.slice(0, MOST_CHANGE_LENGTH - 1)}…` : text;
}
