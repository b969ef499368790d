import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInstance, type ResourceLanguage } from 'i18next';

export type Language = 'en' | 'fr';
export type Words = (key: string, values?: Record<string, string | number>) => string;

const LOCALES = path.join(__dirname, '../../../views/locales');
const opened = new Map<string, Words>();

/**
 * The sentences of one file of views/locales in one language. A missing sentence or a missing value throws:
 * a letter with a hole in it must not leave the shop.
 */
export function paperWords(file: 'mail' | 'papers' | 'packs' | 'invoices', language: Language): Words {
  const name = `${language}/${file}`;
  const words = opened.get(name) ?? openWords(file, language);
  opened.set(name, words);
  return words;
}

function openWords(file: string, language: Language): Words {
  const i18n = createInstance();
  i18n.init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { [file]: readSentences(file, language) } },
    defaultNS: file,
    nsSeparator: false,
    initAsync: false,
    // Values are escaped where HTML is written; plain text and PDF take them as they are.
    interpolation: { escapeValue: false },
    parseMissingKeyHandler: (key) => {
      throw new Error(`${file}.json (${language}) has no sentence "${key}"`);
    },
    missingInterpolationHandler: (text, match) => {
      throw new Error(`${file}.json (${language}): no value for ${match[0]} in "${text}"`);
    },
  });
  return (key, values = {}) => i18n.t(key, values);
}

function readSentences(file: string, language: Language): ResourceLanguage[string] {
  return JSON.parse(readFileSync(path.join(LOCALES, language, `${file}.json`), 'utf8'));
}
