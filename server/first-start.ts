// What a new shop needs before it can open its door: settings, sentences to sign, a catalogue, an owner.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { orderThatWaits } from './demo/orders';
import { orderUrl } from './link';
import * as product from './models/product';
import * as setting from './models/setting';
import * as staff from './models/staff';
import * as statement from './models/statement';
import { hashPassword } from './password';
import type { Portal } from './portal';

export const DEMO_FOLDER = join(__dirname, '..', '..', 'server', 'demo');
const PASSWORD_BYTES = 12;

const readJson = (name: string) => JSON.parse(readFileSync(join(DEMO_FOLDER, name), 'utf8'));

export interface News {
  /** Set on the first start only: afterwards nobody knows the password but its owner. */
  owner: { email: string; password: string; file: string } | null;
  demo_order: string | null;
}

export async function furnish(db: Knex): Promise<void> {
  if (!(await setting.shopOrNull(db))) await setting.saveShop(db, readJson('shop.json'));
  for (const sentence of readJson('statements.json').statements) await statement.publish(db, sentence);
  if ((await db('products').first('key')) === undefined) {
    for (const definition of readJson('catalogue.json').products) await product.publish(db, definition);
  }
}

async function welcomeOwner({ config, db }: Portal): Promise<News['owner']> {
  if ((await staff.list(db)).length > 0) return null;
  const password = config.owner.password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const { contact_person } = await setting.shop(db);
  await staff.add(db, {
    email: config.owner.email,
    name: contact_person,
    role: 'owner',
    password_hash: await hashPassword(password),
  });
  const file = join(config.data_dir, 'first-sign-in.txt');
  writeFileSync(file, `${config.base_url}/staff/login\n${config.owner.email}\n${password}\n`, {
    mode: 0o600,
  });
  return { email: config.owner.email, password, file };
}

export async function firstStart(portal: Portal): Promise<News> {
  const owner = await welcomeOwner(portal);
  const isNewDemo = owner !== null && portal.config.is_demo;
  const waiting = isNewDemo ? await orderThatWaits(portal) : null;
  return { owner, demo_order: waiting && orderUrl(portal.config, waiting) };
}
