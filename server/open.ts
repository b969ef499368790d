// Opens everything a process works with, in the order in which it can fail, and closes it again.
import { join } from 'node:path';
import type { Knex } from 'knex';
import { assertAnchored } from './anchor-check';
import { anchorFolder } from './anchor-folder';
import { ANCHORS, type Config, ConfigError } from './config';
import { mayMigrate } from './database-rights';
import { alone, hasPendingMigrations, migrate, openDatabase } from './db';
import { furnish } from './first-start';
import { openMail } from './mail';
import { verifyAll } from './models/event';
import * as setting from './models/setting';
import type { Portal } from './portal';
import { areOutdated, assertNothingTaken, keepSafeguards } from './safeguards';
import { openSealer, sealKeysOf, shopHost } from './seal';
import { openFolder } from './storage';
import { openStripe } from './stripe';
import { openTimeAuthority } from './timestamp';

export interface OpenPortal extends Portal {
  close(): Promise<void>;
}

const ASK_THE_OWNER =
  'The database must first be brought up to date by its owner: run "npm run -s prepare-database" with DATABASE_OWNER_URL.';

/** The schema and the safeguards of this version; by one process at a time, so that two may start together. */
export async function bringUpToDate(db: Knex): Promise<void> {
  await alone(db, async () => {
    const isBehind = await hasPendingMigrations(db);
    if (!(await mayMigrate(db))) {
      if (isBehind || (await areOutdated(db))) throw new ConfigError(ASK_THE_OWNER);
      return keepSafeguards(db, false);
    }
    await assertNothingTaken(db);
    const applied = await migrate(db);
    await keepSafeguards(db, applied.length > 0);
  });
}

/** The schema brought up to date, every safeguard in place, every history unbroken; or an error that says what is wrong. */
export async function openShopDatabase(url: string): Promise<Knex> {
  const db = openDatabase(url);
  try {
    await bringUpToDate(db);
    const fault = await verifyAll(db);
    if (fault) {
      throw new Error(
        `The history of order ${fault.order_id} does not hold at line ${fault.seq} (${fault.fault}). It was changed outside the portal: restore a backup before you serve orders from it.`,
      );
    }
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

export async function openPortal(config: Config): Promise<OpenPortal> {
  const sealer = openSealer(sealKeysOf(config), shopHost(config));
  const db = await openShopDatabase(config.database_url);
  const anchors = anchorFolder(join(config.data_dir, ANCHORS));
  try {
    await assertAnchored(db, anchors);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  await alone(db, () => furnish(db));
  const storage = await openFolder(join(config.data_dir, 'files'));
  const { name, email } = await setting.shop(db);
  const mail = openMail({
    smtp_url: config.smtp_url,
    from: config.mail_from ?? `${name} <${email}>`,
    outbox_folder: join(config.data_dir, 'outbox'),
  });
  return {
    config,
    db,
    storage,
    mail,
    sealer,
    anchors,
    time_authority:
      config.time_authority && openTimeAuthority(config.time_authority.url, config.time_authority.roots_pem),
    cards: config.payments.mode === 'counter_only' ? null : openStripe(config),
    wake: () => {},
    async close() {
      mail.close();
      await db.destroy();
    },
  };
}
