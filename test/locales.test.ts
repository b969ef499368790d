// Both languages say everything, and every sentence that a page asks for exists.
import path from 'node:path';
import { MOVES } from '../server/models/order-state';
import { filesBelow, readJson, readSource } from './support/sources';

type Sentences = { [key: string]: string | Sentences };

const LANGUAGES = ['en', 'fr'] as const;
const names = [...new Set(filesBelow('views/locales', '.json').map((file) => path.basename(file)))];

function sentences(language: string, name: string): Map<string, string> {
  return flat(readJson<Sentences>(`views/locales/${language}/${name}`));
}

function flat(tree: Sentences, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(
      ([key, value]): Array<[string, string]> =>
        typeof value === 'object' ? [...flat(value, `${prefix}${key}.`)] : [[prefix + key, value]],
    ),
  );
}

/** French counts in one, many and other; English has no "many". */
function sameInBoth(keys: Iterable<string>): string[] {
  return [...keys].filter((key) => !key.endsWith('_many')).sort();
}

function placeholders(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{\{-?\s*([\w.]+)/g)].map(([, name]) => name))].sort();
}

describe.each(names)('%s', (name) => {
  test('has the same sentences in English and in French', () => {
    expect(sameInBoth(sentences('fr', name).keys())).toEqual(sameInBoth(sentences('en', name).keys()));
  });

  test('fills in the same values in both languages', () => {
    const english = sentences('en', name);
    const different = [...sentences('fr', name)]
      .filter(([key]) => english.has(key) && !/_(one|many)$/.test(key))
      .filter(([key, sentence]) => String(placeholders(sentence)) !== String(placeholders(english.get(key)!)))
      .map(([key]) => key);
    expect(different).toEqual([]);
  });

  test.each(LANGUAGES)('leaves no sentence empty (%s)', (language) => {
    const empty = [...sentences(language, name)].filter(([, sentence]) => sentence.trim() === '');
    expect(empty).toEqual([]);
  });

  test.each(LANGUAGES)('counts in singular and in plural (%s)', (language) => {
    const keys = [...sentences(language, name).keys()];
    const alone = keys.filter(
      (key) => /_(one|many)$/.test(key) && !keys.includes(key.replace(/_(one|many)$/, '_other')),
    );
    expect(alone).toEqual([]);
  });

  test('keeps French punctuation on the line of its word', () => {
    const loose = [...sentences('fr', name)].filter(([, sentence]) => / [;:?!»]|« /.test(sentence));
    expect(loose).toEqual([]);
  });
});

const known = new Set(
  names.flatMap((name) =>
    [...sentences('en', name).keys()].flatMap((key) => {
      const full = `${path.basename(name, '.json')}:${key}`;
      return [full, full.replace(/_(one|other)$/, '')];
    }),
  ),
);

/** A key that names no file belongs to `namespace`. */
function asked(pattern: RegExp, source: string, namespace: string): string[] {
  return [...source.matchAll(pattern)].map(([, key]) => (key.includes(':') ? key : namespace + key));
}

test('every sentence that a page or the server asks for exists', () => {
  const files = [...filesBelow('views', '.ejs'), ...filesBelow('server', '.ts')];
  const missing = files.flatMap((file) =>
    asked(/\bt\(\s*'([^']+)'\s*[,)]/g, readSource(file), 'common:')
      .filter((key) => !known.has(key))
      .map((key) => `${file}: ${key}`),
  );
  expect(missing).toEqual([]);
});

test('every move of the state table says kindly why it is refused', () => {
  const missing = Object.keys(MOVES).filter((verb) => !known.has(`errors:conflict.${verb}.title`));
  expect(missing).toEqual([]);
});

test('every refusal has its page: a title and what to do', () => {
  const refusal = /new (?:NotFound|Forbidden|Conflict|Gone)\(\s*'([^']+)'/g;
  const missing = filesBelow('server', '.ts').flatMap((file) =>
    asked(refusal, readSource(file), 'errors:')
      .filter((key) => !known.has(`${key}.title`) || !known.has(`${key}.text`))
      .map((key) => `${file}: ${key}`),
  );
  expect(missing).toEqual([]);
});
