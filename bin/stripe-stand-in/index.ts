import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { stripeApi } from './api';
import type { Bank } from './bank';
import { openBooks, saveBooks } from './books';
import { checkoutPages, VIEWS } from './checkout-page';
import { type Control, controlRoutes, makeControl } from './control';
import { startPostman } from './postman';
import { passTime } from './time';
import { register } from './webhook-endpoints';

export type { Exchange } from './bank';
export type { Control } from './control';
export type { Fault } from './faults';

export interface StandInOptions {
  /** 0 lets the system choose. */
  port?: number;
  host?: string;
  /** Where every event is sent, signed with `secret`. */
  webhook?: { url: string; secret: string };
  /** A JSON file that carries the stand-in's memory over a restart. */
  state_file?: string;
  /** Where browsers reach the hosted pages, with any path prefix; the stand-in's own address by default. */
  public_base?: string;
  /** The shop's name on the hosted pages, when a session does not carry its own. */
  shop_name?: string;
  witness?: Bank['witness'];
}

export interface StandIn {
  url: string;
  port: number;
  control: Control;
  stop(): Promise<void>;
}

const LOOK_AT_THE_CLOCK_MS = 1000;

/**
 * Starts a stand-in for Stripe: its API under `/v1`, its hosted payment pages under `/c`, and its own
 * strings under `/_stand_in`. Speaks the API version of the installed SDK, accepts any `sk_test_` key,
 * and moves no money.
 */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { state_file } = options;
  const books = openBooks(state_file);
  const bank: Bank = {
    books,
    faults: [],
    busy_keys: new Set(),
    public_base: '',
    shop_name: options.shop_name,
    witness: options.witness,
    save: () => state_file && saveBooks(books, state_file),
    deliver: () => postman.wake(),
  };
  const postman = startPostman(bank);
  const control = makeControl(bank, postman);
  if (options.webhook) register(books, options.webhook.url, options.webhook.secret);

  const app = express();
  app.disable('x-powered-by');
  app.set('view engine', 'ejs').set('views', VIEWS);
  app.use('/_stand_in', controlRoutes(control));
  app.use(checkoutPages(bank));
  app.use(stripeApi(bank));
  app.use((error: Error & { status?: number }, _req: Request, res: Response, _next: NextFunction) => {
    const status = error.status ?? 500;
    if (status === 500) console.error(error);
    res.status(status).json({ error: { type: 'invalid_request_error', message: error.message } });
  });

  const { host = '127.0.0.1', port: wanted = 0 } = options;
  const server = http.createServer(app);
  await new Promise<void>((done, fail) => server.once('error', fail).listen(wanted, host, done));
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  bank.public_base = (options.public_base ?? url).replace(/\/+$/, '');

  const clock = setInterval(() => {
    if (!passTime(books)) return;
    bank.save();
    bank.deliver();
  }, LOOK_AT_THE_CLOCK_MS);
  clock.unref();
  bank.deliver();

  return {
    url,
    port,
    control,
    async stop() {
      clearInterval(clock);
      postman.stop();
      bank.save();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
