// Which paints leave alone what lies below them. A viewer draws them as if they covered it. Inks that do not share the
// place with themselves multiply as light through two filters; where they share one, the darker colour is nearer.
import type { Box } from '../geometry';
import { MAX_PAINTS_BELOW } from '../limits';
import type { Tints } from './inks';
import type { Paint } from './painting';

/** Blend modes of PDF that come near to inks that lie over each other. */
export type Blend = 'Multiply' | 'Darken';

export interface Overprint {
  /**
   * vanishes: nothing of it will be printed, it is white and lets everything through. covers: it has less of an ink
   * than what may lie below, and is drawn as covering, which is right for that ink.
   */
  is: 'vanishes' | 'shows' | 'covers';
  blend: Blend;
}

const NOTHING = 0.001;
const BLACK_FROM = 0.85;

/** Paints are told in the order in which they are drawn, a page at a time. */
export class Overprints {
  private below: Array<{ box: Box; tints: Tints | null }> = [];

  /** For the next page. */
  clear(): void {
    this.below = [];
  }

  judge(paint: Paint): Overprint | null {
    const found = this.kindOf(paint);
    this.below.push({ box: paint.box, tints: paint.ink.tints });
    if (this.below.length > MAX_PAINTS_BELOW) this.below.shift();
    return found;
  }

  private kindOf({ overprints, mode, ink, is, box, is_transparent }: Paint): Overprint | null {
    const { tints, is_spot, is_device_cmyk } = ink;
    if (!overprints || !tints || is === 'image' || is_transparent) return null;
    const isLeavingAlone = is_spot || (is_device_cmyk && mode === 1);
    if (!isLeavingAlone) return null;
    if (ink.is_white) return { is: 'vanishes', blend: 'Multiply' };
    if (is_device_cmyk && Object.values(tints).every((tint) => tint > NOTHING)) return null;
    const below = this.below.filter((other) => meet(box, other.box));
    if (below.some((other) => hasMore(other.tints, tints))) return { is: 'covers', blend: 'Darken' };
    const isDarken = !isBlack(tints) && below.some((other) => sharesInk(other.tints, tints));
    return { is: 'shows', blend: isDarken ? 'Darken' : 'Multiply' };
  }
}

/** Black is so dark that what it shares with the ground cannot be seen. */
function isBlack(tints: Tints): boolean {
  return (tints.Black ?? 0) >= BLACK_FROM;
}

function sharesInk(below: Tints | null, above: Tints): boolean {
  return (
    below !== null &&
    Object.keys(above).some((name) => above[name]! > NOTHING && (below[name] ?? 0) > NOTHING)
  );
}

function hasMore(below: Tints | null, above: Tints): boolean {
  if (!below) return false;
  return Object.entries(above).some(([name, tint]) => tint > NOTHING && (below[name] ?? 0) > tint + NOTHING);
}

function meet(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.bottom < other.top && other.bottom < one.top;
}
