// Breaking text into lines for a paper: every character that the typeface lacks becomes □.
import { hasGlyph, type Typeface, widthOf } from './typeface';

export const MISSING_GLYPH = '□';

/** Letters of one weight that stand beside each other. */
export interface Run {
  text: string;
  face: Typeface;
  width: number;
}

export interface TextLine {
  runs: Run[];
  width: number;
}

type Piece = Pick<Run, 'text' | 'face'>;

/** Pieces that may not be parted: one word, with its punctuation and its non-breaking spaces. */
type Word = Piece[];

export interface Setting {
  plain: Typeface;
  strong: Typeface;
  /** `**` turns the strong weight on and off. */
  isMarked: boolean;
  size: number;
  width: number;
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** `isComplete` is false when at least one character had to become □. */
export function printable(text: string, face: Typeface): { text: string; isComplete: boolean } {
  const clean = text
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  const isDrawn = (text: string) =>
    [...text].every((character) => character === '\n' || hasGlyph(face, character));
  if (isDrawn(clean)) return { text: clean, isComplete: true };
  const drawn = Array.from(graphemes.segment(clean), ({ segment }) =>
    isDrawn(segment) ? segment : MISSING_GLYPH,
  );
  return { text: drawn.join(''), isComplete: false };
}

export function breakLines(text: string, setting: Setting): TextLine[] {
  return text.split('\n').flatMap((paragraph) => {
    const words = wordsOf(paragraph, setting).flatMap((word) => partedWord(word, setting));
    return linesOf(words, setting);
  });
}

function wordsOf(paragraph: string, { plain, strong, isMarked }: Setting): Word[] {
  const words: Word[] = [[]];
  const spans = isMarked ? paragraph.split('**') : [paragraph];
  spans.forEach((span, i) => {
    const face = i % 2 === 0 ? plain : strong;
    span.split(' ').forEach((text, j) => {
      if (j > 0) words.push([]);
      if (text !== '') words[words.length - 1].push({ text, face });
    });
  });
  return words.filter((word) => word.length > 0);
}

function partedWord(word: Word, { size, width }: Setting): Word[] {
  if (wordWidth(word, size) <= width) return [word];
  const parts: Word[] = [];
  for (const { text, face } of word) {
    let part = '';
    for (const { segment } of graphemes.segment(text)) {
      if (part !== '' && widthOf(part + segment, face, size) > width) {
        parts.push([{ text: part, face }]);
        part = '';
      }
      part += segment;
    }
    if (part !== '') parts.push([{ text: part, face }]);
  }
  return parts;
}

function linesOf(words: Word[], { plain, size, width }: Setting): TextLine[] {
  const space = widthOf(' ', plain, size);
  const lines: Word[][] = [[]];
  let used = 0;
  for (const word of words) {
    const needed = wordWidth(word, size);
    if (used > 0 && used + space + needed > width) {
      lines.push([]);
      used = 0;
    }
    used += (used > 0 ? space : 0) + needed;
    lines[lines.length - 1].push(word);
  }
  return lines.map((line) => lineOf(line, plain, size));
}

function lineOf(words: Word[], plain: Typeface, size: number): TextLine {
  const runs: Run[] = [];
  const add = ({ text, face }: Piece) => {
    const width = widthOf(text, face, size);
    const last = runs.at(-1);
    if (last?.face === face) {
      last.text += text;
      last.width += width;
    } else {
      runs.push({ text, face, width });
    }
  };
  words.forEach((word, i) => {
    if (i > 0) add({ text: ' ', face: plain });
    word.forEach(add);
  });
  return { runs, width: runs.reduce((sum, run) => sum + run.width, 0) };
}

function wordWidth(word: Word, size: number): number {
  return word.reduce((sum, { text, face }) => sum + widthOf(text, face, size), 0);
}
