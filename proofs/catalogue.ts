// Reads one product of a catalogue file as a print specification. Only the command line needs it: the portal hands
// the engine a specification.
import { readFile } from 'node:fs/promises';
import type { Language, PrintSpecification, Words } from './contract';

export interface CatalogueChoice {
  specification: PrintSpecification;
  product: string;
  size: string;
}

/** A mistake in what was asked for, said in one line. */
export class CatalogueError extends Error {}

const FALLBACK = {
  bleed_mm: 3,
  safe_mm: 3,
  pages: { min: 1, max: 2, multiple_of: 1 },
  resolution_ppi: { warn: 224, block: 149 },
  ink_limit_percent: 320,
};

export async function chooseProduct(
  file: string,
  key: string,
  size_key: string | undefined,
  language: Language,
): Promise<CatalogueChoice> {
  const products = listIn(await readJson(file), 'products');
  const product = products.find((each) => each.key === key);
  if (!product) throw new CatalogueError(`${file} has no product “${key}”; it has ${keysOf(products)}.`);
  const sizes = listIn(product, 'sizes');
  const size = size_key ? sizes.find((each) => each.key === size_key) : sizes[0];
  if (!size)
    throw new CatalogueError(`The product “${key}” has no size “${size_key}”; it has ${keysOf(sizes)}.`);
  const print = recordIn(product.print);
  const pages = recordIn(print.pages);
  const resolution = recordIn(print.resolution_ppi);
  const width = numberIn(size.width_mm);
  const height = numberIn(size.height_mm);
  if (!width || !height)
    throw new CatalogueError(`The size “${size.key}” of “${key}” has no width and height.`);
  return {
    product: wordsIn(product.name, language) ?? key,
    size: wordsIn(size.label, language) ?? `${width} × ${height} mm`,
    specification: {
      product_key: key,
      trim_mm: { width, height },
      bleed_mm: numberIn(print.bleed_mm) ?? FALLBACK.bleed_mm,
      safe_mm: numberIn(print.safe_mm) ?? FALLBACK.safe_mm,
      pages: {
        min: numberIn(pages.min) ?? FALLBACK.pages.min,
        max: numberIn(pages.max) ?? FALLBACK.pages.max,
        multiple_of: numberIn(pages.multiple_of) ?? FALLBACK.pages.multiple_of,
      },
      resolution_ppi: {
        warn: numberIn(resolution.warn) ?? FALLBACK.resolution_ppi.warn,
        block: numberIn(resolution.block) ?? FALLBACK.resolution_ppi.block,
      },
      colour: print.colour === 'black' || print.colour === 'any' ? print.colour : 'process',
      ink_limit_percent: numberIn(print.ink_limit_percent) ?? FALLBACK.ink_limit_percent,
      drawing: recordIn(print.drawing),
      special: recordIn(print.special),
    },
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new CatalogueError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

type Entry = Record<string, unknown>;

function recordIn(value: unknown): Entry {
  return typeof value === 'object' && value !== null ? (value as Entry) : {};
}

function listIn(value: unknown, name: string): Entry[] {
  const list = recordIn(value)[name];
  return Array.isArray(list) ? list.map(recordIn) : [];
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function wordsIn(value: unknown, language: Language): string | undefined {
  if (typeof value === 'string') return value;
  const words = recordIn(value) as Partial<Words>;
  return typeof words[language] === 'string' ? words[language] : undefined;
}

function keysOf(entries: Entry[]): string {
  return entries.map((entry) => entry.key).join(', ') || 'none';
}
