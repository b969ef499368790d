// An order's history as it travels: one canonical line an event, each naming the hash of the line before.
import { createHash } from 'node:crypto';

const FIRST_PREV = '0'.repeat(64);

export interface Told {
  seq: number;
  type: string;
  data: Record<string, unknown>;
  hash: string;
}

export interface ChainFault {
  seq: number;
  type: string | null;
  why: string;
}

const sha256 = (line: string) => createHash('sha256').update(line, 'utf8').digest('hex');

interface Line {
  order?: unknown;
  seq?: unknown;
  prev?: unknown;
  type?: unknown;
  data?: Record<string, unknown>;
}

function read(line: string): Line | null {
  try {
    const found = JSON.parse(line);
    return typeof found === 'object' && found !== null ? found : null;
  } catch {
    return null;
  }
}

const typeOf = (line: Line | null) => (typeof line?.type === 'string' ? line.type : null);

/**
 * The first event that does not hold, or null. `text` are the stored lines, each with a line end; `head` is the hash
 * of the last one as it is known from elsewhere. Hashes the bytes as they are and never writes them anew.
 */
export function chainFault(text: string, order_id: string, head: string): ChainFault | null {
  const lines = text.split('\n');
  if (lines.pop() !== '') return { seq: lines.length + 1, type: null, why: 'the last line is not whole' };
  let prev = FIRST_PREV;
  for (const [index, line] of lines.entries()) {
    const seq = index + 1;
    const found = read(line);
    const type = typeOf(found);
    if (!found || type === null) return { seq, type, why: 'it cannot be read' };
    if (found.order !== order_id) return { seq, type, why: 'it is of another order' };
    if (found.seq !== seq) return { seq, type, why: 'an event before it was taken out, added or moved' };
    if (found.prev !== prev) {
      // Either this line or the one before was changed: the one whose hash the rest still knows was not.
      const next = index + 1 < lines.length ? read(lines[index + 1])?.prev : head;
      const isItself = index === 0 || next !== sha256(line);
      return isItself
        ? { seq, type, why: 'it was changed, or does not follow the event before' }
        : { seq: seq - 1, type: typeOf(read(lines[index - 1])), why: 'it was changed' };
    }
    prev = sha256(line);
  }
  const last = lines.length;
  return prev === head
    ? null
    : {
        seq: last,
        type: typeOf(read(lines[last - 1] ?? '')),
        why: 'it is not the last event that was recorded',
      };
}

/** The events of lines that hold. */
export function tellChain(text: string): Told[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const { seq, type, data } = read(line) as Required<Line>;
      return { seq: Number(seq), type: String(type), data, hash: sha256(line) };
    });
}
