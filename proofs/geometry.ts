export const MM_PER_PT = 25.4 / 72;
export const MM_PER_INCH = 25.4;

/** x and y of the top left corner, y downwards. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A PDF rectangle in user space: points, y upwards. */
export interface Box {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

/** [a b c d e f] as in PDF: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = [number, number, number, number, number, number];

/** `first`, then `second`. */
export function chain(first: Matrix, second: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = second;
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F];
}

/** The upright box around the moved one. */
export function moveBox(matrix: Matrix, box: Box): Box {
  const [a, b, c, d, e, f] = matrix;
  const corners = [
    [box.left, box.bottom],
    [box.right, box.bottom],
    [box.left, box.top],
    [box.right, box.top],
  ];
  const xs = corners.map(([x, y]) => a * x! + c * y! + e);
  const ys = corners.map(([x, y]) => b * x! + d * y! + f);
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

/** A box moved into a space whose y runs downwards. */
export function mapBox(matrix: Matrix, box: Box): Rect {
  const moved = moveBox(matrix, box);
  return {
    x: moved.left,
    y: moved.bottom,
    width: moved.right - moved.left,
    height: moved.top - moved.bottom,
  };
}

export function boxSize(box: Box): Size {
  return { width: box.right - box.left, height: box.top - box.bottom };
}

export function turned(size: Size): Size {
  return { width: size.height, height: size.width };
}

export function isInside(inner: Rect, outer: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

export function isTouching(one: Rect, other: Rect): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

export function rounded(value: number, digits = 1): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

export function roundedRect(rect: Rect, digits = 1): Rect {
  return {
    x: rounded(rect.x, digits),
    y: rounded(rect.y, digits),
    width: rounded(rect.width, digits),
    height: rounded(rect.height, digits),
  };
}
