// Which page of the older version is which page of the newer one, when pages were put in, taken out or moved.
import { distanceOf, type PagePrint } from './page-print';

export interface Pair {
  /** Page numbers from 1. */
  before: number | null;
  after: number | null;
  is_moved: boolean;
  is_same: boolean;
}

/** Two of these cost as much as pairing two pages that have nothing in common. */
const ALONE = 0.5;

/** The pairing, in page order, in which least has changed: the alignment of two sequences. */
export function pairPages(before: PagePrint[], after: PagePrint[]): Pair[] {
  const pairs = retrace(before.length, after.length, costs(before, after));
  return joinMoved(
    pairs.map(([old, now]) => pairOf(before, after, old, now, false)),
    before,
    after,
  );
}

type Way = 0 | 1 | 2;
const PAIRED = 0;
const TAKEN_OUT = 1;
const PUT_IN = 2;

function costs(before: PagePrint[], after: PagePrint[]): Uint8Array {
  const width = after.length + 1;
  const ways = new Uint8Array((before.length + 1) * width);
  let above = Float64Array.from({ length: width }, (_, now) => now * ALONE);
  ways.fill(PUT_IN, 0, width);
  for (let old = 1; old <= before.length; old += 1) {
    const row = new Float64Array(width);
    row[0] = old * ALONE;
    ways[old * width] = TAKEN_OUT;
    for (let now = 1; now < width; now += 1) {
      const choices = [
        above[now - 1]! + distanceOf(before[old - 1]!, after[now - 1]!),
        above[now]! + ALONE,
        row[now - 1]! + ALONE,
      ];
      const least = Math.min(...choices);
      row[now] = least;
      ways[old * width + now] = choices.indexOf(least);
    }
    above = row;
  }
  return ways;
}

function retrace(
  old_count: number,
  now_count: number,
  ways: Uint8Array,
): Array<[number | null, number | null]> {
  const pairs: Array<[number | null, number | null]> = [];
  let [old, now] = [old_count, now_count];
  while (old > 0 || now > 0) {
    const way = ways[old * (now_count + 1) + now] as Way;
    if (way === PAIRED) pairs.push([old--, now--]);
    else if (way === TAKEN_OUT) pairs.push([old--, null]);
    else pairs.push([null, now--]);
  }
  return pairs.reverse();
}

function pairOf(
  before: PagePrint[],
  after: PagePrint[],
  old: number | null,
  now: number | null,
  is_moved: boolean,
): Pair {
  const is_same = old !== null && now !== null && before[old - 1]!.sha256 === after[now - 1]!.sha256;
  return { before: old, after: now, is_moved, is_same };
}

/** A page that was taken out here and put in there, unchanged, was moved. */
function joinMoved(pairs: Pair[], before: PagePrint[], after: PagePrint[]): Pair[] {
  const gone = new Map(
    pairs.flatMap((pair) =>
      pair.before && !pair.after ? [[before[pair.before - 1]!.sha256, pair] as const] : [],
    ),
  );
  const joined = new Set<Pair>();
  const moved = pairs.map((pair) => {
    const old = pair.after && !pair.before ? gone.get(after[pair.after - 1]!.sha256) : undefined;
    if (!old || joined.has(old)) return pair;
    joined.add(old);
    return pairOf(before, after, old.before, pair.after, true);
  });
  return moved.filter((pair) => !joined.has(pair));
}
