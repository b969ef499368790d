// The operands of one operator, read from the bytes of its content stream.

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;

/** Every number between the two places; strings and names must not lie there. */
export function numbersIn(content: Buffer, from: number, to: number): number[] {
  const found: number[] = [];
  let at = from;
  while (at < to) {
    const byte = content[at]!;
    if (!isDigit(byte) && byte !== MINUS && byte !== PLUS && byte !== DOT) {
      at += 1;
      continue;
    }
    let sign = 1;
    let value = 0;
    let place = 0;
    for (; at < to; at += 1) {
      const each = content[at]!;
      if (each === MINUS) sign = -1;
      else if (each === DOT) place = 1;
      else if (isDigit(each)) {
        value = value * 10 + each - 0x30;
        place *= 10;
      } else if (each !== PLUS) break;
    }
    found.push((sign * value) / (place || 1));
  }
  return found;
}

export interface Shown {
  /** Character codes of a string, or a step to the side in thousandths of the size. */
  codes: Buffer | null;
  step: number;
}

/** The strings and steps of Tj, TJ, ' and ". */
export function shownText(content: Buffer, from: number, to: number): Shown[] {
  const parts: Shown[] = [];
  for (let at = from; at < to; ) {
    const byte = content[at]!;
    if (byte === 0x28) {
      const { codes, end } = literal(content, at, to);
      parts.push({ codes, step: 0 });
      at = end;
    } else if (byte === 0x3c) {
      const close = content.indexOf(0x3e, at);
      const end = close < 0 || close > to ? to : close;
      const digits = content.toString('latin1', at + 1, end).replace(/[^0-9a-f]/gi, '');
      parts.push({ codes: Buffer.from(digits.length % 2 ? `${digits}0` : digits, 'hex'), step: 0 });
      at = end + 1;
    } else if (isDigit(byte) || byte === MINUS || byte === DOT) {
      let end = at + 1;
      while (end < to && (isDigit(content[end]!) || content[end] === DOT || content[end] === MINUS)) end += 1;
      parts.push({ codes: null, step: Number(content.toString('latin1', at, end)) || 0 });
      at = end;
    } else {
      at += 1;
    }
  }
  return parts;
}

function literal(content: Buffer, start: number, to: number): { codes: Buffer; end: number } {
  const codes: number[] = [];
  let depth = 0;
  let at = start;
  for (; at < to; at += 1) {
    const byte = content[at]!;
    if (byte === 0x5c) {
      const next = content[at + 1]!;
      if (next >= 0x30 && next <= 0x37) {
        let code = 0;
        let length = 0;
        while (length < 3 && content[at + 1]! >= 0x30 && content[at + 1]! <= 0x37) {
          code = code * 8 + content[at + 1]! - 0x30;
          at += 1;
          length += 1;
        }
        codes.push(code & 0xff);
      } else {
        if (next !== 0x0a && next !== 0x0d) codes.push(next);
        at += 1;
      }
    } else if (byte === 0x28) {
      depth += 1;
      if (depth > 1) codes.push(byte);
    } else if (byte === 0x29) {
      depth -= 1;
      if (depth === 0) return { codes: Buffer.from(codes), end: at + 1 };
      codes.push(byte);
    } else {
      codes.push(byte);
    }
  }
  return { codes: Buffer.from(codes), end: at };
}
