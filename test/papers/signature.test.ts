import fc from 'fast-check';
import { curvesOf, MAX_SIGNATURE_COORDINATE, MAX_SIGNATURE_POINTS } from '../../server/papers/signature';
import { STROKES } from './marie';

const svg = (...paths: string[]) =>
  `<svg>${paths.map((d) => `<path d="${d}" stroke="black"/>`).join('')}</svg>`;

test('the strokes of the pad become curves through every point', () => {
  const curves = curvesOf({ strokes: STROKES })!;
  expect(curves).toHaveLength(2);
  const through = curves[0].filter((_, i) => i % 3 === 0);
  expect(through).toEqual(STROKES[0]);
});

test('the paths that the pad writes are read', () => {
  expect(curvesOf({ svg: svg('M 1.5,2 C 3,4 5,6 7,8', 'M -1,2 L 3 4') })).toEqual([
    [
      { x: 1.5, y: 2 },
      { x: 3, y: 4 },
      { x: 5, y: 6 },
      { x: 7, y: 8 },
    ],
    [
      { x: -1, y: 2 },
      { x: -1, y: 2 },
      { x: 3, y: 4 },
      { x: 3, y: 4 },
    ],
  ]);
});

test('a dot is a stroke', () => {
  expect(curvesOf({ strokes: [[{ x: 1, y: 1 }]] })).toEqual([[{ x: 1, y: 1 }]]);
});

test.each([
  ['an arc', svg('M 0,0 A 1 1 0 0 1 2 2')],
  ['a relative move', svg('m 1 1 l 2 2')],
  ['a script in the path', svg('M 0 0 L url(x)')],
  ['a curve without a start', svg('C 1 2 3 4 5 6')],
  ['half a point', svg('M 0 0 L 4')],
  ['a number too large to be one', svg('M 0 0 L 1e999 1')],
  ['only a circle', '<svg><circle cx="1" cy="1" r="1"/></svg>'],
  ['an identifier that looks like a path', '<svg><path id="M 0 0 L 1 1"/></svg>'],
  ['nothing', ''],
])('%s is not a signature', (_, drawing) => {
  expect(curvesOf({ svg: drawing })).toBeNull();
});

test('strokes without end, too far away or without numbers are refused', () => {
  const far = MAX_SIGNATURE_COORDINATE;
  expect(curvesOf({ strokes: [[{ x: far, y: -far }]] })).not.toBeNull();
  expect(curvesOf({ strokes: [[{ x: far + 1, y: 0 }]] })).toBeNull();
  expect(curvesOf({ strokes: [[{ x: Number.NaN, y: 0 }]] })).toBeNull();
  const many = (count: number) => [Array.from({ length: count }, (_, i) => ({ x: i % 300, y: 1 }))];
  expect(curvesOf({ strokes: many(MAX_SIGNATURE_POINTS) })).not.toBeNull();
  expect(curvesOf({ strokes: many(MAX_SIGNATURE_POINTS + 1) })).toBeNull();
  expect(curvesOf({ strokes: [] })).toBeNull();
});

test('no text makes the reader of paths throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      curvesOf({ svg: text });
      curvesOf({ svg: svg(text) });
    }),
  );
});
