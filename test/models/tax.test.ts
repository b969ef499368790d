import fc from 'fast-check';
import {
  netLines,
  PRICES_WITH_VAT,
  type Taxation,
  taxesOf,
  taxesOfPart,
  vatWithin,
} from '../../server/models/tax';

const QUEBEC: Taxation = {
  prices: 'before_tax',
  rounding: 'total',
  rates: [
    { name: { en: 'GST', fr: 'TPS' }, percent_milli: 5_000, registration: '123456789 RT0001' },
    { name: { en: 'QST', fr: 'TVQ' }, percent_milli: 9_975, registration: '1234567890 TQ0001' },
  ],
};
const amounts = fc.array(fc.integer({ min: -50_000, max: 500_000 }), { minLength: 1, maxLength: 8 });
const add = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0);

test('in Québec TPS and TVQ are each taken of the price before tax', () => {
  const { total_cents, taxes } = taxesOf([10_000], 0, QUEBEC);
  expect(taxes.map(({ vat_cents }) => vat_cents)).toEqual([500, 998]);
  expect(total_cents).toBe(11_498);
});

test('the sales tax of a state is put on the price', () => {
  const state: Taxation = {
    ...QUEBEC,
    rates: [{ name: { en: 'Sales tax', fr: 'Taxe de vente' }, percent_milli: 8_875, registration: '' }],
  };
  expect(taxesOf([4_999], 20_000, state)).toMatchObject({ total_cents: 5_443, taxes: [{ vat_cents: 444 }] });
});

test('rounding by line and by total differ by cents, and each adds up', () => {
  const lines = [1_003, 1_003, 1_003];
  const byLine = taxesOf(lines, 20_000, { ...PRICES_WITH_VAT, rounding: 'line' });
  const byTotal = taxesOf(lines, 20_000, PRICES_WITH_VAT);
  expect(byLine.taxes[0]).toMatchObject({ net_cents: 2_508, vat_cents: 501 });
  expect(byTotal.taxes[0]).toMatchObject({ net_cents: 2_508, vat_cents: 501 });
  expect(
    taxesOf([1_001, 1_001, 1_001], 20_000, { ...PRICES_WITH_VAT, rounding: 'line' }).taxes[0],
  ).toMatchObject({ net_cents: 2_502, vat_cents: 501 });
  expect(taxesOf([1_001, 1_001, 1_001], 20_000, PRICES_WITH_VAT).taxes[0]).toMatchObject({
    net_cents: 2_503,
    vat_cents: 500,
  });
});

test('the net lines of any sale add up to its net total', () => {
  fc.assert(
    fc.property(amounts, fc.nat(30_000), fc.constantFrom('line', 'total'), (lines, rate, rounding) => {
      const taxation: Taxation = { ...PRICES_WITH_VAT, rounding };
      const { taxes, total_cents } = taxesOf(lines, rate, taxation);
      expect(add(netLines(lines, rate, taxation))).toBe(taxes[0].net_cents);
      expect(taxes[0].net_cents + taxes[0].vat_cents).toBe(total_cents);
      expect(total_cents).toBe(add(lines));
    }),
  );
});

test('rounded once on the total, the net amount is that of the total', () => {
  fc.assert(
    fc.property(amounts, fc.nat(30_000), (lines, rate) => {
      const { taxes } = taxesOf(lines, rate, PRICES_WITH_VAT);
      expect(taxes[0].net_cents).toBe(vatWithin(add(lines), rate).net_cents);
    }),
  );
});

test('refunds in any parts give back every tax to the cent, and no part adds up wrongly', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900_000 }),
      fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 6 }),
      fc.constantFrom(PRICES_WITH_VAT, QUEBEC),
      (price, wishes, taxation) => {
        const { taxes, total_cents } = taxesOf([price], 20_000, taxation);
        const given = taxes.map(() => 0);
        let before = 0;
        for (const wish of [...wishes, total_cents]) {
          const part = Math.min(wish, total_cents - before);
          if (part === 0) continue;
          const back = taxesOfPart(taxes, total_cents, before, part);
          expect(back[0].net_cents + add(back.map((tax) => tax.vat_cents))).toBe(part);
          back.forEach((tax, index) => {
            given[index] += tax.vat_cents;
          });
          before += part;
        }
        expect(given).toEqual(taxes.map((tax) => tax.vat_cents));
      },
    ),
  );
});
