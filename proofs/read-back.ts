// What a signer should read once more: the words of a page in which a slip is costly and easily overlooked. Found by
// their form alone, in English and French ways of writing. Limits: a name is a line (or the part of one before a comma)
// that looks like a name, so a brand of two words is taken for one and a name inside a sentence is missed; a bare
// domain is found under common endings only; numbers of registers and accounts are left out, as they are no telephone.

export type ReadBackKind = 'name' | 'phone' | 'email' | 'url' | 'date' | 'time' | 'price';

export interface ReadBackItem {
  kind: ReadBackKind;
  /** As it stands on the page. */
  text: string;
}

/** Items of one page that are listed; a page with more is a price list, and is read as a whole. */
export const MAX_ITEMS = 60;
const MAX_LINE = 400;

const MONTHS =
  'january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|janv|févr|avr|juil|déc';
const DAYS =
  'monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche';
const ENDINGS =
  'fr|com|org|net|eu|be|ch|lu|de|it|es|nl|pt|uk|ie|ca|us|io|co|me|info|biz|pro|shop|store|art|studio|paris|bzh|corsica|alsace|quebec|coop|asso|example';
const MONEY = '€|EUR|euros?|£|GBP|\\$|USD|CAD|CHF';
const AMOUNT = '\\d{1,3}(?:[ \\u00a0\\u202f.,]\\d{3})*(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,2})?';

const PATTERNS: Array<{
  kind: ReadBackKind;
  pattern: RegExp;
  isOne?: (text: string, before: string) => boolean;
}> = [
  { kind: 'email', pattern: /[\p{L}\d][\p{L}\d._%+-]{0,63}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,5}/giu },
  { kind: 'url', pattern: /(?:https?:\/\/|www\.)[^\s<>«»"“”()]{2,200}/giu },
  {
    kind: 'url',
    pattern: new RegExp(
      `(?<![\\p{L}\\d@.-])[\\p{L}\\d](?:[\\p{L}\\d-]{0,62}\\.){1,4}(?:${ENDINGS})(?![\\p{L}\\d-])(?:/[^\\s<>«»"“”()]{0,150})?`,
      'giu',
    ),
  },
  {
    kind: 'price',
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(?:(?:[€£$])\\s?(?:${AMOUNT})|(?:${AMOUNT})\\s?(?:${MONEY})(?!\\p{L})(?:\\s?\\d{2}(?!\\d))?)`,
      'giu',
    ),
  },
  { kind: 'date', pattern: /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/g },
  {
    kind: 'date',
    pattern: /(?<![\d./-])\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?![\d./-]?\d)/g,
    isOne: isDate,
  },
  {
    kind: 'date',
    pattern: new RegExp(
      `(?:(?:${DAYS})\\s+)?(?<!\\d)\\d{1,2}(?:er|st|nd|rd|th)?\\s+(?:(?:of|de)\\s+)?(?:${MONTHS})\\b\\.?(?:\\s+\\d{4})?`,
      'giu',
    ),
  },
  {
    kind: 'date',
    pattern: new RegExp(
      `(?:(?:${DAYS}),?\\s+)?(?<!\\p{L})(?:${MONTHS})\\.?\\s+\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s+\\d{4})?(?!\\d)`,
      'giu',
    ),
  },
  {
    kind: 'time',
    pattern:
      /(?<![\d:.,/])(?:[01]?\d|2[0-4])\s?(?:h(?:\s?[0-5]\d)?|:[0-5]\d)(?:\s?[ap]\.?m\.?)?(?![\p{L}\d:])/giu,
  },
  { kind: 'time', pattern: /(?<![\d:.,/])(?:1[0-2]|0?[1-9])\s?[ap]\.?m\.?(?!\p{L})/giu },
  {
    kind: 'phone',
    pattern: /(?<![\p{L}\d])(?:\+|\(|\d)[\d\s().\u00a0\u202f/-]{6,22}\d(?!\d)/gu,
    isOne: isPhone,
  },
];

const TRAILING = /[.,;:!?'’…]+$/u;
const PHONE_WORD =
  /(?:t[ée]l(?:[ée]phone)?|phone|mobile|mob|portable|port|fax|call|t|m|p|f)\s*\.?\s*[:.]?\s*$/iu;
const REGISTER =
  /(?:siret|siren|tva|vat|iban|rcs|rna|ape|naf|bic|n°|no\.?|cp|b\.?p\.?)\s*[:.]?\s*(?:[a-z]{2}\s?\d*)?\s*$/iu;

/** In the order of the page, each thing once. */
export function readBack(text: string): ReadBackItem[] {
  const items: ReadBackItem[] = [];
  const seen = new Set<string>();
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, MAX_LINE);
    for (const item of [...nameIn(line), ...formsIn(line)]) {
      const key = `${item.kind} ${item.text.toLocaleLowerCase()}`;
      if (seen.has(key) || items.length >= MAX_ITEMS) continue;
      seen.add(key);
      items.push(item);
    }
  }
  return items;
}

/** What has been found is not looked at again: a date is no telephone number. */
function formsIn(line: string): ReadBackItem[] {
  let left = line;
  const found: Array<ReadBackItem & { at: number }> = [];
  for (const { kind, pattern, isOne } of PATTERNS) {
    left = left.replace(pattern, (match: string, ...more: unknown[]) => {
      const at = more.findLast((each) => typeof each === 'number') as number;
      const text = match.replace(TRAILING, '').trim();
      if (isOne && !isOne(text, left.slice(0, at))) return match;
      found.push({ kind, text, at });
      return '\u0001'.repeat(match.length);
    });
  }
  return found.sort((one, other) => one.at - other.at).map(({ kind, text }) => ({ kind, text }));
}

function isDate(text: string): boolean {
  const [one, other] = text.split(/[./-]/).map(Number) as [number, number];
  return one >= 1 && other >= 1 && Math.max(one, other) <= 31 && Math.min(one, other) <= 12;
}

// Between 8 and 15 digits (E.164), written as a telephone number is, or said to be one.
function isPhone(text: string, before: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  if (digits < 8 || digits > 15 || REGISTER.test(before)) return false;
  return (
    /^(?:\+|00|0\d|\()/.test(text) || /^\d{3}[-.\s]\d{3}[-.\s]\d{4}$/.test(text) || PHONE_WORD.test(before)
  );
}

const TITLES = /^(?:M\.|Mme|Mlle|MM\.|Me|Dr|Pr|Mr|Mrs|Ms|Miss|Mx|Prof|Sir|Lady)\.?\s+/u;
const PARTICLES = new Set([
  'de',
  'du',
  'des',
  'la',
  'le',
  'van',
  'von',
  'der',
  'den',
  'da',
  'di',
  'el',
  'al',
  'y',
  'e',
  'et',
  '&',
]);
const NAME_WORD = /^(?:[dDlLO]['’])?\p{Lu}[\p{L}’'-]*\.?$/u;
const NO_NAME = new Set(
  'le la les un une des du au aux ce cette nos notre votre vos bon bonne bons merci bienvenue rue avenue place boulevard chemin quai allée impasse route the a an our your my we you open closed ouvert fermé street road lane square new business cartes cards menu carte page tel tél phone fax mobile email e-mail www contact'.split(
    ' ',
  ),
);
const MAX_NAME = 40;

function nameIn(line: string): ReadBackItem[] {
  const [first = ''] = line.split(/\s*(?:[,|·•–—:/]|\s-\s)\s*/u);
  const titled = TITLES.exec(first);
  const words = first
    .slice(titled?.[0].length ?? 0)
    .trim()
    .split(/\s+/u);
  const written = first.trim();
  const capitals = words.filter((word) => NAME_WORD.test(word));
  const is_shaped = words.every((word) => NAME_WORD.test(word) || PARTICLES.has(word));
  const is_long_enough = capitals.length >= (titled ? 1 : 2) && capitals.some((word) => word.length > 2);
  const is_other = NO_NAME.has(words[0]!.toLocaleLowerCase());
  if (!is_shaped || !is_long_enough || is_other || words.length > 5 || written.length > MAX_NAME) return [];
  return [{ kind: 'name', text: written }];
}
