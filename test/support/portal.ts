// A whole shop for a test: the real portal over HTTP, the real worker and engine, the payment stand-in beside it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type StandIn, type StandInOptions, startStandIn } from '../../bin/stripe-stand-in';
import { createApp } from '../../server/app';
import { type Config, readConfig } from '../../server/config';
import * as setting from '../../server/models/setting';
import * as staff from '../../server/models/staff';
import { type OpenPortal, openPortal } from '../../server/open';
import { hashPassword } from '../../server/password';
import { startWorker, type Worker } from '../../server/worker';
import { freshDatabaseUrl } from './database';
import { ROOT } from './sources';

export const ARTWORK = join(ROOT, 'test', 'fixtures', 'artwork');
export const PASSWORD = 'a long enough password';

export interface TestShop {
  url: string;
  config: Config;
  portal: OpenPortal;
  db: OpenPortal['db'];
  /** Null when the shop has no card processor. */
  bank: StandIn | null;
  owner: staff.Staff;
  lea: staff.Staff;
  visitor(options?: { language?: string }): Visitor;
  /** A visitor who has signed in to the staff side. */
  colleague(person?: 'owner' | 'lea'): Promise<Visitor>;
  /** Waits until the worker has nothing left that is due. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface ShopOptions {
  payments?: 'stand_in' | 'counter_only';
  /** Is told of every request to the payment stand-in. */
  witness?: StandInOptions['witness'];
  /** Without a worker tasks wait for a test that performs them itself. */
  worker?: boolean;
  settings?: Partial<setting.Shop>;
  env?: Record<string, string>;
}

/** Open at every hour, so that no test depends on the time of day at which it runs. */
const ALWAYS_OPEN = Object.fromEntries(
  ['1', '2', '3', '4', '5', '6', '7'].map((day) => [day, [['00:00', '23:59']]]),
) as setting.Shop['opening_hours'];

const SETTLE_LIMIT_MS = 60_000;
const LOOK_MS = 40;

export async function startShop(options: ShopOptions = {}): Promise<TestShop> {
  const { payments = 'stand_in', worker: hasWorker = true, settings = {}, env = {} } = options;
  const database = await freshDatabaseUrl();
  const folder = await mkdtemp(join(tmpdir(), 'shop-data-'));
  const server = http.createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    BASE_URL: url,
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    ...env,
  });
  let bank: StandIn | null = null;
  if (payments === 'stand_in') {
    bank = await startStandIn({
      witness: options.witness,
      webhook: { url: `${url}/webhooks/stripe`, secret: config.secrets.stand_in_webhook },
    });
    config.payments.api_base = bank.url;
  } else config.payments.mode = 'counter_only';

  const portal = await openPortal(config);
  const { db } = portal;
  await setting.saveShop(db, {
    ...(await setting.shop(db)),
    opening_hours: ALWAYS_OPEN,
    cutoff: '23:58',
    holidays: [],
    ...settings,
  });
  const password_hash = await hashPassword(PASSWORD);
  const owner = await staff.add(db, {
    email: 'owner@lilas.example',
    name: 'Paul Lilas',
    role: 'owner',
    password_hash,
  });
  const lea = await staff.add(db, {
    email: 'lea@lilas.example',
    name: 'Léa Martin',
    role: 'staff',
    password_hash,
  });
  const worker: Worker | null = hasWorker ? startWorker(portal) : null;
  portal.wake = () => worker?.wake();
  server.on('request', createApp(portal));

  const visitor = ({ language = 'en' } = {}) => new Visitor(url, language);
  return {
    url,
    config,
    portal,
    db,
    bank,
    owner,
    lea,
    visitor,
    async colleague(person = 'lea') {
      const visit = visitor();
      const { email } = person === 'owner' ? owner : lea;
      const answer = await visit.post('/staff/login', { email, password: PASSWORD });
      if (answer.status !== 303) throw new Error(`${email} could not sign in: ${answer.status}`);
      return visit;
    },
    async settled() {
      const deadline = Date.now() + SETTLE_LIMIT_MS;
      for (;;) {
        await bank?.control.settled();
        const due = await db('tasks')
          .whereIn('state', ['ready', 'leased'])
          .where('run_at', '<=', new Date().toISOString())
          .select('kind', 'last_error');
        if (due.length === 0) return;
        if (Date.now() > deadline) throw new Error(`Not settled: ${JSON.stringify(due)}`);
        worker?.wake();
        await new Promise((done) => setTimeout(done, LOOK_MS));
      }
    },
    async close() {
      await worker?.stop();
      await bank?.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await portal.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export interface Answer {
  status: number;
  location: string;
  headers: Headers;
  text: string;
  json<T = Record<string, unknown>>(): T;
}

/** A browser without scripts: keeps cookies, sends forms, follows nothing by itself. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  constructor(
    readonly url: string,
    readonly language: string,
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { method: 'GET', headers });
  }

  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { Origin: this.url, ...headers },
    });
  }

  async upload(
    path: string,
    file: string,
    fields: Record<string, string> = {},
    name = basename(file),
  ): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      body: formData(fields, await readFile(file), name),
      headers: { Origin: this.url },
    });
  }

  uploadBytes(
    path: string,
    bytes: Uint8Array,
    name: string,
    fields: Record<string, string> = {},
    field = 'artwork',
  ): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      body: formData(fields, bytes, name, field),
      headers: { Origin: this.url },
    });
  }

  async send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, this.url), {
      redirect: 'manual',
      ...init,
      headers: {
        Accept: 'text/html',
        'Accept-Language': this.language,
        ...(cookie && { Cookie: cookie }),
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      const isGone = attributes.some((attribute) => /expires=thu, 01 jan 1970/i.test(attribute));
      if (isGone) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    };
  }
}

function formData(
  fields: Record<string, string>,
  bytes: Uint8Array,
  name: string,
  file_field = 'artwork',
): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set(file_field, new Blob([new Uint8Array(bytes)]), name);
  return form;
}

/** The hidden and visible fields of the form on a page that posts to `action`, as a browser would send them. */
export function fieldsOf(html: string, action: string): Record<string, string> {
  const escaped = action.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const form = html.match(new RegExp(`<form[^>]*action="${escaped}"[\\s\\S]*?</form>`))?.[0] ?? '';
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const attribute = (name: string) => tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];
    const name = attribute('name');
    if (!name || /type="(file|submit)"/.test(tag)) continue;
    if (/type="(checkbox|radio)"/.test(tag) && !/\bchecked\b/.test(tag)) continue;
    fields[name] = decode(attribute('value') ?? '');
  }
  for (const [select, name] of form.matchAll(/<select\b[^>]*name="([^"]*)"[\s\S]*?<\/select>/g)) {
    fields[name] = decode(select.match(/<option[^>]*value="([^"]*)"[^>]*selected/)?.[1] ?? '');
  }
  return fields;
}

const decode = (text: string) =>
  text
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
