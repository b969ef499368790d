// How a shop describes one product in the catalogue: sizes with their prices, options, what the press asks for.
import { z } from 'zod';
import { Invalid } from '../errors';

/** More statements than this are not read any more. */
export const MOST_STATEMENTS = 3;
/** However many cheaper options are combined, half of the price remains. */
export const MOST_DISCOUNT_PERCENT = 50;
/** The largest amount that a card payment can carry. */
export const MOST_CENTS = 99_999_999;
export const MOST_QUANTITY = 1_000_000;

const key = z
  .string()
  .regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, 'write it in small letters, figures, dots and hyphens');
/** "surface:matt": the choice `matt` of the option `surface`. */
const reference = z.string().regex(/^[^:]+:[^:]+$/, 'write it as "option:choice"');
const sentence = z.string().trim().min(1);
const words = z.strictObject({ en: sentence, fr: sentence });
const cents = z.int().min(0).max(MOST_CENTS);
const length = z.number().positive().max(10_000);
const margin = z.number().min(0).max(100);
const pageCount = z.int().min(1).max(2000);
const resolution = z
  .strictObject({ warn: z.int().min(1), block: z.int().min(0) })
  .refine(({ warn, block }) => warn >= block, '"warn" must not be lower than "block"');
const colour = z.enum(['process', 'black', 'any']);

const points = z.number().min(0).max(72);
const drawing = z.strictObject({
  line_pt: z
    .strictObject({ warn: points, block: points })
    .refine(({ warn, block }) => warn >= block, '"warn" must not be lower than "block"'),
  delicate_line_pt: points,
  delicate_text_pt: points,
  rich_black: z.strictObject({ text_pt: points, percent: z.int().min(1).max(400) }),
  one_bit_ppi: resolution,
});
const special = z
  .strictObject({
    die_line: z.enum(['none', 'allowed', 'wanted']),
    white_ink: z.boolean(),
    finishing: z.boolean(),
    numbering: z.boolean(),
  })
  .partial();

const print = z.strictObject({
  bleed_mm: margin,
  safe_mm: margin,
  pages: z.strictObject({ min: pageCount, max: pageCount, multiple_of: z.int().min(1) }),
  resolution_ppi: resolution,
  colour,
  ink_limit_percent: z.int().min(1).max(400),
  /** Lines and letters; what is left out is as usual on digital presses. */
  drawing: drawing.partial().optional(),
  /** Cutting lines, white ink, varnish, running numbers. */
  special: special.optional(),
  /** Where each figure comes from, for the person who wants to change it and the one who wants to know. */
  sources: z.record(z.string(), z.union([sentence, words])),
});

const size = z.strictObject({
  key,
  width_mm: length,
  height_mm: length,
  label: words,
  /** Where this size differs from the product's `print`. */
  print: print.pick({ bleed_mm: true, safe_mm: true, resolution_ppi: true }).partial().optional(),
  excludes: z.array(reference).optional(),
  /** Quantity to price, VAT included, with the options that cost nothing more. */
  prices_cents: z
    .record(z.string().regex(/^[1-9]\d*$/, 'a quantity is a whole number'), cents.min(100))
    .refine((table) => Object.keys(table).length > 0, 'give at least one quantity')
    .refine((table) => Object.keys(table).every((quantity) => Number(quantity) <= MOST_QUANTITY), 'too many'),
});

/** The parts are added: a sum for the order, a sum for each piece, a percentage of the price of the print. */
const surcharge = z.strictObject({
  fixed_cents: cents.optional(),
  per_piece_milli_cents: z.int().min(0).max(100_000_000).optional(),
  percent: z.int().min(-MOST_DISCOUNT_PERCENT).max(1000).optional(),
});

const optionChoice = z.strictObject({
  key,
  name: words,
  price: surcharge,
  pages: z.strictObject({ min: pageCount, max: pageCount }).optional(),
  colour: colour.optional(),
  /** Where this choice differs from the product's `print.special`. */
  special: special.optional(),
  excludes: z.array(reference).optional(),
});

const option = z.strictObject({
  key,
  /** Which part of the sentence "{size}, {sides}, {paper}, {finishing}" the choice fills. */
  role: z.enum(['sides', 'paper', 'finishing']),
  name: words,
  choices: z.array(optionChoice).min(1),
});

const definition = z.strictObject({
  key,
  name: words,
  /** The name of a single piece, for products that are sold one by one. */
  singular: words.optional(),
  summary: words,
  use: z.array(z.strictObject({ key, name: words })).min(1),
  print,
  usual_quantity: z.int().min(1),
  sizes: z.array(size).min(1),
  options: z.array(option).min(1),
  /** Working days from the approval. 0: the same day. */
  turnaround_days: z.int().min(0).max(60),
  rush: z.strictObject({ days: z.int().min(0), percent: z.int().min(0).max(200) }).nullable(),
  /** In thousandths of a percent: 20000 is 20 %, 9975 is 9.975 %. */
  vat_percent_milli: z.int().min(0).max(100_000),
  vat_note: sentence.optional(),
  included_rounds: z.int().min(0).max(20),
  extra_round_cents: cents,
  over_under_percent: z.int().min(0).max(10),
  statements: z
    .array(z.strictObject({ key, text: words, only_with: z.array(reference).min(1).optional() }))
    .max(MOST_STATEMENTS, `at most ${MOST_STATEMENTS} statements`),
});

export type ProductDefinition = z.infer<typeof definition>;
export type Size = ProductDefinition['sizes'][number];
export type Option = ProductDefinition['options'][number];
export type OptionChoice = Option['choices'][number];

interface Contradiction {
  path: Array<string | number>;
  problem: string;
}

function* contradictions(product: ProductDefinition): Generator<Contradiction> {
  yield* repeatedKeys(product);
  yield* danglingReferences(product);
  yield* sizesWithoutChoice(product);
  yield* pageCounts(product);
  for (const role of ['sides', 'paper', 'finishing'] as const) {
    if (!product.options.some((option) => option.role === role)) {
      yield { path: ['options'], problem: `no option has the role "${role}"` };
    }
  }
  const discount = product.options.reduce((sum, { choices }) => sum + cheapestPercent(choices), 0);
  if (discount < -MOST_DISCOUNT_PERCENT) {
    yield {
      path: ['options'],
      problem: `together the cheapest choices take off more than ${MOST_DISCOUNT_PERCENT} %`,
    };
  }
  if (!(product.usual_quantity in product.sizes[0].prices_cents)) {
    yield { path: ['usual_quantity'], problem: 'the first size has no price for it' };
  }
  if (product.rush && product.rush.days >= product.turnaround_days) {
    yield { path: ['rush', 'days'], problem: 'rush must be faster than the usual turnaround' };
  }
}

const cheapestPercent = (choices: OptionChoice[]) =>
  Math.min(0, ...choices.map(({ price }) => price.percent ?? 0));

function* repeatedKeys(product: ProductDefinition): Generator<Contradiction> {
  const lists: Array<[Array<string | number>, Array<{ key: string }>]> = [
    [['sizes'], product.sizes],
    [['options'], product.options],
    [['statements'], product.statements],
    ...product.options.map((option, i): [Array<string | number>, Array<{ key: string }>] => [
      ['options', i, 'choices'],
      option.choices,
    ]),
  ];
  for (const [path, list] of lists) {
    const seen = new Set<string>();
    for (const { key } of list) {
      if (seen.has(key)) yield { path, problem: `the key "${key}" is used twice` };
      seen.add(key);
    }
  }
}

function* danglingReferences(product: ProductDefinition): Generator<Contradiction> {
  const known = new Set(
    product.options.flatMap(({ key, choices }) => choices.map((choice) => `${key}:${choice.key}`)),
  );
  const lists: Array<[Array<string | number>, string[] | undefined]> = [
    ...product.sizes.map((size, i): [Array<string | number>, string[] | undefined] => [
      ['sizes', i, 'excludes'],
      size.excludes,
    ]),
    ...product.options.flatMap((option, i) =>
      option.choices.map((choice, j): [Array<string | number>, string[] | undefined] => [
        ['options', i, 'choices', j, 'excludes'],
        choice.excludes,
      ]),
    ),
    ...product.statements.map((statement, i): [Array<string | number>, string[] | undefined] => [
      ['statements', i, 'only_with'],
      statement.only_with,
    ]),
  ];
  for (const [path, references = []] of lists) {
    for (const reference of references) {
      if (!known.has(reference)) yield { path, problem: `there is no choice "${reference}"` };
    }
  }
}

function* sizesWithoutChoice(product: ProductDefinition): Generator<Contradiction> {
  for (const [i, size] of product.sizes.entries()) {
    const missing = product.options.find(({ key }) => !Object.hasOwn(firstOptions(product, size), key));
    if (missing) yield { path: ['sizes', i, 'excludes'], problem: `no choice of "${missing.key}" is left` };
  }
}

function* pageCounts(product: ProductDefinition): Generator<Contradiction> {
  const { min, max, multiple_of } = product.print.pages;
  if (min > max || min % multiple_of || max % multiple_of) {
    yield { path: ['print', 'pages'], problem: `from ${min} to ${max} by ${multiple_of} does not work` };
  }
  if (product.options.filter(({ choices }) => choices.some(({ pages }) => pages)).length > 1) {
    yield { path: ['options'], problem: 'only one option may fix the number of pages' };
  }
  for (const [i, { choices }] of product.options.entries()) {
    for (const [j, { pages }] of choices.entries()) {
      if (pages && (pages.min > pages.max || pages.min < min || pages.max > max)) {
        yield { path: ['options', i, 'choices', j, 'pages'], problem: `must lie between ${min} and ${max}` };
      }
    }
  }
}

/** The first choice of every option that goes with the size and with the choices before it. */
export function firstOptions(product: ProductDefinition, size: Size): Record<string, string> {
  const chosen: Record<string, string> = {};
  const excluded = new Set(size.excludes);
  for (const { key, choices } of product.options) {
    const first = choices.find(
      (choice) =>
        !excluded.has(`${key}:${choice.key}`) &&
        !choice.excludes?.some((reference) => isChosen(reference, chosen)),
    );
    if (!first) continue;
    chosen[key] = first.key;
    for (const reference of first.excludes ?? []) excluded.add(reference);
  }
  return chosen;
}

/** Whether `reference`, an "option:choice", is among the chosen options. */
export function isChosen(reference: string, options: Record<string, string>): boolean {
  const [option, choice] = reference.split(':');
  return options[option] === choice;
}

export class InvalidDefinition extends Invalid {
  constructor(product: string, path: string, problem: string) {
    super({ definition: 'product.definition' }, 'product.definition', { product, path, problem });
    this.message = `Product "${product}", ${path}: ${problem}`;
  }
}

/** Returns the definition as it is, or throws an InvalidDefinition that names the product, the place and the problem. */
export function checkDefinition(input: unknown): ProductDefinition {
  const { data, error } = definition.safeParse(input);
  if (error) {
    const [{ path, message }] = error.issues;
    throw new InvalidDefinition(nameOf(input), path.join('.') || 'as a whole', message);
  }
  for (const { path, problem } of contradictions(data)) {
    throw new InvalidDefinition(data.key, path.join('.'), problem);
  }
  return data;
}

function nameOf(input: unknown): string {
  const key = (input as { key?: unknown } | null)?.key;
  return typeof key === 'string' ? key : '(without key)';
}
