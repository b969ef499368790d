import fc from 'fast-check';
import {
  type Calendar,
  FURTHEST_DAYS,
  isOpen,
  nextOpening,
  promisedBy,
  readyOn,
} from '../../server/models/calendar';

const weekday: Array<[string, string]> = [
  ['09:00', '12:30'],
  ['14:00', '18:30'],
];

const shop: Calendar = {
  time_zone: 'Europe/Paris',
  opening_hours: {
    1: weekday,
    2: weekday,
    3: weekday,
    4: weekday,
    5: weekday,
    6: [['09:00', '12:30']],
    7: [],
  },
  holidays: ['2026-12-25', '2027-01-01'],
  cutoff: '16:00',
};

/** Open on Sundays and through the night, to stand on the hour that the clocks change. */
const always = [['00:00', '23:59']] as Array<[string, string]>;
const nightShop: Calendar = {
  ...shop,
  opening_hours: { 1: always, 2: always, 3: always, 4: always, 5: always, 6: always, 7: always },
};

describe('opening hours', () => {
  test.each([
    ['Tuesday 09:00 sharp', '2026-11-24T08:00:00.000Z', true],
    ['Tuesday one minute early', '2026-11-24T07:59:00.000Z', false],
    ['Tuesday at lunch', '2026-11-24T12:00:00.000Z', false],
    ['Tuesday at closing time', '2026-11-24T17:30:00.000Z', false],
    ['Saturday afternoon', '2026-11-28T14:00:00.000Z', false],
    ['Sunday', '2026-11-29T10:00:00.000Z', false],
    ['Christmas, a Friday', '2026-12-25T10:00:00.000Z', false],
    ['Friday 23 October at 09:00, still summer time', '2026-10-23T07:00:00.000Z', true],
    ['Monday 26 October at 08:00, the day after the change', '2026-10-26T07:00:00.000Z', false],
  ])('%s', (_, at, open) => {
    expect(isOpen(shop, at)).toBe(open);
  });

  test.each([
    ['before the morning', '2026-11-24T05:00:00.000Z', '2026-11-24T08:00:00.000Z'],
    ['at lunch', '2026-11-24T12:00:00.000Z', '2026-11-24T13:00:00.000Z'],
    ['while open, the opening after this one', '2026-11-24T09:00:00.000Z', '2026-11-24T13:00:00.000Z'],
    ['on Saturday evening', '2026-11-28T17:00:00.000Z', '2026-11-30T08:00:00.000Z'],
    ['on Christmas Eve at night', '2026-12-24T20:00:00.000Z', '2026-12-26T08:00:00.000Z'],
    ['over the end of summer time', '2026-10-24T12:00:00.000Z', '2026-10-26T08:00:00.000Z'],
    ['over the start of summer time', '2027-03-27T13:00:00.000Z', '2027-03-29T07:00:00.000Z'],
  ])('the next opening %s', (_, at, opening) => {
    expect(nextOpening(shop, at)).toBe(opening);
  });

  test('a shop that never opens says so instead of searching for ever', () => {
    const closed: Calendar = { ...shop, opening_hours: { 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] } };
    expect(() => nextOpening(closed, '2026-11-24T08:00:00.000Z')).toThrow(`${FURTHEST_DAYS} days`);
    expect(() => readyOn(closed, '2026-11-24T08:00:00.000Z', 1)).toThrow('check its opening hours');
  });

  test('an unknown time zone is named', () => {
    expect(() => nextOpening({ ...shop, time_zone: 'Paris' }, '2026-11-24T08:00:00.000Z')).toThrow('Paris');
  });
});

describe('ready on', () => {
  test.each([
    ['signed Tuesday morning', '2026-11-24T09:00:00.000Z', 3, '2026-11-27', '2026-11-24T15:00:00.000Z'],
    [
      'signed a millisecond before the cut-off',
      '2026-11-24T14:59:59.999Z',
      3,
      '2026-11-27',
      '2026-11-24T15:00:00.000Z',
    ],
    ['signed at the cut-off', '2026-11-24T15:00:00.000Z', 3, '2026-11-28', '2026-11-25T15:00:00.000Z'],
    [
      'signed on Saturday after closing',
      '2026-11-28T12:00:00.000Z',
      1,
      '2026-12-01',
      '2026-11-30T15:00:00.000Z',
    ],
    [
      'Saturday closes before the cut-off',
      '2026-11-28T09:00:00.000Z',
      1,
      '2026-11-30',
      '2026-11-28T11:30:00.000Z',
    ],
    ['for the same day', '2026-11-24T09:00:00.000Z', 0, '2026-11-24', '2026-11-24T15:00:00.000Z'],
    ['for the same day, too late', '2026-11-24T16:00:00.000Z', 0, '2026-11-25', '2026-11-25T15:00:00.000Z'],
    ['over Christmas', '2026-12-24T09:00:00.000Z', 2, '2026-12-28', '2026-12-24T15:00:00.000Z'],
    ['over the end of summer time', '2026-10-23T13:30:00.000Z', 2, '2026-10-26', '2026-10-23T14:00:00.000Z'],
    [
      'on the last day of summer time',
      '2026-10-25T10:00:00.000Z',
      0,
      '2026-10-26',
      '2026-10-26T15:00:00.000Z',
    ],
    [
      'over the start of summer time',
      '2027-03-26T10:00:00.000Z',
      2,
      '2027-03-29',
      '2027-03-26T15:00:00.000Z',
    ],
    [
      'on the first day of summer time',
      '2027-03-28T10:00:00.000Z',
      0,
      '2027-03-29',
      '2027-03-29T14:00:00.000Z',
    ],
    [
      'near midnight UTC the day is the shop’s',
      '2026-11-23T23:30:00.000Z',
      0,
      '2026-11-24',
      '2026-11-24T15:00:00.000Z',
    ],
  ])('%s', (_, approved_at, days, ready_on, cutoff_at) => {
    expect(readyOn(shop, approved_at, days)).toEqual({ ready_on, cutoff_at });
  });

  test.each([
    ['2026-10-24T10:00:00.000Z', '2026-10-26'],
    ['2027-03-27T10:00:00.000Z', '2027-03-29'],
  ])(
    'a Sunday of 25 or of 23 hours is one working day to a shop that is open on it (%s)',
    (approved_at, ready_on) => {
      expect(readyOn(nightShop, approved_at, 2).ready_on).toBe(ready_on);
    },
  );

  test('the sign-before moment keeps its promise: just before it the date holds, at it the date moves', () => {
    fc.assert(
      fc.property(anyMoment(), fc.nat(10), (at, days) => {
        const { ready_on, cutoff_at } = readyOn(shop, at, days);
        expect(Date.parse(cutoff_at)).toBeGreaterThan(Date.parse(at));
        const justBefore = new Date(Date.parse(cutoff_at) - 1).toISOString();
        expect(readyOn(shop, justBefore, days)).toEqual({ ready_on, cutoff_at });
        expect(readyOn(shop, cutoff_at, days).ready_on > ready_on).toBe(true);
      }),
    );
  });

  test('is always a day on which the shop opens', () => {
    fc.assert(
      fc.property(anyMoment(), fc.nat(10), (at, days) => {
        const { ready_on } = readyOn(shop, at, days);
        expect(shop.holidays).not.toContain(ready_on);
        expect(new Date(`${ready_on}T12:00:00Z`).getUTCDay()).not.toBe(0);
      }),
    );
  });
});

describe('promised by', () => {
  test.each([
    ['within the morning', '2026-11-24T08:30:00.000Z', 60, '2026-11-24T09:30:00.000Z'],
    ['over lunch', '2026-11-24T11:00:00.000Z', 60, '2026-11-24T13:30:00.000Z'],
    ['to the very end of the morning', '2026-11-24T11:00:00.000Z', 30, '2026-11-24T11:30:00.000Z'],
    ['from the night', '2026-11-24T02:00:00.000Z', 30, '2026-11-24T08:30:00.000Z'],
    ['from Saturday noon to Monday', '2026-11-28T11:00:00.000Z', 60, '2026-11-30T08:30:00.000Z'],
    ['over the end of summer time', '2026-10-24T10:00:00.000Z', 60, '2026-10-26T08:30:00.000Z'],
    ['over the start of summer time', '2027-03-27T11:00:00.000Z', 60, '2027-03-29T07:30:00.000Z'],
    ['nothing to do, but closed', '2026-11-29T10:00:00.000Z', 0, '2026-11-30T08:00:00.000Z'],
  ])('%s', (_, from, minutes, moment) => {
    expect(promisedBy(shop, from, minutes)).toBe(moment);
  });

  test('a night that lasts an hour longer gives an hour more of work', () => {
    // From midnight on 25 October 2026, 02:00 to 03:00 happens twice: four hours later it is 03:00.
    expect(promisedBy(nightShop, '2026-10-24T22:00:00.000Z', 240)).toBe('2026-10-25T02:00:00.000Z');
    expect(isOpen(nightShop, '2026-10-25T00:30:00.000Z')).toBe(true);
    expect(isOpen(nightShop, '2026-10-25T01:30:00.000Z')).toBe(true);
  });

  test('opening hours inside the hour that does not exist are no opening hours', () => {
    const skipped: Calendar = { ...shop, opening_hours: { ...shop.opening_hours, 7: [['02:00', '03:00']] } };
    expect(isOpen(skipped, '2027-03-28T01:00:00.000Z')).toBe(false);
    expect(promisedBy(skipped, '2027-03-28T00:00:00.000Z', 10)).toBe('2027-03-29T07:10:00.000Z');
    expect(nextOpening(skipped, '2027-03-28T00:00:00.000Z')).toBe('2027-03-29T07:00:00.000Z');
    expect(readyOn(skipped, '2027-03-27T10:00:00.000Z', 1).ready_on).toBe('2027-03-29');
    expect(isOpen(skipped, '2027-04-04T00:30:00.000Z')).toBe(true);
  });

  test('counts exactly the open minutes, seen ten by ten', () => {
    fc.assert(
      fc.property(anyMoment(), fc.integer({ min: 1, max: 70 }), (from, tens) => {
        const start = Date.parse(from);
        const end = Date.parse(promisedBy(shop, from, tens * 10));
        let open = 0;
        for (let at = start; at < end; at += TEN_MINUTES_MS) {
          if (isOpen(shop, new Date(at).toISOString())) open += 1;
        }
        expect(open).toBe(tens);
        expect(isOpen(shop, new Date(end - 60_000).toISOString())).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

const TEN_MINUTES_MS = 10 * 60_000;

/** In the winter between both clock changes and a week around them, on the ten minutes. */
function anyMoment(): fc.Arbitrary<string> {
  const first = Date.parse('2026-10-20T00:00:00Z') / TEN_MINUTES_MS;
  const last = Date.parse('2027-04-05T00:00:00Z') / TEN_MINUTES_MS;
  return fc.integer({ min: first, max: last }).map((tens) => new Date(tens * TEN_MINUTES_MS).toISOString());
}
