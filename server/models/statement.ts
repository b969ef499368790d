// The shop's sentences for signing, each version kept for ever: what somebody signed can always be shown again.
import { type Db, now } from './database';
import type { Language } from './order';
import { sha256 } from './token';

export interface Statement {
  key: string;
  version: number;
  language: Language;
  text: string;
  sha256: string;
}

/** Publishes a version of a sentence in both languages. Publishing the same version again changes nothing. */
export async function publish(
  db: Db,
  statement: { key: string; version: number; en: string; fr: string },
): Promise<void> {
  const { key, version } = statement;
  if (await db('statements').where({ key, version }).first('key')) return;
  for (const language of ['en', 'fr'] as const) {
    const text = statement[language];
    await db('statements').insert({
      key,
      version,
      language,
      text,
      sha256: sha256(text),
      published_at: now(),
    });
  }
}

/** The newest version of every sentence, by key. */
export async function current(db: Db, language: Language): Promise<Map<string, Statement>> {
  const rows: Statement[] = await db('statements').where({ language }).orderBy('version');
  return new Map(rows.map((row) => [row.key, row]));
}

/** Fills `{name}` places. Throws when a place has no value: a signed sentence has no holes. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (!(name in values)) throw new Error(`statement: no value for {${name}}`);
    return String(values[name]);
  });
}
