import express, { type Response, Router } from 'express';
import type { Bank } from './bank';
import { type Books, now, row } from './books';
import * as disputes from './disputes';
import { queueDelivery } from './events';
import { FAULT_KINDS, type Fault } from './faults';
import * as fraudWarnings from './fraud-warnings';
import * as life from './payment-intent-life';
import type { Postman } from './postman';
import * as refunds from './refunds';
import { passTime } from './time';

export interface WebhookWishes {
  /** Holds every delivery back until set to false. */
  paused?: boolean;
  /** Sends every delivery twice from now on. */
  duplicate?: boolean;
  /** Sends the newest event first from now on. */
  reverse?: boolean;
  /** The id of an event to send once more. */
  redeliver?: string;
}

/** The stand-in's strings, for tests and demonstrations; Stripe has nothing like it. */
export interface Control {
  state(): Books & { now: number; faults: Fault[]; webhooks: Record<string, boolean> };
  /** Moves the stand-in's clock forward and lets everything happen whose hour has come. */
  advance(seconds: number): { now: number };
  fault(fault: Fault): Fault;
  expireHold(payment_intent: string): void;
  webhooks(wishes: WebhookWishes): void;
  openDispute(payment_intent: string, reason?: string): { dispute: string };
  warnOfFraud(payment_intent: string): { warning: string };
  decideDispute(dispute: string, outcome: 'won' | 'lost'): void;
  failRefund(refund: string): void;
  /** Resolves when no webhook is due or on its way. */
  settled(): Promise<void>;
}

export class Impossible extends Error {}

export function makeControl(bank: Bank, postman: Postman): Control {
  const { books } = bank;

  function change<T>(work: () => T): T {
    passTime(books);
    const result = work();
    bank.save();
    bank.deliver();
    return result;
  }

  function find<T>(table: Record<string, T>, id: string): T {
    const found = row(table, id);
    if (!found) throw new Impossible(`There is no ${id}.`);
    return found;
  }

  return {
    state: () => ({
      ...books,
      now: now(books),
      faults: bank.faults,
      webhooks: { paused: postman.isPaused, duplicate: postman.isDoubling, reverse: postman.isReversing },
    }),
    advance: (seconds) => {
      if (!Number.isInteger(seconds) || seconds < 0) throw new Impossible('Time only goes forward.');
      return change(() => {
        books.ahead_s += seconds;
        passTime(books);
        return { now: now(books) };
      });
    },
    fault: (fault) => {
      if (!FAULT_KINDS.includes(fault.next))
        throw new Impossible(`A fault is one of ${FAULT_KINDS.join(', ')}.`);
      bank.faults.push({ ...fault });
      return fault;
    },
    expireHold: (id) =>
      change(() => {
        const intent = find(books.payment_intents, id);
        if (intent.status !== 'requires_capture') throw new Impossible(`${id} holds nothing.`);
        life.lapse(books, intent);
      }),
    webhooks: (wishes) =>
      change(() => {
        if (wishes.redeliver) {
          const event = find(books.events, wishes.redeliver);
          for (const endpoint of Object.keys(books.webhook_endpoints))
            queueDelivery(books, event.id, endpoint);
        }
        if (wishes.paused !== undefined) postman.isPaused = wishes.paused;
        if (wishes.duplicate !== undefined) postman.isDoubling = wishes.duplicate;
        if (wishes.reverse !== undefined) postman.isReversing = wishes.reverse;
      }),
    openDispute: (id, reason = 'fraudulent') =>
      change(() => {
        const intent = find(books.payment_intents, id);
        const charge = intent.latest_charge ? books.charges[intent.latest_charge] : undefined;
        if (!charge?.isCaptured) throw new Impossible(`${id} has not been captured.`);
        return { dispute: disputes.open(books, charge, reason).id };
      }),
    warnOfFraud: (id) =>
      change(() => {
        const intent = find(books.payment_intents, id);
        const charge = intent.latest_charge ? books.charges[intent.latest_charge] : undefined;
        if (!charge?.isCaptured) throw new Impossible(`${id} has not been captured.`);
        return { warning: fraudWarnings.open(books, charge).id };
      }),
    decideDispute: (id, outcome) =>
      change(() => {
        const dispute = find(books.disputes, id);
        if (!disputes.isOpen(dispute)) throw new Impossible(`${id} is already decided.`);
        disputes.decide(books, dispute, outcome);
      }),
    failRefund: (id) =>
      change(() => {
        const refund = find(books.refunds, id);
        if (refund.status === 'failed') throw new Impossible(`${id} has already failed.`);
        refunds.fail(books, refund);
      }),
    settled: () => postman.settled(),
  };
}

/** The same strings over HTTP, for a stand-in that runs as a process of its own. */
export function controlRoutes(control: Control): Router {
  const router = Router();
  // JSON only: another site's form cannot send it without asking first.
  router.use(express.json());
  router.get('/', (_req, res) => reply(res, () => control.state()));
  router.post('/clock', (req, res) => reply(res, () => control.advance(req.body?.advance_seconds)));
  router.post('/fault', (req, res) => reply(res, () => control.fault(req.body ?? {})));
  router.post('/expire_hold', (req, res) => reply(res, () => control.expireHold(req.body?.payment_intent)));
  router.post('/webhooks', (req, res) => reply(res, () => control.webhooks(req.body ?? {})));
  router.post('/open_dispute', (req, res) =>
    reply(res, () => control.openDispute(req.body?.payment_intent, req.body?.reason)),
  );
  router.post('/warn_of_fraud', (req, res) =>
    reply(res, () => control.warnOfFraud(req.body?.payment_intent)),
  );
  router.post('/decide_dispute', (req, res) =>
    reply(res, () => control.decideDispute(req.body?.dispute, req.body?.outcome)),
  );
  router.post('/fail_refund', (req, res) => reply(res, () => control.failRefund(req.body?.refund)));
  return router;
}

function reply(res: Response, work: () => unknown) {
  try {
    res.json(work() ?? { done: true });
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
    res.status(400).json({ error: error.message });
  }
}
