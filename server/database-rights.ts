// PostgreSQL with two roles: the owner makes tables and safeguards, the running role can only add to history.
import type { Knex } from 'knex';
import { dialectOf } from './db';
import { EVIDENCE, KEPT } from './safeguards';

/** Salts and values may go: that is what they are kept apart for. Nothing else of such a row may change. */
const ERASABLE = ['salt', 'value', 'erased_at'];
const MIGRATIONS = ['schema_migrations', 'schema_migrations_lock'];

const HISTORY = [...Object.keys(EVIDENCE), ...KEPT];

/**
 * Whether the role behind this connection could alter what is written: own an evidence table, or have the right to
 * change, empty or re-trigger one. Always true on SQLite, where whoever may write the file may write anything.
 */
export async function couldAlterHistory(db: Knex): Promise<boolean> {
  if (dialectOf(db) === 'sqlite') return true;
  const { rows } = await db.raw(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relname = ANY(?)
       AND (pg_has_role(current_user, c.relowner, 'MEMBER') OR has_table_privilege(c.oid, 'DELETE, TRUNCATE, TRIGGER')
         OR (c.relname <> ALL(?) AND has_any_column_privilege(c.oid, 'UPDATE')))
     UNION ALL SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper LIMIT 1`,
    [HISTORY, KEPT],
  );
  return rows.length > 0;
}

/** Whether this role may make and change tables here. */
export async function mayMigrate(db: Knex): Promise<boolean> {
  if (dialectOf(db) === 'sqlite') return true;
  const { rows } = await db.raw(
    `SELECT has_schema_privilege(current_schema(), 'CREATE') AND NOT EXISTS (
       SELECT 1 FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
         AND NOT pg_has_role(current_user, c.relowner, 'MEMBER')) AS may`,
  );
  return rows[0].may;
}

/** Gives the running role what it needs and takes everything else away, as the owner of the tables. */
export async function lendRights(owner: Knex, role: string): Promise<void> {
  const tables: Array<{ tablename: string }> = await owner('pg_tables')
    .whereRaw('schemaname = current_schema()')
    .select('tablename');
  await owner.transaction(async (trx) => {
    await trx.raw('GRANT USAGE ON SCHEMA public TO ??', [role]);
    await trx.raw('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ??', [role]);
    for (const { tablename } of tables) {
      await trx.raw('GRANT SELECT ON ?? TO ??', [tablename, role]);
      if (MIGRATIONS.includes(tablename)) continue;
      await trx.raw('GRANT INSERT ON ?? TO ??', [tablename, role]);
      if (tablename === 'event_personal_data') {
        await trx.raw('GRANT UPDATE (??) ON ?? TO ??', [ERASABLE, tablename, role]);
      } else if (KEPT.includes(tablename)) {
        await trx.raw('GRANT UPDATE ON ?? TO ??', [tablename, role]);
      } else if (!HISTORY.includes(tablename)) {
        await trx.raw('GRANT UPDATE, DELETE ON ?? TO ??', [tablename, role]);
      }
    }
    await trx.raw('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ??', [role]);
  });
}
