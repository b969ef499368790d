// The environment, read and checked once. Everything has a default that works on a fresh machine.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { readRoots } from './timestamp-token';

export const DEFAULT_PORT = 3000;
export const DEFAULT_UPLOAD_LIMIT_BYTES = 1024 ** 3;
/** Largest single object that PostgreSQL's and SQLite's integer columns and an S3 PUT all take without thought. */
export const HIGHEST_UPLOAD_LIMIT_BYTES = 5 * 1024 ** 3;

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');
const blankIsAbsent = (value: unknown) => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(type: T) => z.preprocess(blankIsAbsent, type.optional());

const Environment = z.object({
  NODE_ENV: optional(z.enum(['development', 'production', 'test'])),
  PORT: optional(z.coerce.number().int().min(0).max(65535)),
  HOST: optional(z.string()),
  DATA_DIR: optional(z.string()),
  BASE_URL: optional(z.url({ protocol: /^https?$/ })),
  DATABASE_URL: optional(z.string().regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/)),
  DATABASE_OWNER_URL: optional(z.string().regex(/^postgres(ql)?:\/\/.+$/)),
  UPLOAD_LIMIT_BYTES: optional(z.coerce.number().int().min(1024).max(HIGHEST_UPLOAD_LIMIT_BYTES)),
  TRUST_PROXY: optional(z.string()),
  WORKER: optional(z.enum(['inside', 'separate'])),
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/ })),
  MAIL_FROM: optional(z.string()),
  STRIPE_SECRET_KEY: optional(z.string().min(8)),
  STRIPE_WEBHOOK_SECRET: optional(z.string().min(8)),
  STRIPE_API_BASE: optional(z.url({ protocol: /^https?$/ })),
  ANCHOR_MAIL: optional(z.email()),
  TSA_URL: optional(z.url({ protocol: /^https?$/ })),
  OWNER_EMAIL: optional(z.email()),
  OWNER_PASSWORD: optional(z.string().min(12)),
  DEMO: optional(flag),
});

export type PaymentMode = 'stripe' | 'stand_in' | 'counter_only';

export interface Config {
  environment: 'development' | 'production' | 'test';
  port: number;
  host: string;
  data_dir: string;
  base_url: string;
  database_url: string;
  /** Who owns the tables, for the one command that prepares them; the portal itself never uses it. */
  database_owner_url: string | null;
  upload_limit_bytes: number;
  trust_proxy: string | number | boolean;
  worker: 'inside' | 'separate';
  smtp_url: string | null;
  mail_from: string | null;
  payments: {
    mode: PaymentMode;
    secret_key: string | null;
    webhook_secrets: string[];
    api_base: string | null;
  };
  /** The outside authority that stamps approvals, and the roots that it is believed under. Null: nobody is asked. */
  time_authority: { url: string; roots_pem: string } | null;
  /** Where the daily anchor is mailed; null: nowhere. */
  anchor_mail: string | null;
  owner: { email: string; password: string | null };
  /** A demo catalogue, a demo shop and something to sign are put in on the first start. */
  is_demo: boolean;
  secrets: Secrets;
}

/** Made at the first start, kept in the data folder, readable by its owner only. */
export interface Secrets {
  link: string;
  instance: string;
  stand_in_key: string;
  stand_in_webhook: string;
}

export class ConfigError extends Error {}

function readSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json');
  const kept: Partial<Secrets> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const secrets: Secrets = {
    link: kept.link ?? randomBytes(32).toString('base64url'),
    instance: kept.instance ?? randomBytes(9).toString('base64url'),
    stand_in_key: kept.stand_in_key ?? `sk_test_${randomBytes(18).toString('base64url')}`,
    stand_in_webhook: kept.stand_in_webhook ?? `whsec_${randomBytes(24).toString('base64url')}`,
  };
  if (JSON.stringify(kept) !== JSON.stringify(secrets)) {
    writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  return secrets;
}

/** The folder of daily anchors, in the data folder. */
export const ANCHORS = 'anchors';

/** Where the pinned roots of the time stamp authority lie, in the data folder. */
export const TSA_ROOTS_FILE = 'tsa-roots.pem';

function timeAuthority(url: string | undefined, dataDir: string): Config['time_authority'] {
  if (!url) return null;
  const path = join(dataDir, TSA_ROOTS_FILE);
  try {
    const roots_pem = readFileSync(path, 'utf8');
    readRoots(roots_pem);
    return { url, roots_pem };
  } catch (error) {
    throw new ConfigError(
      `TSA_URL: set, but ${path} cannot be used (${(error as Error).message}). Put the root certificate of that authority there, in PEM form, from its own site.`,
    );
  }
}

function trustProxy(value: string | undefined): string | number | boolean {
  if (value === undefined || value === 'false' || value === '0') return false;
  if (value === 'true') return 1;
  return /^\d+$/.test(value) ? Number(value) : value;
}

/** Reads the environment; throws ConfigError naming the variable that cannot be used. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const read = Environment.safeParse(env);
  if (!read.success) {
    const problem = read.error.issues[0];
    throw new ConfigError(`${problem.path.join('.')}: ${problem.message}. See .env.example.`);
  }
  const given = read.data;
  const environment = given.NODE_ENV ?? 'development';
  const data_dir = resolve(given.DATA_DIR ?? 'data');
  mkdirSync(data_dir, { recursive: true, mode: 0o700 });
  const secrets = readSecrets(data_dir);
  const port = given.PORT ?? DEFAULT_PORT;
  const isProduction = environment === 'production';
  const mode: PaymentMode = given.STRIPE_SECRET_KEY ? 'stripe' : isProduction ? 'counter_only' : 'stand_in';
  if (mode === 'stripe' && !given.STRIPE_WEBHOOK_SECRET) {
    throw new ConfigError(
      'STRIPE_WEBHOOK_SECRET: missing, but STRIPE_SECRET_KEY is set. Copy it from the webhook page of your Stripe account.',
    );
  }
  return {
    environment,
    port,
    host: given.HOST ?? '0.0.0.0',
    data_dir,
    base_url: (given.BASE_URL ?? `http://localhost:${port}`).replace(/\/+$/, ''),
    database_url: given.DATABASE_URL ?? `sqlite:${join(data_dir, 'shop.db')}`,
    database_owner_url: given.DATABASE_OWNER_URL ?? null,
    upload_limit_bytes: given.UPLOAD_LIMIT_BYTES ?? DEFAULT_UPLOAD_LIMIT_BYTES,
    trust_proxy: trustProxy(given.TRUST_PROXY),
    worker: given.WORKER ?? 'inside',
    smtp_url: given.SMTP_URL ?? null,
    mail_from: given.MAIL_FROM ?? null,
    payments: {
      mode,
      secret_key: given.STRIPE_SECRET_KEY ?? (mode === 'stand_in' ? secrets.stand_in_key : null),
      webhook_secrets: given.STRIPE_WEBHOOK_SECRET
        ? given.STRIPE_WEBHOOK_SECRET.split(/[,\s]+/)
        : mode === 'stand_in'
          ? [secrets.stand_in_webhook]
          : [],
      api_base: given.STRIPE_API_BASE ?? null,
    },
    time_authority: timeAuthority(given.TSA_URL, data_dir),
    anchor_mail: given.ANCHOR_MAIL ?? null,
    owner: { email: given.OWNER_EMAIL ?? 'owner@shop.example', password: given.OWNER_PASSWORD ?? null },
    is_demo: given.DEMO ?? !isProduction,
    secrets,
  };
}
