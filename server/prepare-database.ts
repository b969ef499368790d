// npm run -s prepare-database: on PostgreSQL, tables, safeguards and rights, by the database's owner. The portal then
// runs under a lesser role, which can add to history and not alter it.
import type { Knex } from 'knex';
import { ConfigError, readConfig } from './config';
import { lendRights } from './database-rights';
import { openDatabase } from './db';
import { bringUpToDate } from './open';

async function makeRole(owner: Knex, role: string, password: string): Promise<boolean> {
  const { rows } = await owner.raw('SELECT 1 FROM pg_roles WHERE rolname = ?', [role]);
  if (rows.length > 0) return false;
  // A role's password cannot be a parameter; the server quotes it.
  const made = await owner.raw(`SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', ?::text, ?::text) AS sql`, [
    role,
    password,
  ]);
  await owner.raw(made.rows[0].sql.replaceAll('?', '\\?'));
  return true;
}

/** Brings the database of `url` up to date as `owner_url`, for the role that `url` names. True when it was made now. */
export async function prepareDatabase(owner_url: string, url: string): Promise<boolean> {
  const { username, password } = new URL(url);
  const role = decodeURIComponent(username);
  if (role === decodeURIComponent(new URL(owner_url).username)) {
    throw new ConfigError(
      'DATABASE_URL: names the same role as DATABASE_OWNER_URL. Give the portal one of its own.',
    );
  }
  const owner = openDatabase(owner_url);
  try {
    const isNew = await makeRole(owner, role, decodeURIComponent(password));
    await bringUpToDate(owner);
    await lendRights(owner, role);
    return isNew;
  } finally {
    await owner.destroy();
  }
}

async function main(): Promise<void> {
  const { database_url, database_owner_url } = readConfig();
  if (!database_owner_url || !/^postgres/.test(database_url)) {
    throw new ConfigError(
      'DATABASE_OWNER_URL: missing, or DATABASE_URL is not PostgreSQL. The first is the owner of the database, the second the role that the portal runs under.',
    );
  }
  const isNew = await prepareDatabase(database_owner_url, database_url);
  const role = decodeURIComponent(new URL(database_url).username);
  console.log(
    `The database is up to date. The role "${role}"${isNew ? ', made now,' : ''} may add to its history and not alter it.`,
  );
}

if (require.main === module) {
  main().catch((error) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  });
}
