// The safeguards as SQLite and PostgreSQL spell them, and what a database has of them, word for word.
import type { Knex } from 'knex';
import { dialectOf } from './db';

export interface Safeguard {
  name: string;
  table: string;
  before: 'insert' | 'update' | 'delete';
  /** SQL that both databases understand; true means refuse. */
  when: string;
  says: string;
}

/** Only PostgreSQL can hash by itself: there the database also refuses an event whose hash is not its body's. */
const EVENT_HASH: Safeguard = {
  name: 'event_hash_is_of_its_body',
  table: 'events',
  before: 'insert',
  when: `NEW.hash <> encode(sha256(convert_to(NEW.body, 'UTF8')), 'hex')`,
  says: 'the hash of an event is the SHA-256 of its body',
};

/** SQLite has no TRUNCATE. */
const neverTruncated = (tables: string[]) =>
  tables.map((table) => ({ name: `${table}_never_truncated`, table }));

const TRUNCATED_SOURCE = `
BEGIN RAISE EXCEPTION '% is kept', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END `;

function sqliteTrigger({ name, table, before, when, says }: Safeguard): string {
  return `CREATE TRIGGER ${name} BEFORE ${before.toUpperCase()} ON ${table} WHEN ${when}
BEGIN SELECT RAISE(ABORT, '${says}'); END`;
}

function postgresSource({ before, when, says }: Safeguard): string {
  return `
BEGIN IF ${when} THEN RAISE EXCEPTION '${says}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
RETURN ${before === 'delete' ? 'OLD' : 'NEW'}; END `;
}

// Bits of pg_trigger.tgtype.
const BEFORE = 2;
const FOR_EACH_ROW = 1;
const ON = { insert: 4, delete: 8, update: 16, truncate: 32 };
const ALWAYS_ON = 'O';

/** One line a trigger, made of what PostgreSQL keeps of it. */
const postgresLine = (trigger: {
  table: string;
  type: number;
  enabled: string;
  procedure: string;
  source: string;
}) => JSON.stringify([trigger.table, trigger.type, trigger.enabled, trigger.procedure, trigger.source]);

/** The safeguards as they stand in a database that has all of them, by name. */
export function writtenAs(db: Knex, guards: Safeguard[], neverEmptied: string[]): Map<string, string> {
  if (dialectOf(db) === 'sqlite') return new Map(guards.map((guard) => [guard.name, sqliteTrigger(guard)]));
  const rows = [...guards, EVENT_HASH].map((guard): [string, string] => [
    guard.name,
    postgresLine({
      table: guard.table,
      type: BEFORE + FOR_EACH_ROW + ON[guard.before],
      enabled: ALWAYS_ON,
      procedure: guard.name,
      source: postgresSource(guard),
    }),
  ]);
  const truncated = neverTruncated(neverEmptied).map(({ name, table }): [string, string] => [
    name,
    postgresLine({
      table,
      type: BEFORE + ON.truncate,
      enabled: ALWAYS_ON,
      procedure: 'never_truncated',
      source: TRUNCATED_SOURCE,
    }),
  ]);
  return new Map([...rows, ...truncated]);
}

interface Found {
  name: string;
  table: string;
  text: string;
}

async function triggers(db: Knex): Promise<Found[]> {
  if (dialectOf(db) === 'sqlite') {
    return db('sqlite_master').select('name', 'tbl_name as table', 'sql as text').where({ type: 'trigger' });
  }
  // A trigger with a condition of its own, for some columns only, or whose function has settings of its own, is
  // not ours: its line then ends otherwise.
  const { rows } = await db.raw(
    `SELECT t.tgname AS name, c.relname AS "table", t.tgtype AS type, t.tgenabled AS enabled,
       p.proname || CASE WHEN t.tgqual IS NULL AND t.tgattr::text = '' AND p.proconfig IS NULL
         AND NOT p.prosecdef AND p.pronamespace = c.relnamespace THEN '' ELSE ' (otherwise)' END AS procedure,
       p.prosrc AS source
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND NOT t.tgisinternal`,
  );
  return rows.map((row: Parameters<typeof postgresLine>[0] & { name: string }) => ({
    name: row.name,
    table: row.table,
    text: postgresLine(row),
  }));
}

/** Every trigger that the database has, by name, in the form of `writtenAs`. */
export async function definitionsOf(db: Knex): Promise<Map<string, string>> {
  return new Map((await triggers(db)).map(({ name, text }) => [name, text]));
}

/** Triggers and rules on these tables that are not among ours. */
export async function strangers(db: Knex, ours: Map<string, string>, tables: string[]): Promise<string[]> {
  const found = (await triggers(db)).filter(({ name, table }) => tables.includes(table) && !ours.has(name));
  const names = found.map(({ name }) => name);
  if (dialectOf(db) === 'sqlite') return names;
  const rules: Array<{ rulename: string }> = await db('pg_rules')
    .whereIn('tablename', tables)
    .whereRaw('schemaname = current_schema()')
    .select('rulename');
  return [...names, ...rules.map(({ rulename }) => rulename)];
}

/** Puts every safeguard in, in place of what had its name. */
export async function installTriggers(db: Knex, guards: Safeguard[], neverEmptied: string[]): Promise<void> {
  await db.transaction(async (trx) => {
    await (dialectOf(db) === 'sqlite'
      ? installSqlite(trx, guards)
      : installPostgres(trx, guards, neverEmptied));
  });
}

async function installSqlite(trx: Knex.Transaction, guards: Safeguard[]): Promise<void> {
  for (const guard of guards) {
    await trx.raw(`DROP TRIGGER IF EXISTS ${guard.name}`);
    await trx.raw(sqliteTrigger(guard));
  }
}

async function installPostgres(
  trx: Knex.Transaction,
  guards: Safeguard[],
  neverEmptied: string[],
): Promise<void> {
  const define = (name: string, source: string) =>
    trx.raw(
      `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $guard$${source}$guard$`.replaceAll(
        '?',
        '\\?',
      ),
    );
  const attach = async (name: string, table: string, when: string) => {
    await trx.raw(`DROP TRIGGER IF EXISTS ${name} ON ${table}`);
    await trx.raw(`CREATE TRIGGER ${name} BEFORE ${when}`);
  };
  for (const guard of [...guards, EVENT_HASH]) {
    const { name, table, before } = guard;
    await define(name, postgresSource(guard));
    await attach(name, table, `${before.toUpperCase()} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`);
  }
  await define('never_truncated', TRUNCATED_SOURCE);
  for (const { name, table } of neverTruncated(neverEmptied)) {
    await attach(name, table, `TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION never_truncated()`);
  }
}
