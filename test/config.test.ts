import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Config,
  ConfigError,
  DEFAULT_UPLOAD_LIMIT_BYTES,
  HIGHEST_UPLOAD_LIMIT_BYTES,
  readConfig,
} from '../server/config';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (env: Record<string, string> = {}): Config => readConfig({ DATA_DIR: folder, ...env });

test('a fresh machine needs to set nothing: SQLite in the data folder, a demonstration bank, letters kept', () => {
  expect(read()).toMatchObject({
    environment: 'development',
    port: 3000,
    base_url: 'http://localhost:3000',
    database_url: `sqlite:${join(folder, 'shop.db')}`,
    upload_limit_bytes: DEFAULT_UPLOAD_LIMIT_BYTES,
    trust_proxy: false,
    worker: 'inside',
    smtp_url: null,
    payments: { mode: 'stand_in' },
    is_demo: true,
  });
});

test('a real shop without a card processor takes payment at its counter, and shows no demonstration', () => {
  const config = read({ NODE_ENV: 'production' });
  expect(config.payments).toMatchObject({ mode: 'counter_only', secret_key: null, webhook_secrets: [] });
  expect(config.is_demo).toBe(false);
});

test('a Stripe key makes it a shop that takes cards, with one or several webhook secrets', () => {
  const keys = {
    STRIPE_SECRET_KEY: 'sk_live_12345678',
    STRIPE_WEBHOOK_SECRET: 'whsec_old1234, whsec_new1234',
  };
  expect(read(keys).payments).toMatchObject({
    mode: 'stripe',
    secret_key: 'sk_live_12345678',
    webhook_secrets: ['whsec_old1234', 'whsec_new1234'],
  });
});

test('a Stripe key without its webhook secret is refused: payments would go unheard', () => {
  expect(() => read({ STRIPE_SECRET_KEY: 'sk_live_12345678' })).toThrow(/^STRIPE_WEBHOOK_SECRET/);
});

test.each([
  ['PORT', '70000'],
  ['PORT', 'http'],
  ['BASE_URL', 'shop.example'],
  ['BASE_URL', 'ftp://shop.example'],
  ['DATABASE_URL', 'mysql://localhost/shop'],
  ['UPLOAD_LIMIT_BYTES', '12'],
  ['UPLOAD_LIMIT_BYTES', String(HIGHEST_UPLOAD_LIMIT_BYTES + 1)],
  ['WORKER', 'both'],
  ['SMTP_URL', 'mail.example:587'],
  ['STRIPE_API_BASE', 'localhost'],
  ['OWNER_EMAIL', 'owner'],
  ['OWNER_PASSWORD', 'short'],
  ['NODE_ENV', 'prod'],
  ['DEMO', 'yes'],
])('%s=%s is refused, and the message names the variable', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(ConfigError);
  expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name}: .*\\.env\\.example`));
});

test('a line of .env that was left blank counts as absent', () => {
  const blank = { PORT: '', BASE_URL: '', SMTP_URL: '', STRIPE_SECRET_KEY: '', TRUST_PROXY: '', DEMO: '' };
  expect(read(blank)).toEqual(read());
});

test('an address ends without a slash, however it was written', () => {
  expect(read({ BASE_URL: 'https://shop.example/' }).base_url).toBe('https://shop.example');
});

test.each([
  [undefined, false],
  ['false', false],
  ['0', false],
  ['true', 1],
  ['2', 2],
  ['loopback', 'loopback'],
])('TRUST_PROXY=%s: the address of a visitor is read from %j', (value, trusted) => {
  expect(read(value === undefined ? {} : { TRUST_PROXY: value }).trust_proxy).toBe(trusted);
});

test('the secrets are made once, stay the same, and are for the owner of the folder alone', () => {
  const { secrets } = read();
  expect(read().secrets).toEqual(secrets);
  expect(new Set(Object.values(secrets)).size).toBe(4);
  expect(Buffer.from(secrets.link, 'base64url')).toHaveLength(32);
  const file = join(folder, 'secrets.json');
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(secrets);
});
