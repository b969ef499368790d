import { fitPage, fitPicture, lost, onTrim } from '../../proofs/fit';
import { booklet, card } from './artwork';

function box(width: number, height: number, x = 0, y = 0) {
  return { x, y, width, height };
}

test('a TrimBox of the right size decides, wherever it lies on the page', () => {
  const fit = fitPage([box(85, 55, 20, 30), box(200, 150)], card);
  expect(fit).toMatchObject({ rule: 'exact', scale: 1, swapped: false });
  expect(onTrim(fit!, box(85, 55, 20, 30))).toEqual(box(85, 55));
});

test('half a millimetre of difference is exact, one is not', () => {
  expect(fitPage([box(85.4, 54.7)], card)).toMatchObject({ rule: 'exact', scale: 1 });
  expect(fitPage([box(86, 55.6)], card)).toMatchObject({ rule: 'scaled' });
});

test('a page of trim and bleed is cut in its middle', () => {
  const fit = fitPage([box(91, 61)], card);
  expect(fit).toMatchObject({ rule: 'exact-with-bleed', source: box(85, 55, 3, 3) });
});

test('the same shape in another size is scaled, and A4 with bleed is not taken for A4 without', () => {
  expect(fitPage([box(148, 210)], booklet)!.scale).toBeCloseTo(1.419, 2);
  const with_bleed = fitPage([box(216 / 2, 303 / 2)], booklet)!;
  expect(with_bleed.scale).toBeCloseTo(2, 3);
  expect(with_bleed.source.x).toBeCloseTo(1.5, 3);
});

test('an upright page turns the piece, not the artwork', () => {
  expect(fitPage([box(55, 85)], card)).toMatchObject({
    rule: 'exact',
    swapped: true,
    trim: { width: 55, height: 85 },
  });
});

test('another shape fits nowhere', () => {
  expect(fitPage([box(210, 297)], card)).toBeNull();
});

test('a picture covers trim and bleed in one scale and loses the rest evenly', () => {
  const photo = { width: 4000, height: 2000 };
  const fit = fitPicture(photo, card);
  expect(fit.scale).toBeCloseTo(61 / 2000, 6);
  expect(lost(photo, fit, card.bleed_mm)).toMatchObject({ ends_mm: 0 });
  expect(lost(photo, fit, card.bleed_mm).sides_mm).toBeCloseTo((122 - 91) / 2, 6);
});
