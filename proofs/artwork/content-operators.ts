// Reads a content stream operator by operator: strings, comments and the data of inline pictures are stepped over.

export interface Operator {
  word: string;
  /** Where its first operand begins; `at` when it has none. */
  operands_at: number;
  at: number;
  end: number;
  /** How many operands there are when all of them are numbers, otherwise -1. */
  numbers: number;
  /** The operand, when it is one single name; without its slash. */
  name: string | null;
}

const OPEN = 0x28;
const CLOSE = 0x29;
const ESCAPE = 0x5c;
const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const PERCENT = 0x25;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

const MAX_WORD_BYTES = 8;
// What follows the end of an inline picture is content again: text, not the middle of its data.
const READABLE_AFTER_PICTURE = 12;

const isSpace = table('\0\t\n\f\r ');
const isDelimiter = table('()<>[]{}/%');
const isNumeric = table('0123456789+-.');

export function* operators(content: Buffer): Generator<Operator> {
  let at = 0;
  let operands_at = -1;
  let operands = 0;
  let is_numbers = true;
  let name: string | null = null;
  const operand = (start: number, is_number: boolean) => {
    if (operands_at < 0) operands_at = start;
    operands += 1;
    is_numbers &&= is_number;
  };
  while (at < content.length) {
    const byte = content[at]!;
    if (isSpace[byte]) {
      at += 1;
    } else if (byte === PERCENT) {
      while (at < content.length && content[at] !== LINE_FEED && content[at] !== RETURN) at += 1;
    } else if (byte === OPEN) {
      operand(at, false);
      at = afterString(content, at);
    } else if (byte === LESS && content[at + 1] !== LESS) {
      operand(at, false);
      const end = content.indexOf(GREATER, at);
      at = end < 0 ? content.length : end + 1;
    } else if (byte === SLASH) {
      const end = afterWord(content, at + 1);
      operand(at, false);
      name = operands === 1 ? content.toString('latin1', at + 1, end) : null;
      at = end;
    } else if (isDelimiter[byte]) {
      operand(at, false);
      at += 1;
    } else if (isNumeric[byte]) {
      operand(at, true);
      at = afterWord(content, at);
    } else {
      const end = afterWord(content, at);
      const word = content.toString('latin1', at, Math.min(end, at + MAX_WORD_BYTES));
      yield {
        word,
        operands_at: operands_at < 0 ? at : operands_at,
        at,
        end,
        numbers: is_numbers ? operands : -1,
        name: operands === 1 ? name : null,
      };
      at = word === 'ID' ? afterInlinePicture(content, end) : end;
      operands_at = -1;
      operands = 0;
      is_numbers = true;
      name = null;
    }
  }
}

function afterString(content: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < content.length; at += 1) {
    const byte = content[at];
    if (byte === ESCAPE) at += 1;
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return content.length;
}

function afterWord(content: Buffer, start: number): number {
  let at = start;
  while (at < content.length && !isSpace[content[at]!] && !isDelimiter[content[at]!]) at += 1;
  return at;
}

function afterInlinePicture(content: Buffer, start: number): number {
  for (let at = content.indexOf('EI', start); at >= 0; at = content.indexOf('EI', at + 1)) {
    const after = content[at + 2];
    const isAlone = isSpace[content[at - 1]!] && (after === undefined || isSpace[after]);
    if (isAlone && isReadable(content.subarray(at + 2, at + 2 + READABLE_AFTER_PICTURE))) return at + 2;
  }
  return content.length;
}

function isReadable(bytes: Buffer): boolean {
  return bytes.every((byte) => isSpace[byte] || (byte > 0x20 && byte < 0x7f));
}

function table(characters: string): boolean[] {
  return Array.from({ length: 256 }, (_, byte) => characters.includes(String.fromCharCode(byte)));
}
