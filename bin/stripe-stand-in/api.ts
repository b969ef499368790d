import { setTimeout as wait } from 'node:timers/promises';
import express, { type Request, type Response, Router } from 'express';
import { ApiVersion } from './api-version';
import type { Bank } from './bank';
import { type Books, now } from './books';
import * as charges from './charges';
import * as checkoutSessions from './checkout-session-routes';
import * as customers from './customers';
import * as disputes from './disputes';
import { ApiError, type ErrorBody } from './errors';
import * as events from './events';
import { expand } from './expansion';
import { takeFault } from './faults';
import * as files from './files';
import { type FormHash, parseForm } from './form';
import * as fraudWarnings from './fraud-warnings';
import { sha256, storedAnswer } from './idempotency';
import { newId } from './ids';
import { listOf, text } from './parameters';
import * as paymentIntents from './payment-intent-routes';
import * as paymentMethods from './payment-methods';
import * as refunds from './refunds';
import { passTime } from './time';
import * as webhookEndpoints from './webhook-endpoints';

export interface Call {
  books: Books;
  bank: Bank;
  form: FormHash;
  /** The id in the address, or an empty text. */
  id: string;
}

/** What one API request does. It never waits, so two requests can never interleave. */
export type Verb = (call: Call) => object;
export type Route = readonly ['get' | 'post' | 'delete', string, Verb];

const routes: Route[] = [
  ...charges.routes,
  ...checkoutSessions.routes,
  ...customers.routes,
  ...disputes.routes,
  ...events.routes,
  ...fraudWarnings.routes,
  ...paymentIntents.routes,
  ...paymentMethods.routes,
  ...refunds.routes,
  ...webhookEndpoints.routes,
];

const BODY_LIMIT = '1mb';
const SLOW_MS = 3000;

export function stripeApi(bank: Bank): Router {
  const router = Router();
  router.use((req, res, next) => {
    res.set('Request-Id', newId('req', 14)).set('Stripe-Version', ApiVersion);
    try {
      authenticate(req);
      next();
    } catch (error) {
      send(res, failure(error));
    }
  });
  router.use(files.router(bank));
  router.use(express.text({ type: () => true, limit: BODY_LIMIT }));
  for (const [method, path, verb] of routes) {
    router[method](path, (req, res) => answer(bank, verb, req, res));
  }
  router.use((req, res) => {
    const message = `Unrecognized request URL (${req.method}: ${req.path}).`;
    send(res, failure(new ApiError(404, { type: 'invalid_request_error', message }, false)));
  });
  return router;
}

function authenticate(req: Request) {
  const [scheme, given = ''] = (req.get('authorization') ?? '').split(' ');
  const key = scheme === 'Basic' ? Buffer.from(given, 'base64').toString().split(':')[0]! : given;
  if (!key) {
    throw new ApiError(401, {
      type: 'invalid_request_error',
      message: 'You did not provide an API key. You need to provide it in the Authorization header.',
    });
  }
  if (!/^(sk|rk)_test_./.test(key)) {
    const shown = `${key.slice(0, 7)}${'*'.repeat(8)}${key.slice(-4)}`;
    throw new ApiError(401, { type: 'invalid_request_error', message: `Invalid API Key provided: ${shown}` });
  }
  const version = req.get('stripe-version');
  if (version && version !== ApiVersion) {
    const message = `Invalid Stripe API version: ${version}. The stand-in speaks ${ApiVersion} only.`;
    throw new ApiError(400, { type: 'invalid_request_error', message });
  }
}

interface Answer {
  status: number;
  body: string;
  /** The request that first earned this answer, when it is a replay. */
  original_request?: string;
  isStored?: boolean;
}

async function answer(bank: Bank, verb: Verb, req: Request, res: Response) {
  const { books } = bank;
  const fault = takeFault(bank.faults, req.path);
  if (fault?.next === 'error_500') return send(res, ourFault());

  const key = req.method === 'POST' ? req.get('idempotency-key') : undefined;
  const body = typeof req.body === 'string' ? req.body : '';
  const request = { id: String(res.get('request-id')), idempotency_key: key ?? null };
  if (key) res.set('Idempotency-Key', key);

  passTime(books);
  let result: Answer;
  try {
    const stored = key && storedAnswer(books, bank.busy_keys, key, req.path, sha256(body));
    if (stored) {
      result = { status: stored.status, body: stored.body, original_request: stored.request_id };
    } else if (fault?.next === 'sticky_500') {
      result = { ...ourFault(), isStored: true };
    } else {
      result = events.during(request, () => run(bank, verb, req, body));
      if (fault?.next === 'sticky_500_after_commit') result = { ...ourFault(), isStored: true };
    }
  } catch (error) {
    result = failure(error);
  }
  const form = req.method === 'POST' ? body : (req.url.split('?')[1] ?? '');
  bank.witness?.({ method: req.method, path: req.path, form, status: result.status, answer: result.body });
  if (key && result.isStored) {
    books.answers[key] = {
      key,
      path: req.path,
      form_sha256: sha256(body),
      request_id: request.id,
      created: now(books),
      status: result.status,
      body: result.body,
    };
  }
  bank.save();
  if (fault?.next === 'slow') await answerLate(bank, fault.ms ?? SLOW_MS, key);
  res.on('close', () => bank.deliver());
  if (fault?.next === 'drop_after_commit') return void req.socket.destroy();
  send(res, result);
}

async function answerLate(bank: Bank, ms: number, key: string | undefined) {
  if (key) bank.busy_keys.add(key);
  bank.deliver();
  await wait(ms);
  if (key) bank.busy_keys.delete(key);
}

function run(bank: Bank, verb: Verb, req: Request, body: string): Answer {
  try {
    const form = req.method === 'POST' ? parseForm(body) : parseForm(req.url.split('?')[1] ?? '');
    const paths = form.expand === undefined ? [] : listOf(text)(form.expand, 'expand');
    delete form.expand;
    const id = typeof req.params.id === 'string' ? req.params.id : '';
    const object = expand(bank.books, verb({ bank, books: bank.books, form, id }), paths);
    return { status: 200, body: JSON.stringify(object, null, 2), isStored: true };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Answer {
  if (error instanceof ApiError) {
    return { status: error.status, body: errorText(error.body), isStored: error.hasBegun };
  }
  console.error(error);
  return ourFault();
}

function ourFault(): Answer {
  const message = 'An error occurred with our connection to Stripe. Please try again.';
  return { status: 500, body: errorText({ type: 'api_error', message }) };
}

function errorText(error: ErrorBody): string {
  return JSON.stringify({ error }, null, 2);
}

function send(res: Response, result: Answer) {
  if (result.original_request) {
    res.set('Original-Request', result.original_request).set('Idempotent-Replayed', 'true');
  }
  // Stripe asks the SDK not to repeat a 500 whose answer is stored: the key would only replay it.
  if (result.status >= 500 && result.isStored) res.set('Stripe-Should-Retry', 'false');
  res.status(result.status).type('application/json').send(result.body);
}
