import { type FieldErrors, Invalid, NotFound } from '../errors';
import { type Db, now } from './database';
import {
  checkDefinition,
  firstOptions,
  isChosen,
  MOST_QUANTITY,
  type Option,
  type OptionChoice,
  type ProductDefinition,
  type Size,
} from './product-definition';

export { checkDefinition, type Option, type OptionChoice, type ProductDefinition, type Size };

export type Language = 'en' | 'fr';
export type Words = Record<Language, string>;

/** A definition as it was published; `version` grows by one with every publication. */
export type Product = ProductDefinition & { version: number; is_active: boolean };

export interface Choice {
  product_key: string;
  size_key: string;
  quantity: number;
  /** Option key to choice key; every option of the product is there. */
  options: Record<string, string>;
  delivery: 'pickup' | 'delivery';
  rush: boolean;
}

/** What the chosen product asks of the artwork, in the shape that the proof engine reads. */
export interface PrintSpecification {
  product_key: string;
  trim_mm: { width: number; height: number };
  bleed_mm: number;
  safe_mm: number;
  pages: { min: number; max: number; multiple_of: number };
  resolution_ppi: { warn: number; block: number };
  colour: 'process' | 'black' | 'any';
  ink_limit_percent: number;
  drawing?: ProductDefinition['print']['drawing'];
  special?: ProductDefinition['print']['special'];
}

/** A choice in words. `sides`, `paper` and `finishing` are written to stand inside a sentence. */
export interface Description {
  name: string;
  size: string;
  sides: string;
  quantity: string;
  paper: string;
  finishing: string;
  lines: Array<{ label: string; value: string }>;
}

interface Row {
  definition: string;
  version: number;
  is_active: number | boolean;
}

const parse = (row: Row): Product => ({
  ...(JSON.parse(row.definition) as ProductDefinition),
  version: row.version,
  is_active: Boolean(row.is_active),
});

/** The product as last published, on sale or not: orders outlive the catalogue. Throws NotFound. */
export async function findProduct(db: Db, key: string): Promise<Product> {
  const row = await db('products').where({ key }).first();
  if (!row) throw new NotFound();
  return parse(row);
}

/** Products on sale, in the order of the catalogue. */
export async function listProducts(db: Db): Promise<Product[]> {
  const rows: Row[] = await db('products').where({ is_active: 1 }).orderBy(['position', 'key']);
  return rows.map(parse);
}

/** The whole catalogue, with what is no longer on sale. */
export async function listAll(db: Db): Promise<Product[]> {
  const rows: Row[] = await db('products').orderBy(['position', 'key']);
  return rows.map(parse);
}

/**
 * Puts a definition on sale, as a new product at the end of the catalogue or as the next version of an old one.
 * Throws Invalid, with a message that names the product and the place, when the definition does not hold together.
 */
export async function publish(db: Db, input: unknown): Promise<Product> {
  const definition = checkDefinition(input);
  const text = JSON.stringify(definition);
  const [row] = await db('products')
    .insert({
      key: definition.key,
      definition: text,
      version: 1,
      is_active: 1,
      position: db.raw('(SELECT coalesce(max(position), 0) + 1 FROM products)'),
      updated_at: now(),
    })
    .onConflict('key')
    .merge({ definition: text, version: db.raw('products.version + 1'), is_active: 1, updated_at: now() })
    .returning(['definition', 'version', 'is_active']);
  return parse(row);
}

/** Takes a product off sale; orders of it go on. Throws NotFound. */
export async function retire(db: Db, key: string): Promise<void> {
  const changed = await db('products').where({ key }).update({ is_active: 0, updated_at: now() });
  if (changed === 0) throw new NotFound();
}

/** Puts a retired product on sale again, as it was last published. Throws NotFound. */
export async function putBack(db: Db, key: string): Promise<void> {
  const changed = await db('products').where({ key }).update({ is_active: 1, updated_at: now() });
  if (changed === 0) throw new NotFound();
}

/** The choice that a customer finds when the page opens; with `size_key`, the same for that size. */
export function chooseDefaults(product: ProductDefinition, size_key?: string): Choice {
  const size = product.sizes.find(({ key }) => key === size_key) ?? product.sizes[0];
  const quantities = quantitiesOf(size);
  return {
    product_key: product.key,
    size_key: size.key,
    quantity: quantities.includes(product.usual_quantity) ? product.usual_quantity : quantities[0],
    options: firstOptions(product, size),
    delivery: 'pickup',
    rush: false,
  };
}

/** The quantities that a size is sold in, smallest first. */
export function quantitiesOf(size: Size): number[] {
  return Object.keys(size.prices_cents)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The options with only those choices that go with a size: a roll-up is not offered with eyelets. */
export function optionsFor(product: ProductDefinition, size_key: string): Option[] {
  const excluded = sizeOf(product, size_key).excludes ?? [];
  return product.options.map((option) => ({
    ...option,
    choices: option.choices.filter(({ key }) => !excluded.includes(`${option.key}:${key}`)),
  }));
}

/**
 * Reads a choice out of a form or of JSON and trusts none of it. Options come as `options: { stock: … }` or as
 * fields named `options[stock]`. Throws Invalid with a sentence for every field that does not fit.
 */
export function parseChoice(
  product: ProductDefinition & { is_active?: boolean },
  input: Record<string, unknown>,
): Choice {
  const wrong: FieldErrors = {};
  if (product.is_active === false) wrong.product_key = 'choice.retired';
  const options = readOptions(product, input, wrong);
  const size = product.sizes.find(({ key }) => key === input.size_key);
  const quantity = readQuantity(input.quantity);
  if (!size) wrong.size_key = 'choice.size';
  else if (!quantitiesOf(size).includes(quantity)) wrong.quantity = 'choice.quantity';
  if (size) {
    for (const reference of exclusions(product, size, options)) {
      if (isChosen(reference, options)) wrong[`options.${reference.split(':')[0]}`] = 'choice.not_together';
    }
  }
  const delivery = input.delivery;
  if (delivery !== 'pickup' && delivery !== 'delivery') wrong.delivery = 'choice.delivery';
  const rush = readSwitch(input.rush);
  if (rush === null || (rush && !product.rush)) wrong.rush = 'choice.rush';
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong);
  return {
    product_key: product.key,
    size_key: size!.key,
    quantity,
    options,
    delivery: delivery as Choice['delivery'],
    rush: rush === true,
  };
}

function readOptions(
  product: ProductDefinition,
  input: Record<string, unknown>,
  wrong: FieldErrors,
): Record<string, string> {
  const given = new Map<string, unknown>();
  if (input.options !== null && typeof input.options === 'object') {
    for (const [key, value] of Object.entries(input.options)) given.set(key, value);
  }
  for (const [field, value] of Object.entries(input)) {
    const key = /^options\[(.+)\]$/.exec(field)?.[1];
    if (key) given.set(key, value);
  }
  const options: Record<string, string> = {};
  for (const { key, choices } of product.options) {
    const value = given.get(key);
    const isOffered = choices.some((choice) => choice.key === value);
    if (isOffered) options[key] = value as string;
    else if (value === undefined && choices.length === 1) options[key] = choices[0].key;
    else wrong[`options.${key}`] = 'choice.option';
    given.delete(key);
  }
  if (given.size > 0) wrong.options = 'choice.option';
  return options;
}

function readQuantity(value: unknown): number {
  if (typeof value === 'number') return value;
  const isNumber = typeof value === 'string' && /^[1-9]\d*$/.test(value) && Number(value) <= MOST_QUANTITY;
  return isNumber ? Number(value) : Number.NaN;
}

/** A tick box sends "on" or nothing at all, JSON sends true or false. null: neither. */
function readSwitch(value: unknown): boolean | null {
  if (value === true || value === 'on' || value === 'true') return true;
  if (value === undefined || value === false || value === '' || value === 'false') return false;
  return null;
}

function exclusions(product: ProductDefinition, size: Size, options: Record<string, string>): string[] {
  return [
    ...(size.excludes ?? []),
    ...chosenOptions(product, { options }).flatMap(({ choice }) => choice.excludes ?? []),
  ];
}

/** The size of a choice that was parsed. Throws NotFound when the catalogue no longer has it. */
export function sizeOf(product: ProductDefinition, size_key: string): Size {
  const size = product.sizes.find(({ key }) => key === size_key);
  if (!size) throw new NotFound();
  return size;
}

/** Every option with the choice made in it, in the order of the catalogue. */
export function chosenOptions(
  product: ProductDefinition,
  { options }: Pick<Choice, 'options'>,
): Array<{ option: Option; choice: OptionChoice }> {
  return product.options.flatMap((option) => {
    const choice = option.choices.find(({ key }) => key === options[option.key]);
    return choice ? [{ option, choice }] : [];
  });
}

/** Working days from the approval to the finished print. */
export function turnaroundDays(product: ProductDefinition, { rush }: Pick<Choice, 'rush'>): number {
  return rush && product.rush ? product.rush.days : product.turnaround_days;
}

export function specificationFor(product: ProductDefinition, choice: Choice): PrintSpecification {
  const { sources, ...print } = product.print;
  const size = sizeOf(product, choice.size_key);
  const chosen = chosenOptions(product, choice).map((each) => each.choice);
  const special = Object.assign({}, print.special, ...chosen.map((each) => each.special));
  return {
    product_key: product.key,
    trim_mm: { width: size.width_mm, height: size.height_mm },
    ...print,
    ...size.print,
    pages: { ...print.pages, ...chosen.find(({ pages }) => pages)?.pages },
    colour: chosen.find(({ colour }) => colour)?.colour ?? print.colour,
    ...(Object.keys(special).length > 0 ? { special } : {}),
  };
}

/** What this product asks the signer to confirm, beside the four statements that every order has. */
export function statementsFor(
  product: ProductDefinition,
  choice: Choice,
): Array<{ key: string; text: Words }> {
  return product.statements
    .filter(
      ({ only_with }) => !only_with || only_with.some((reference) => isChosen(reference, choice.options)),
    )
    .map(({ key, text }) => ({ key, text }));
}

/** How figures are written in each language. */
export const LOCALES: Words = { en: 'en-GB', fr: 'fr-FR' };

const NUMBERS = { en: new Intl.NumberFormat(LOCALES.en), fr: new Intl.NumberFormat(LOCALES.fr) };

export const formatQuantity = (quantity: number, language: Language): string =>
  NUMBERS[language].format(quantity);

const WORDS = {
  size: { en: 'Size', fr: 'Format' },
  quantity: { en: 'Quantity', fr: 'Quantité' },
  no_finishing: { en: 'no finishing', fr: 'sans façonnage' },
  delivery: { en: 'Collection or delivery', fr: 'Retrait ou livraison' },
  pickup_value: { en: 'Collected at the shop', fr: 'Retrait au magasin' },
  delivery_value: { en: 'Delivered to your address', fr: 'Livraison à votre adresse' },
  turnaround: { en: 'Turnaround', fr: 'Délai' },
};

/** "Posters", but "Poster" when there is only one. */
export function nameFor(product: ProductDefinition, quantity: number): Words {
  return quantity === 1 ? (product.singular ?? product.name) : product.name;
}

/** A choice in words, for screens, proof, ticket and what is signed. Prices are not part of it. */
export function describe(product: ProductDefinition, choice: Choice, language: Language): Description {
  const size = sizeOf(product, choice.size_key).label[language];
  const quantity = formatQuantity(choice.quantity, language);
  const chosen = chosenOptions(product, choice);
  const inWords = (role: Option['role']) =>
    chosen
      .filter(({ option, choice }) => option.role === role && choice.key !== 'none')
      .map(({ choice }) => insideSentence(choice.name[language]))
      .join(', ');
  return {
    name: nameFor(product, choice.quantity)[language],
    size,
    sides: inWords('sides'),
    quantity,
    paper: inWords('paper'),
    finishing: inWords('finishing') || WORDS.no_finishing[language],
    lines: [
      { label: WORDS.size[language], value: size },
      { label: WORDS.quantity[language], value: withTolerance(quantity, product) },
      ...chosen.map(({ option, choice }) => ({
        label: option.name[language],
        value: choice.name[language],
      })),
      { label: WORDS.turnaround[language], value: turnaround(product, choice)[language] },
      { label: WORDS.delivery[language], value: WORDS[`${choice.delivery}_value`][language] },
    ],
  };
}

/** "250 (± 5 %)": a product that is not counted to the last piece says so before it is ordered. */
function withTolerance(quantity: string, { over_under_percent }: ProductDefinition): string {
  return over_under_percent === 0 ? quantity : `${quantity} (±\u00a0${over_under_percent}\u00a0%)`;
}

/** "Rush: 1 working day after approval". */
export function turnaround(product: ProductDefinition, choice: Pick<Choice, 'rush'>): Words {
  const days = turnaroundDays(product, choice);
  const after: Words =
    days === 0
      ? { en: 'the same day', fr: 'le jour même' }
      : {
          en: `${days} working ${days === 1 ? 'day' : 'days'} after approval`,
          fr: `${days}\u00a0${days === 1 ? 'jour ouvré' : 'jours ouvrés'} après le bon à tirer`,
        };
  if (choice.rush) return { en: `Rush: ${after.en}`, fr: `Express\u00a0: ${after.fr}` };
  return { en: capitalised(after.en), fr: capitalised(after.fr) };
}

const capitalised = (text: string) => text[0].toUpperCase() + text.slice(1);

/** "Matt lamination" becomes "matt lamination"; "PVC 510 g", "Z-fold" and "Wire-O binding" stay. */
function insideSentence(text: string): string {
  const [first] = /^[\p{L}-]*/u.exec(text)!;
  const isPlainWord = /^\p{Lu}(\p{Ll}+(-\p{Ll}+)*)?$/u.test(first);
  return isPlainWord ? text[0].toLowerCase() + text.slice(1) : text;
}
