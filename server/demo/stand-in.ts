// The demo shop's bank: the Stripe stand-in as a process of its own, reached by browsers under the portal's address.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Config } from '../config';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'stripe-stand-in', 'main.js');
export const PREFIX = '/demo-bank';
const START_LIMIT_MS = 15_000;

export interface DemoBank {
  inFrontOf(app: Express): Express;
  stop(): Promise<void>;
}

const addressFile = (config: Config) => join(config.data_dir, 'stand-in-address');

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The payment stand-in did not start.')), START_LIMIT_MS);
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
      const found = said.match(/http:\/\/[\w.:[\]]+/);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`The payment stand-in ended with ${code}.`)));
  });
}

function proxyTo(address: string) {
  const { hostname, port } = new URL(address);
  return (req: Request, res: Response, next: NextFunction): void => {
    // Browsers need the payment pages; the bank's own strings stay inside.
    if (!req.path.startsWith('/c/')) {
      next();
      return;
    }
    const { host, ...headers } = req.headers;
    const passed = http.request({ hostname, port, path: req.url, method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    passed.on('error', () => {
      if (!res.headersSent) res.status(502).end();
    });
    req.pipe(passed);
  };
}

/** Starts the stand-in when the shop has no card processor of its own; the rest of the portal sees only an address. */
export async function connectStandIn(config: Config): Promise<DemoBank | null> {
  if (config.payments.mode !== 'stand_in' || config.payments.api_base) return null;
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      STAND_IN_PORT: '0',
      STAND_IN_WEBHOOK_URL: `http://127.0.0.1:${config.port}/webhooks/stripe`,
      STAND_IN_WEBHOOK_SECRET: config.secrets.stand_in_webhook,
      STAND_IN_STATE: join(config.data_dir, 'stand-in.json'),
      STAND_IN_PUBLIC_BASE: config.base_url + PREFIX,
    },
  });
  process.once('exit', () => child.kill());
  const address = await addressOf(child);
  config.payments.api_base = address;
  writeFileSync(addressFile(config), address, { mode: 0o600 });
  return {
    inFrontOf(app) {
      const front = express();
      front.disable('x-powered-by');
      front.use(PREFIX, proxyTo(address));
      front.use(app);
      return front;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

/** A worker in a process of its own finds the stand-in that the web process started. */
export function findStandIn(config: Config): void {
  const file = addressFile(config);
  if (config.payments.mode !== 'stand_in' || config.payments.api_base || !existsSync(file)) return;
  config.payments.api_base = readFileSync(file, 'utf8').trim();
}
