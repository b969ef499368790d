import { invalid } from './errors';
import { isHash } from './form';
import { integer, type Rule, read, text } from './parameters';

const DEFAULT_LIMIT = 10;
export const LARGEST_LIMIT = 100;

const limit: Rule<number> = (value, name) => {
  const number = integer(value, name);
  if (number < 1 || number > LARGEST_LIMIT) {
    throw invalid(`This value must be between 1 and ${LARGEST_LIMIT}.`, name, 'parameter_invalid_integer');
  }
  return number;
};

export const pageShape = { limit, starting_after: text, ending_before: text };

/** `created=…` or `created[gte]=…`, read as a question to ask of a row's time. */
export const created: Rule<(time: number) => boolean> = (value, name) => {
  if (!isHash(value)) {
    const exactly = integer(value, name);
    return (time) => time === exactly;
  }
  const range = read(value, { gt: integer, gte: integer, lt: integer, lte: integer }, [], name);
  return (time) =>
    time > (range.gt ?? -Infinity) &&
    time >= (range.gte ?? -Infinity) &&
    time < (range.lt ?? Infinity) &&
    time <= (range.lte ?? Infinity);
};

interface Asked {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
}

/** One page of rows given oldest first, answered newest first. */
export function page<T extends { id: string }, R>(
  oldestFirst: T[],
  render: (one: T) => R,
  asked: Asked,
  url: string,
) {
  const all = [...oldestFirst].reverse();
  const size = asked.limit ?? DEFAULT_LIMIT;
  let from = 0;
  let to = all.length;
  if (asked.starting_after !== undefined) from = position(all, asked.starting_after, 'starting_after') + 1;
  if (asked.ending_before !== undefined) to = position(all, asked.ending_before, 'ending_before');
  const within = all.slice(from, to);
  const shown = asked.ending_before !== undefined ? within.slice(-size) : within.slice(0, size);
  return {
    object: 'list' as const,
    data: shown.map(render),
    has_more: within.length > shown.length,
    url,
  };
}

function position(rows: { id: string }[], id: string, param: string): number {
  const at = rows.findIndex((one) => one.id === id);
  if (at < 0) throw invalid(`No such object: '${id}'`, param, 'resource_missing');
  return at;
}
