// A history as it travels: whatever is done to it is noticed, and the event it was done to is named.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { chainFault } from '../../server/packs/chain';

const LENGTH = 40;
const ORDER = 'b2a1';

function history(length: number): { lines: string[]; head: string } {
  let prev = '0'.repeat(64);
  const lines = Array.from({ length }, (_, index) => {
    const line = canonicalize({
      v: 1,
      order: ORDER,
      seq: index + 1,
      prev,
      type: 'page.seen',
      at: new Date(1_790_000_000_000 + index).toISOString(),
      actor: { kind: 'customer', id: null },
      data: { page: index, note: 'é 🖋 "quoted"' },
    }) as string;
    prev = createHash('sha256').update(line).digest('hex');
    return line;
  });
  return { lines, head: prev };
}

const { lines, head } = history(LENGTH);
const text = `${lines.join('\n')}\n`;
const faultOf = (changed: string[]) => chainFault(`${changed.join('\n')}\n`, ORDER, head);
const place = fc.integer({ min: 0, max: LENGTH - 1 });

test('an untouched history holds', () => {
  expect(chainFault(text, ORDER, head)).toBeNull();
});

test('a changed byte is noticed wherever it is, and its event is named', () => {
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: bytes.length - 2 }),
      fc.integer({ min: 1, max: 255 }),
      (at, mask) => {
        const touched = Buffer.from(bytes);
        touched[at] ^= mask;
        const fault = chainFault(touched.toString('utf8'), ORDER, head);
        const event = bytes.subarray(0, at).toString('utf8').split('\n').length;
        // A line end that changes joins two events; a new one parts one. Either neighbour may be named.
        expect(Math.abs((fault?.seq ?? -9) - event)).toBeLessThanOrEqual(bytes[at] === 10 ? 1 : 0);
      },
    ),
    { numRuns: 700 },
  );
});

test('an event taken out, doubled or moved is noticed at its place', () => {
  fc.assert(
    fc.property(place, place, (from, to) => {
      expect(faultOf(lines.toSpliced(from, 1))?.seq).toBe(Math.min(from + 1, LENGTH - 1));
      expect(faultOf(lines.toSpliced(from, 0, lines[from]))?.seq).toBe(from + 2);
      fc.pre(from !== to);
      const moved = lines.toSpliced(from, 1).toSpliced(to, 0, lines[from]);
      expect(faultOf(moved)?.seq).toBe(Math.min(from, to) + 1);
    }),
    { numRuns: 300 },
  );
});

test('a history that was written anew from some event on does not end in the head that is known', () => {
  fc.assert(
    fc.property(place, (from) => {
      let prev = from === 0 ? '0'.repeat(64) : JSON.parse(lines[from]).prev;
      const forged = lines.map((line, index) => {
        if (index < from) return line;
        const told = JSON.parse(line);
        const again = canonicalize({ ...told, prev, data: { page: 99 } }) as string;
        prev = createHash('sha256').update(again).digest('hex');
        return again;
      });
      expect(faultOf(forged)?.seq).toBe(LENGTH);
    }),
    { numRuns: 100 },
  );
});

test('a thousand events are checked in less than a second', () => {
  const long = history(1_000);
  const before = performance.now();
  expect(chainFault(`${long.lines.join('\n')}\n`, ORDER, long.head)).toBeNull();
  expect(performance.now() - before).toBeLessThan(1_000);
});
