/** Stripe's request bodies: `a[b][0][c]=text`. Every value arrives as text. */
export type FormValue = string | FormValue[] | FormHash;
export type FormHash = { [name: string]: FormValue };

const INDEX = /^\d+$/;

export function parseForm(text: string): FormHash {
  const root = emptyHash();
  for (const [key, value] of new URLSearchParams(text)) place(root, stepsOf(key), value);
  return listsInPlaceOfNumberedHashes(root) as FormHash;
}

export function isHash(value: FormValue | undefined): value is FormHash {
  return typeof value === 'object' && !Array.isArray(value);
}

// No prototype: a parameter named `__proto__` must stay an ordinary, unknown parameter.
function emptyHash(): FormHash {
  return Object.create(null);
}

function stepsOf(key: string): string[] {
  const bracket = key.indexOf('[');
  if (bracket < 1) return [key];
  const inner = [...key.slice(bracket).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!);
  return [key.slice(0, bracket), ...inner];
}

function place(root: FormHash, steps: string[], value: string) {
  let hash = root;
  for (const step of steps.slice(0, -1)) {
    const next = hash[step];
    const inner = isHash(next) ? next : emptyHash();
    hash[step] = inner;
    hash = inner;
  }
  const last = steps.at(-1)!;
  hash[last === '' ? String(Object.keys(hash).length) : last] = value;
}

function listsInPlaceOfNumberedHashes(value: FormValue): FormValue {
  if (!isHash(value)) return value;
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name) => INDEX.test(name))) {
    return names
      .sort((a, b) => Number(a) - Number(b))
      .map((name) => listsInPlaceOfNumberedHashes(value[name]!));
  }
  for (const name of names) value[name] = listsInPlaceOfNumberedHashes(value[name]!);
  return value;
}
