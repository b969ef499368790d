// A drawn signature, from the strokes of the pad or from its SVG, as curves that can be put on paper.
import {
  appendBezierCurve,
  type Color,
  LineCapStyle,
  LineJoinStyle,
  lineTo,
  moveTo,
  type PDFPage,
  popGraphicsState,
  pushGraphicsState,
  setLineCap,
  setLineJoin,
  setLineWidth,
  setStrokingColor,
  stroke,
} from 'pdf-lib';

export const MAX_SIGNATURE_POINTS = 20_000;
export const MAX_SIGNATURE_COORDINATE = 100_000;

export interface Point {
  x: number;
  y: number;
}

/** Strokes as drawn, y going down as on a screen; or the pad's SVG, of which nothing but the paths is read. */
export type Drawing = { strokes: Point[][] } | { svg: string };

/** A start, then as many cubic curves as there are triples of points behind it. */
type Curve = Point[];

const PEN_WIDTH = 1.3;
const POINTS_OF_A_CURVE = 3;

/** In the middle of the box, smaller than drawn if need be, never larger. False when there is nothing to draw. */
export function drawSignature(
  page: PDFPage,
  drawing: Drawing,
  box: { x: number; y: number; width: number; height: number },
  color: Color,
): boolean {
  const curves = curvesOf(drawing);
  if (curves === null) return false;
  const bounds = boundsOf(curves.flat());
  const scale = Math.min(box.width / Math.max(bounds.width, 1), box.height / Math.max(bounds.height, 1), 1);
  const left = box.x + (box.width - bounds.width * scale) / 2;
  const top = box.y + (box.height + bounds.height * scale) / 2;
  const place = ({ x, y }: Point): [number, number] => [
    left + (x - bounds.x) * scale,
    top - (y - bounds.y) * scale,
  ];
  page.pushOperators(
    pushGraphicsState(),
    setStrokingColor(color),
    setLineWidth(PEN_WIDTH),
    setLineCap(LineCapStyle.Round),
    setLineJoin(LineJoinStyle.Round),
  );
  for (const [start, ...rest] of curves) {
    page.pushOperators(moveTo(...place(start)));
    if (rest.length === 0) page.pushOperators(lineTo(...place(start)));
    for (let i = 0; i + 2 < rest.length; i += 3) {
      const [a, b, c] = rest.slice(i, i + 3).map(place);
      page.pushOperators(appendBezierCurve(...a, ...b, ...c));
    }
    page.pushOperators(stroke());
  }
  page.pushOperators(popGraphicsState());
  return true;
}

/** Null when the drawing is empty, too large, or not made of plain paths. */
export function curvesOf(drawing: Drawing): Curve[] | null {
  const curves = 'strokes' in drawing ? drawing.strokes.map(smoothed) : curvesOfSvg(drawing.svg);
  if (curves === null) return null;
  const drawn = curves.filter((curve) => curve.length > 0);
  const points = drawn.flat();
  const isSound =
    points.length > 0 &&
    points.length <= MAX_SIGNATURE_POINTS * POINTS_OF_A_CURVE &&
    points.every(
      ({ x, y }) => Math.abs(x) <= MAX_SIGNATURE_COORDINATE && Math.abs(y) <= MAX_SIGNATURE_COORDINATE,
    );
  return isSound ? drawn : null;
}

/** Through the points, each curve leaving in the direction of its neighbours (Catmull and Rom). */
function smoothed(points: Point[]): Curve {
  const curve: Curve = points.slice(0, 1);
  for (let i = 0; i + 1 < points.length; i++) {
    const before = points[i - 1] ?? points[i];
    const [from, to] = [points[i], points[i + 1]];
    const after = points[i + 2] ?? to;
    curve.push(
      { x: from.x + (to.x - before.x) / 6, y: from.y + (to.y - before.y) / 6 },
      { x: to.x - (after.x - from.x) / 6, y: to.y - (after.y - from.y) / 6 },
      to,
    );
  }
  return curve;
}

function curvesOfSvg(svg: string): Curve[] | null {
  const curves: Curve[] = [];
  for (const [, path] of svg.matchAll(/<path(?:\s[^<>]*?)?\sd="([^"<>]*)"/g)) {
    const found = curvesOfPath(path);
    if (found === null) return null;
    curves.push(...found);
  }
  return curves;
}

const ARGUMENTS: Record<string, number> = { M: 2, L: 2, C: 6 };

// What the signature pad writes is absolute moves, lines and cubic curves. Anything else is not a signature.
function curvesOfPath(path: string): Curve[] | null {
  const tokens = path.match(/[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/g) ?? [];
  if (path.replace(/[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[\s,]/g, '') !== '') return null;
  const curves: Curve[] = [];
  let command = '';
  for (let i = 0; i < tokens.length; ) {
    if (/[A-Za-z]/.test(tokens[i])) command = tokens[i++];
    const count = ARGUMENTS[command];
    const values = tokens.slice(i, i + (count ?? 0)).map(Number);
    if (count === undefined || values.length < count || !values.every(Number.isFinite)) return null;
    i += count;
    const points: Point[] = [];
    for (let j = 0; j < count; j += 2) points.push({ x: values[j], y: values[j + 1] });
    if (command === 'M') {
      curves.push(points);
      continue;
    }
    const current = curves.at(-1);
    if (current === undefined) return null;
    const last = current[current.length - 1];
    current.push(...(command === 'L' ? [last, points[0], points[0]] : points));
  }
  return curves;
}

function boundsOf(points: Point[]): { x: number; y: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
