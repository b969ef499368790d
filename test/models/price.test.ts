import fc from 'fast-check';
import catalogue from '../../server/demo/catalogue.json';
import { chargeStep, formatMoney, fromPriceCents, minorUnits, quote } from '../../server/models/price';
import {
  type Choice,
  checkDefinition,
  chooseDefaults,
  parseChoice,
  quantitiesOf,
} from '../../server/models/product';
import { PRICES_WITH_VAT, vatWithin } from '../../server/models/tax';

const products = catalogue.products.map(checkDefinition);
const find = (key: string) => products.find((each) => each.key === key)!;
const cards = find('business-cards');
const shop = { currency: 'EUR', delivery_cents: 690 };

const anyProduct = fc.constantFrom(...products);

/** Any order that a customer could place. */
const anyOrder = anyProduct.chain((product) =>
  fc
    .record({
      size: fc.constantFrom(...product.sizes),
      picks: fc.tuple(...product.options.map(({ choices }) => fc.nat(choices.length - 1))),
      quantity: fc.nat(),
      delivery: fc.constantFrom<Choice['delivery']>('pickup', 'delivery'),
      rush: fc.boolean(),
      delivery_cents: fc.nat(5000),
      vat_percent_milli: fc.constantFrom(0, 5_000, 5_500, 9_975, 14_975, 20_000),
    })
    .map(({ size, picks, quantity, delivery, rush, delivery_cents, vat_percent_milli }) => {
      const quantities = quantitiesOf(size);
      const options = Object.fromEntries(
        product.options.map(({ key, choices }, i) => [key, choices[picks[i]].key]),
      );
      const choice: Choice = {
        product_key: product.key,
        size_key: size.key,
        quantity: quantities[quantity % quantities.length],
        options,
        delivery,
        rush: rush && product.rush !== null,
      };
      return {
        product: { ...product, vat_percent_milli },
        choice,
        shop: { currency: 'EUR', delivery_cents },
      };
    }),
);

const total = (choice: Choice, product = find(choice.product_key)) =>
  quote(product, choice, shop).total_cents;

describe('a quote', () => {
  test('of 250 business cards is worked out to the cent', () => {
    const choice = parseChoice(cards, {
      ...chooseDefaults(cards),
      options: { sides: 'one', stock: 'silk-400', lamination: 'matt', corners: 'rounded' },
      delivery: 'delivery',
      rush: true,
    });
    expect(quote(cards, choice, shop)).toEqual({
      lines: [
        {
          kind: 'print',
          label: {
            en: '250 × Business cards, French standard, 85 × 55 mm',
            fr: '250 × Cartes de visite, Standard français, 85 × 55\u00a0mm',
          },
          amount_cents: 4200,
        },
        {
          kind: 'discount',
          label: { en: 'One side in full colour', fr: 'Recto seul en quadrichromie' },
          amount_cents: -420,
        },
        {
          kind: 'option',
          label: { en: '400 g coated silk', fr: 'Couché satiné 400\u00a0g' },
          amount_cents: 630,
        },
        {
          kind: 'option',
          label: { en: 'Matt lamination, both sides', fr: 'Pelliculage mat recto verso' },
          amount_cents: 400 + 625,
        },
        {
          kind: 'option',
          label: { en: 'Rounded corners, 5 mm', fr: 'Coins arrondis, rayon 5\u00a0mm' },
          amount_cents: 500 + 375,
        },
        {
          kind: 'rush',
          label: {
            en: 'Rush: 1 working day after approval',
            fr: 'Express\u00a0: 1\u00a0jour ouvré après le bon à tirer',
          },
          amount_cents: 2209, // 35 % of 63.10 is 22.085
        },
        { kind: 'delivery', label: { en: 'Delivery', fr: 'Livraison' }, amount_cents: 690 },
      ],
      total_cents: 9209,
      vat: [{ name: null, percent_milli: 20_000, net_cents: 7674, vat_cents: 1535 }],
      taxation: PRICES_WITH_VAT,
      currency: 'EUR',
    });
  });

  test('holds for every order that can be placed: whole cents, lines that add up, net and VAT that add up', () => {
    fc.assert(
      fc.property(anyOrder, ({ product, choice, shop }) => {
        const { lines, total_cents, vat } = quote(product, choice, shop);
        for (const { amount_cents } of lines) expect(Number.isSafeInteger(amount_cents)).toBe(true);
        expect(lines.reduce((sum, { amount_cents }) => sum + amount_cents, 0)).toBe(total_cents);
        expect(vat.reduce((sum, { net_cents, vat_cents }) => sum + net_cents + vat_cents, 0)).toBe(
          total_cents,
        );
        expect(total_cents).toBeGreaterThan(0);
        for (const { net_cents, vat_cents } of vat)
          expect(Math.min(net_cents, vat_cents)).toBeGreaterThanOrEqual(0);
        for (const { kind, amount_cents } of lines) expect(amount_cents < 0).toBe(kind === 'discount');
      }),
    );
  });

  test('gets cheaper by the piece and dearer in all as the quantity grows, whatever is chosen', () => {
    fc.assert(
      fc.property(anyOrder, ({ product, choice }) => {
        const quantities = quantitiesOf(product.sizes.find(({ key }) => key === choice.size_key)!);
        const totals = quantities.map((quantity) => total({ ...choice, quantity }, product));
        for (let i = 1; i < totals.length; i += 1) {
          expect(totals[i]).toBeGreaterThan(totals[i - 1]);
          expect(totals[i] * quantities[i - 1]).toBeLessThan(totals[i - 1] * quantities[i]);
        }
      }),
    );
  });

  test.each(
    products.flatMap((product) => product.sizes.map((size) => [product.key, size.key, product] as const)),
  )('%s %s has a price at every quantity', (_, size_key, product) => {
    const choice = chooseDefaults(product, size_key);
    for (const quantity of quantitiesOf(product.sizes.find(({ key }) => key === size_key)!)) {
      const { lines, total_cents } = quote(product, { ...choice, quantity }, shop);
      expect(total_cents).toBeGreaterThan(0);
      for (const { label } of lines) expect(`${label.en}|${label.fr}`).toMatch(/^\S.*\|\S/);
    }
  });

  test('is the same for the first page and the last: delivery is a line of it, rush too', () => {
    const choice = chooseDefaults(cards);
    expect(total({ ...choice, delivery: 'delivery' }) - total(choice)).toBe(690);
    expect(total({ ...choice, rush: true }) - total(choice)).toBe(4200 * 0.35);
  });

  test('a quantity without a price is an error, not a guess', () => {
    expect(() => quote(cards, { ...chooseDefaults(cards), quantity: 300 }, shop)).toThrow(RangeError);
  });
});

describe('VAT within a price', () => {
  test.each([
    [12_000, 20_000, 10_000, 2_000],
    [4_800, 20_000, 4_000, 800],
    [10_000, 5_500, 9_479, 521],
    [10_000, 9_975, 9_093, 907],
    [1, 20_000, 1, 0],
    [999, 0, 999, 0],
  ])(
    '%i cents at %i thousandths of a percent are %i and %i',
    (total_cents, percent_milli, net_cents, vat_cents) => {
      expect(vatWithin(total_cents, percent_milli)).toEqual({ percent_milli, net_cents, vat_cents });
    },
  );

  test('is right to half a cent for any amount', () => {
    fc.assert(
      fc.property(fc.nat(99_999_999), fc.nat(100_000), (total_cents, percent_milli) => {
        const { net_cents } = vatWithin(total_cents, percent_milli);
        const exact = BigInt(total_cents) * 100_000n;
        const off = BigInt(net_cents) * BigInt(100_000 + percent_milli) - exact;
        expect(2n * (off < 0n ? -off : off) <= BigInt(100_000 + percent_milli)).toBe(true);
      }),
    );
  });
});

describe('the price "from"', () => {
  test('is what somebody can pay with the options first proposed', () => {
    for (const product of products) {
      const totals = product.sizes.flatMap((size) =>
        quantitiesOf(size).map((quantity) => total({ ...chooseDefaults(product, size.key), quantity })),
      );
      expect(totals).toContain(fromPriceCents(product));
      expect(Math.min(...totals)).toBe(fromPriceCents(product));
    }
  });

  test('stays what a small shop asks', () => {
    expect(
      Object.fromEntries(products.map((product) => [product.key, fromPriceCents(product)])),
    ).toMatchObject({
      posters: 650,
      flyers: 1500,
      'business-cards': 2300,
      stamps: 2400,
    });
  });
});

describe('money in words', () => {
  test.each([
    [4800, 'EUR', 'en', '€48.00'],
    [4800, 'EUR', 'fr', '48,00\u00a0€'],
    [123_456, 'EUR', 'fr', '1\u202f234,56\u00a0€'],
    [-420, 'EUR', 'en', '-€4.20'],
    [24_000, 'CAD', 'fr', '240,00\u00a0$CA'],
    [5000, 'JPY', 'en', 'JP¥5,000'],
    [5000, 'HUF', 'en', 'HUF\u00a050.00'],
    [5000, 'ISK', 'en', 'ISK\u00a050.00'],
    [5000, 'TND', 'en', 'TND\u00a05.000'],
  ] as const)('%i %s in %s is %s', (cents, currency, language, text) => {
    expect(formatMoney(cents, currency, language)).toBe(text);
  });

  test('cards are charged in whole crowns and shillings, and thousandths end in 0', () => {
    expect(['EUR', 'JPY', 'HUF', 'ISK', 'UGX', 'KWD', 'TND'].map(chargeStep)).toEqual([
      1, 1, 1, 100, 100, 10, 10,
    ]);
  });

  test('units are those of the card processor', () => {
    expect(['EUR', 'ISK', 'UGX', 'HUF', 'TWD', 'JPY', 'XPF', 'KWD'].map(minorUnits)).toEqual([
      100, 100, 100, 100, 100, 1, 1, 1000,
    ]);
  });
});
