import { createHmac } from 'node:crypto';
import type { Bank } from './bank';
import { row } from './books';
import { type DeliveryRow, render } from './events';

// Stripe tries for three days; a demonstration wants the second try within a second.
export const RETRY_AFTER_S = [1, 2, 4, 8, 15, 30, 60, 60, 120, 300, 600, 1800, 3600];
const ANSWER_WITHIN_MS = 10_000;

export interface Postman {
  /** Sends what is due, soon but never during the present request. */
  wake(): void;
  isPaused: boolean;
  /** Sends every delivery twice. */
  isDoubling: boolean;
  /** Sends the newest event first. */
  isReversing: boolean;
  /** Resolves once nothing is due or on its way. */
  settled(): Promise<void>;
  stop(): void;
}

export function signature(body: string, secret: string): string {
  // The wall clock, not the stand-in's: the receiver compares it with its own.
  const time = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return `t=${time},v1=${digest}`;
}

export function startPostman(bank: Bank): Postman {
  const { books } = bank;
  const underway = new Map<string, Promise<void>>();
  const leaving = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const postman: Postman = {
    isPaused: false,
    isDoubling: false,
    isReversing: false,
    wake() {
      clearTimeout(timer);
      timer = setTimeout(round, 0);
    },
    async settled() {
      while (isBusy()) {
        await Promise.all(underway.values());
        await new Promise((done) => setTimeout(done, 5));
      }
    },
    stop() {
      leaving.abort();
      clearTimeout(timer);
    },
  };
  return postman;

  function waiting(): DeliveryRow[] {
    return Object.values(books.deliveries).filter((one) => one.state === 'waiting' && !underway.has(one.id));
  }

  function isBusy(): boolean {
    return underway.size > 0 || (!postman.isPaused && waiting().some((one) => one.due_ms <= Date.now()));
  }

  function round() {
    if (postman.isPaused || leaving.signal.aborted) return;
    const due = waiting().filter((one) => one.due_ms <= Date.now());
    if (postman.isReversing) due.reverse();
    let before = Promise.resolve();
    for (const delivery of due) {
      // Like Stripe, send all at once and promise no order, unless an order was asked for.
      if (postman.isReversing) before = before.then(() => send(delivery));
      const sending = (postman.isReversing ? before : send(delivery)).finally(() => {
        underway.delete(delivery.id);
        bank.save();
        postman.wake();
      });
      underway.set(delivery.id, sending);
    }
    const later = waiting().map((one) => one.due_ms);
    if (later.length === 0) return;
    timer = setTimeout(round, Math.max(0, Math.min(...later) - Date.now()));
    timer.unref();
  }

  async function send(delivery: DeliveryRow) {
    const event = row(books.events, delivery.event);
    const endpoint = row(books.webhook_endpoints, delivery.endpoint);
    if (!event || !endpoint) {
      delivery.state = 'given_up';
      return;
    }
    const body = JSON.stringify(render(books, event), null, 2);
    const copies = postman.isDoubling ? 2 : 1;
    delivery.attempts++;
    for (let copy = 0; copy < copies; copy++) {
      delivery.last_answer = await post(endpoint.url, body, endpoint.secret);
    }
    if (leaving.signal.aborted) return;
    if (/^2/.test(delivery.last_answer!)) {
      delivery.state = 'delivered';
      return;
    }
    const pause_s = RETRY_AFTER_S[delivery.attempts - 1];
    if (pause_s === undefined) delivery.state = 'given_up';
    else delivery.due_ms = Date.now() + pause_s * 1000;
  }

  /** The status answered, or why there was none. */
  async function post(url: string, body: string, secret: string): Promise<string> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'Stripe-Signature': signature(body, secret),
          'User-Agent': 'Stripe/1.0 (stand-in)',
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      });
      await answer.arrayBuffer();
      return String(answer.status);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
