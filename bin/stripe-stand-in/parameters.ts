import { invalid } from './errors';
import { type FormHash, type FormValue, isHash } from './form';

export type Rule<T> = (value: FormValue, name: string) => T;
export type Shape = Record<string, Rule<unknown>>;

/** Ties a shape to the SDK's own parameter type: a name Stripe does not know fails to compile. */
export type NamesOf<Params> = Partial<Record<keyof Params, Rule<unknown>>>;

type Read<S extends Shape, R extends keyof S> = { [K in keyof S]?: ReturnType<S[K]> } & {
  [K in R]: ReturnType<S[K]>;
};

export const METADATA_KEYS = 50;
export const METADATA_KEY_LENGTH = 40;
export const METADATA_VALUE_LENGTH = 500;
const TEXT_LENGTH = 5000;

/** Reads the parameters a request may carry; anything else is refused, as at Stripe. */
export function read<S extends Shape, R extends keyof S & string = never>(
  form: FormHash,
  shape: S,
  required: readonly R[] = [],
  parent = '',
): Read<S, R> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(form)) {
    const full = parent ? `${parent}[${name}]` : name;
    if (!Object.hasOwn(shape, name)) throw unknown(full);
    result[name] = shape[name]!(value, full);
  }
  for (const name of required) {
    const full = parent ? `${parent}[${name}]` : name;
    if (result[name] === undefined) {
      throw invalid(`Missing required param: ${full}.`, full, 'parameter_missing');
    }
  }
  return result as Read<S, R>;
}

function unknown(name: string) {
  if (name === 'payment_method_types') {
    return invalid(
      'The `payment_method_types` parameter is no longer supported. Leave it out to use dynamic payment ' +
        'methods, or use `allowed_payment_method_types`.',
      name,
      'payment_method_types_no_longer_supported',
    );
  }
  return invalid(
    `Received unknown parameter: ${name} (or one that the stand-in does not play)`,
    name,
    'parameter_unknown',
  );
}

export const text: Rule<string> = (value, name) => {
  if (value === '') {
    throw invalid(
      `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a field; ` +
        `however '${name}' cannot be unset. You should remove '${name}' from your request or supply a ` +
        'non-empty value.',
      name,
      'parameter_invalid_empty',
    );
  }
  return clearable(value, name)!;
};

/** Text that an empty value unsets. */
export const clearable: Rule<string | null> = (value, name) => {
  if (typeof value !== 'string') throw invalid(`Invalid string: ${JSON.stringify(value)}`, name);
  if (value.length > TEXT_LENGTH) {
    throw invalid(`Invalid string: must be at most ${TEXT_LENGTH} characters`, name);
  }
  return value === '' ? null : value;
};

export const integer: Rule<number> = (value, name) => {
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) {
    throw invalid(`Invalid integer: ${String(value)}`, name, 'parameter_invalid_integer');
  }
  return Number(value);
};

export const boolean: Rule<boolean> = (value, name) => {
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${String(value)}`, name);
  return value === 'true';
};

export function oneOf<T extends string>(...choices: T[]): Rule<T> {
  return (value, name) => {
    if (!choices.includes(value as T)) {
      throw invalid(`Invalid ${name}: must be one of ${choices.join(', ')}`, name);
    }
    return value as T;
  };
}

export function listOf<T>(rule: Rule<T>): Rule<T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw invalid('Invalid array', name);
    return value.map((item, i) => rule(item, `${name}[${i}]`));
  };
}

export function hash<S extends Shape, R extends keyof S & string = never>(
  shape: S,
  required: readonly R[] = [],
): Rule<Read<S, R>> {
  return (value, name) => {
    if (!isHash(value)) throw invalid('Invalid object', name);
    return read(value, shape, required, name);
  };
}

export const url: Rule<string> = (value, name) => {
  const address = text(value, name);
  // Checkout puts placeholders such as {CHECKOUT_SESSION_ID} in addresses; they parse as ordinary text.
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw invalid('Not a valid URL', name, 'url_invalid');
  }
  return address;
};

export const email: Rule<string> = (value, name) => {
  const address = text(value, name);
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) {
    throw invalid(`Invalid email address: ${address}`, name, 'email_invalid');
  }
  return address;
};

/** Metadata as given: `''` unsets everything, a key with an empty value unsets that key. */
export const metadata: Rule<Record<string, string>> = (value, name) => {
  if (value === '') return {};
  if (!isHash(value)) throw invalid('Invalid object', name);
  const pairs = Object.entries(value);
  if (pairs.length > METADATA_KEYS) {
    throw invalid(`Metadata can hold up to ${METADATA_KEYS} keys.`, name);
  }
  for (const [key, item] of pairs) {
    const full = `${name}[${key}]`;
    if (typeof item !== 'string') throw invalid('Metadata values must be strings.', full);
    if (key.length > METADATA_KEY_LENGTH) {
      throw invalid(`Metadata keys must be at most ${METADATA_KEY_LENGTH} characters.`, full);
    }
    if (item.length > METADATA_VALUE_LENGTH) {
      throw invalid(`Metadata values must be at most ${METADATA_VALUE_LENGTH} characters.`, full);
    }
  }
  return Object.fromEntries(pairs) as Record<string, string>;
};

/** Merges metadata the way an update does. */
export function mergeMetadata(old: Record<string, string>, given: Record<string, string> | undefined) {
  if (!given) return old;
  if (Object.keys(given).length === 0) return {};
  return Object.fromEntries(Object.entries({ ...old, ...given }).filter(([, value]) => value !== ''));
}
