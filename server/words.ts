// The words of views/locales, by language. A key that is missing is a mistake and is reported as one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next, { type i18n } from 'i18next';
import type { Language } from './models/order';

export type Words = (key: string, vars?: Record<string, unknown>) => string;

export const LANGUAGES: readonly Language[] = ['en', 'fr'];
export const isLanguage = (text: unknown): text is Language => text === 'en' || text === 'fr';
export const VIEWS = join(__dirname, '..', '..', 'views');

function load(): i18n {
  const resources: Record<string, Record<string, object>> = {};
  const namespaces = new Set<string>();
  for (const language of LANGUAGES) {
    const folder = join(VIEWS, 'locales', language);
    resources[language] = {};
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const namespace = file.replace(/\.json$/, '');
      namespaces.add(namespace);
      resources[language][namespace] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    }
  }
  const instance = i18next.createInstance();
  instance.init({
    resources,
    ns: [...namespaces],
    defaultNS: 'common',
    fallbackLng: false,
    initAsync: false,
    showSupportNotice: false,
    interpolation: { escapeValue: false },
    saveMissing: true,
    missingKeyHandler: (languages, namespace, key) =>
      console.error(`No words for ${namespace}:${key} in ${languages.join(', ')}`),
  } as Parameters<i18n['init']>[0]);
  return instance;
}

let loaded: i18n | null = null;

export function wordsFor(language: Language): Words {
  loaded ??= load();
  return loaded.getFixedT(language) as unknown as Words;
}
