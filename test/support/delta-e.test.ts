import { deltaE, deltaE2000 } from './delta-e';

// Pairs 1, 5, 7, 13, 17, 20, 25 and 34 of the test data of Sharma, Wu and Dalal.
test.each([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, -1.0, 2.0], [50, 0, 0], 2.3669],
  [[50, 0, 0], [50, -1, 2], 2.3669],
  [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[50, 2.5, 0], [58, 24, 15], 19.4535],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
] as Array<[[number, number, number], [number, number, number], number]>)(
  'the difference of %j and %j is the published one',
  (one, other, published) => {
    expect(deltaE2000(one, other)).toBeCloseTo(published, 3);
  },
);

test('a screen colour does not differ from itself, and white differs from black by a hundred', () => {
  expect(deltaE([12, 200, 99], [12, 200, 99])).toBe(0);
  expect(deltaE([255, 255, 255], [0, 0, 0])).toBeCloseTo(100, 1);
});
