// The whole money machine under random hands: customer, staff, worker, bank, deliveries, clock and sudden death, one
// step after the other from a seed. What must never happen is looked for after every step, what must have healed at
// the end.
import { createHmac } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { seeded } from '../../bench/invented';
import { type StandIn, startStandIn } from '../../bin/stripe-stand-in';
import type { Config } from '../../server/config';
import { openDatabase } from '../../server/db';
import { PortalError } from '../../server/errors';
import * as approval from '../../server/models/approval';
import * as dispute from '../../server/models/dispute';
import * as event from '../../server/models/event';
import * as order from '../../server/models/order';
import * as payment from '../../server/models/payment';
import * as proof from '../../server/models/proof';
import * as refund from '../../server/models/refund';
import * as stripeEvent from '../../server/models/stripe-event';
import { stuckPayments } from '../../server/models/stuck-payment';
import * as task from '../../server/models/task';
import * as ticket from '../../server/models/ticket';
import type { Portal } from '../../server/portal';
import { type CardProcessor, openStripe, ProcessorError } from '../../server/stripe';
import { RUNS } from '../../server/tasks';
import { perform } from '../../server/worker';
import { issueProof, MARIES_PHONE, placedOrder, readyToSign, sign } from '../fixtures/world';
import { openBankPage } from './bank';
import type { TestShop } from './portal';
import { pass, restoreClock, shiftClock } from './shifted-clock';

const MONEY_TASKS: task.TaskKind[] = [
  'sync_payment',
  'capture_payment',
  'release_hold',
  'apply_stripe_event',
  'sweep_payments',
  'refund_payment',
  'submit_evidence',
  'accept_dispute',
];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CARDS = [
  '4242424242424242',
  '4242424242424242',
  '4000002500003155',
  '4000000000000002',
  '4000000000007015',
  '4000000000007023',
  '4000000000005126',
];
const FAULTS = ['drop_after_commit', 'error_500', 'sticky_500', 'sticky_500_after_commit'] as const;
/** Where the bank answers badly: mostly where money moves. */
const PLACES = [
  '/capture',
  '/capture',
  '/capture',
  '/refunds',
  '/refunds',
  '/refunds',
  '/cancel',
  '/checkout',
  '/expire',
];
const PAYABLE = ['preparing', 'proofed', 'changes_requested', 'approved'];
const RELEASED = ['paid', 'released', 'printing', 'finishing', 'ready', 'handed_over'];

/** The process ends in the middle of a task: nothing is written down, the lease lapses. */
class Died extends Error {}

export interface Template {
  file: string;
  config: Config;
  shop: TestShop;
  order_id: string;
}

/** A shop with one order whose proof lies before the customer, as a file that every run begins from. */
export async function makeTemplate(
  shop: TestShop,
  payment_method: 'card' | 'counter' = 'card',
): Promise<Template> {
  const placed = await placedOrder(shop, payment_method);
  const current = await issueProof(shop, placed.id);
  for (const page of current.pages) await proof.seePage(shop.db, current, page.number, MARIES_PHONE);
  await shop.db('tasks').update({ state: 'void' });
  const folder = await mkdtemp(join(tmpdir(), 'money-'));
  const file = join(folder, 'template.db');
  await shop.db.raw('VACUUM INTO ?', [file]);
  return { file, config: shop.config, shop, order_id: placed.id };
}

type Step = (run: Run) => Promise<unknown>;

/** One run: its own books here and at the bank, and one random hand. */
class Run {
  readonly said: string[] = [];
  /** Intents that somebody moved by hand in the bank's own pages. */
  readonly byHand = new Set<string>();
  readonly captured = new Map<string, number>();
  delivered: string[] = [];
  dies: 'before' | 'after' | null = null;
  diesAt = 0;

  constructor(
    readonly random: () => number,
    readonly db: Knex,
    readonly bank: StandIn,
    readonly shop: TestShop,
    readonly order_id: string,
  ) {}

  pick<T>(of: readonly T[]): T | undefined {
    return of[Math.floor(this.random() * of.length)];
  }
  get books() {
    return this.bank.control.state();
  }
  found() {
    return order.findOrder(this.db, this.order_id);
  }
  async key(): Promise<string> {
    return `${this.random()}`;
  }
  /** A request of the bank's own pages, or of its owner's. */
  byOwner(path: string, body: Record<string, string> = {}) {
    const headers = { Authorization: `Bearer ${this.shop.config.payments.secret_key}` };
    return fetch(`${this.bank.url}/v1/${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(body),
    }).catch(() => {});
  }
}

/** The processor as the worker calls it, with sudden death before or after one of its calls. */
function mortal(cards: CardProcessor, run: () => Run): CardProcessor {
  return new Proxy(cards, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function' || name === 'readWebhook') return value;
      return async (...given: unknown[]) => {
        const current = run();
        if (current.dies && current.diesAt-- <= 0) {
          const when = current.dies;
          current.dies = null;
          if (when === 'after')
            await (Reflect.apply(value, target, given) as Promise<unknown>).catch(() => {});
          throw new Died();
        }
        return Reflect.apply(value, target, given);
      };
    },
  });
}

const openSessions = async (run: Run) =>
  (await payment.ofOrder(run.db, run.order_id)).filter(
    ({ checkout_session }) =>
      checkout_session && run.books.checkout_sessions[checkout_session]?.status === 'open',
  );

async function work(run: Run, kinds = MONEY_TASKS): Promise<boolean> {
  const leased = await task.lease(run.db, 'worker', kinds);
  if (!leased) return false;
  if (!run.dies) {
    await perform(run.shop.portal, leased, 'worker');
    return true;
  }
  try {
    await RUNS[leased.kind](run.shop.portal, leased);
    run.dies = null;
    await task.finish(run.db, leased);
  } catch (error) {
    run.dies = null;
    if (error instanceof Died) return true;
    await task.retry(run.db, leased, String(error), { newGeneration: false });
  }
  return true;
}

async function deliver(run: Run, id: string): Promise<void> {
  const { object: _object, ...rest } = run.books.events[id];
  const body = JSON.stringify({ ...rest, object: 'event', data: { object: run.books.events[id].object } });
  const seconds = Math.floor(Date.now() / 1000);
  const secret = run.shop.config.payments.webhook_secrets[0];
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const read = run.shop.portal.cards!.readWebhook(Buffer.from(body), `t=${seconds},v1=${digest}`);
  await stripeEvent.receive(run.db, read);
  run.delivered.push(id);
}

const undelivered = (run: Run) => Object.keys(run.books.events).filter((id) => !run.delivered.includes(id));

const STEPS: Record<string, { weight: number; step: Step }> = {
  'opens the bank’s page': {
    weight: 5,
    step: async (run) => {
      const found = order.placed(await run.found());
      if (!PAYABLE.includes(found.state)) return;
      if (await payment.usableHoldOrNull(run.db, found.id)) return;
      await openBankPage(run.shop, found);
    },
  },
  'opens a second page all the same': {
    weight: 1,
    step: async (run) => {
      const found = order.placed(await run.found());
      if (PAYABLE.includes(found.state)) await openBankPage(run.shop, found);
    },
  },
  'enters a card': {
    weight: 7,
    step: async (run) => {
      const page = run.pick(await openSessions(run));
      if (!page) return;
      const body = new URLSearchParams({ number: run.pick(CARDS) as string, email: 'marie@example.com' });
      await fetch(page.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
    },
  },
  'enters a good card': {
    weight: 1,
    step: async (run) => {
      const page = run.pick(await openSessions(run));
      if (!page) return;
      const body = new URLSearchParams({ number: CARDS[0], email: 'marie@example.com' });
      await fetch(page.checkout_url as string, { method: 'POST', body, redirect: 'manual' });
    },
  },
  'answers the bank’s question': {
    weight: 3,
    step: async (run) => {
      const asked = Object.values(run.books.payment_intents).find(
        ({ status }) => status === 'requires_action',
      );
      if (!asked) return;
      const answer = run.random() < 0.8 ? 'confirm' : 'refuse';
      const body = new URLSearchParams({ answer });
      await fetch(`${run.bank.url}/c/authenticate/${asked.id}`, { method: 'POST', body, redirect: 'manual' });
    },
  },
  signs: {
    weight: 7,
    step: async (run) => {
      if ((await run.found()).state === 'proofed')
        await sign(run.shop, await readyToSign(run.shop, run.order_id));
    },
  },
  'takes the signature back': {
    weight: 2,
    step: async (run) => {
      const { live_approval_id } = await run.found();
      if (!live_approval_id) return;
      const { db, order_id } = run;
      await approval.withdraw(
        db,
        order_id,
        live_approval_id,
        'customer',
        'stopped_by_customer',
        event.CUSTOMER,
      );
    },
  },
  'cancels the order': {
    weight: 1,
    step: (run) => order.cancel(run.db, run.order_id, event.CUSTOMER, 'customer_cancelled'),
  },
  'will pay at the counter': { weight: 1, step: (run) => order.payBy(run.db, run.order_id, 'counter') },
  'will pay by card': { weight: 1, step: (run) => order.payBy(run.db, run.order_id, 'card') },
  'pays in cash': {
    weight: 2,
    step: async (run) => {
      const { total_cents } = await run.found();
      const staff_id = run.shop.lea.id;
      const received = {
        tender: 'terminal' as const,
        amount_cents: total_cents as number,
        receipt_ref: '17',
        staff_id,
      };
      await payment.recordAtCounter(run.db, run.order_id, received);
    },
  },
  'gives the card up': {
    weight: 2,
    step: (run) => payment.stopCharge(run.db, run.order_id, run.shop.lea.id),
  },
  'gives money back': {
    weight: 4,
    step: async (run) => {
      const [paid] = await refund.refundable(run.db, run.order_id);
      if (!paid) return;
      const amount_cents = run.random() < 0.4 ? paid.left_cents : Math.ceil(run.random() * paid.left_cents);
      const tender = run.pick(paid.tenders) as payment.Tender;
      const asked = { payment_id: paid.id, tender, amount_cents, reason: 'Creased', receipt_ref: '18' };
      await refund.request(
        run.db,
        run.order_id,
        { ...asked, idempotency_key: await run.key() },
        run.shop.owner,
      );
    },
  },
  prints: {
    weight: 1,
    step: (run) => ticket.advance(run.db, run.order_id, 'printing', run.shop.lea.id),
  },
  works: { weight: 16, step: (run) => work(run) },
  'dies at work': {
    weight: 5,
    step: async (run) => {
      run.dies = run.random() < 0.5 ? 'before' : 'after';
      run.diesAt = Math.floor(run.random() * 4);
      // Most tasks only look; the ones that move money die more often than their share.
      const moving: task.TaskKind[] = ['capture_payment', 'refund_payment', 'release_hold'];
      if (run.random() < 0.3 || !(await work(run, moving))) await work(run);
      run.dies = null;
    },
  },
  'delivers news': {
    weight: 8,
    step: async (run) => {
      const id = run.pick(undelivered(run));
      if (id) await deliver(run, id);
    },
  },
  'delivers old news again': {
    weight: 2,
    step: async (run) => {
      const id = run.pick(run.delivered);
      if (id && run.books.events[id]) await deliver(run, id);
    },
  },
  'forges news': {
    weight: 1,
    step: async (run) => {
      const body = Buffer.from(JSON.stringify({ id: 'evt_forged', object: 'event', data: { object: {} } }));
      try {
        run.shop.portal.cards!.readWebhook(body, `t=${Math.floor(Date.now() / 1000)},v1=00`);
      } catch (error) {
        if (error instanceof ProcessorError) return;
      }
      throw new Broken('a forged delivery was believed');
    },
  },
  'answers badly next': {
    weight: 4,
    step: async (run) => {
      const next = run.pick(FAULTS) as (typeof FAULTS)[number];
      const path = run.pick(PLACES);
      run.bank.control.fault({ next, path, times: next === 'drop_after_commit' ? 2 : 1 });
    },
  },
  'a minute passes': { weight: 3, step: async () => pass(MINUTE_MS) },
  'twenty minutes pass': { weight: 4, step: async () => pass(20 * MINUTE_MS) },
  'two hours pass': { weight: 2, step: async () => pass(2 * HOUR_MS) },
  'a week passes': { weight: 1, step: async () => pass(8 * 24 * HOUR_MS) },
  'compares with the bank': {
    weight: 2,
    step: async (run) => {
      await task.enqueue(run.db, 'sweep_payments', { long: run.random() < 0.5 });
    },
  },
  'the hold ends early': {
    weight: 1,
    step: async (run) => {
      run.bank.control.advance(0);
      const held = Object.values(run.books.payment_intents).find(
        ({ status }) => status === 'requires_capture',
      );
      if (held) run.bank.control.expireHold(held.id);
    },
  },
  'the bank contests': {
    weight: 2,
    step: async (run) => {
      const paid = Object.values(run.books.payment_intents).find(({ status }) => status === 'succeeded');
      const isOpen = Object.keys(run.books.disputes).length > 0;
      if (paid && !isOpen) run.bank.control.openDispute(paid.id);
    },
  },
  'the bank decides': {
    weight: 1,
    step: async (run) => {
      run.bank.control.advance(0);
      const open = Object.values(run.books.disputes).find(({ status }) =>
        ['needs_response', 'under_review'].includes(status),
      );
      if (open) run.bank.control.decideDispute(open.id, run.random() < 0.5 ? 'won' : 'lost');
    },
  },
  'the owner gives in': {
    weight: 1,
    step: async (run) => {
      const [open] = await dispute.waiting(run.db);
      if (open) await dispute.askToAccept(run.db, open.id, run.shop.owner.id);
    },
  },
  'a refund comes back': {
    weight: 1,
    step: async (run) => {
      const made = Object.values(run.books.refunds).find(
        ({ status, metadata }) => status === 'succeeded' && metadata.refund,
      );
      if (made) run.bank.control.failRefund(made.id);
    },
  },
  'somebody captures by hand': {
    weight: 1,
    step: async (run) => {
      const held = Object.values(run.books.payment_intents).find(
        ({ status }) => status === 'requires_capture',
      );
      if (!held) return;
      run.byHand.add(held.id);
      await run.byOwner(`payment_intents/${held.id}/capture`);
    },
  },
  'somebody cancels by hand': {
    weight: 1,
    step: async (run) => {
      const held = Object.values(run.books.payment_intents).find(
        ({ status }) => status === 'requires_capture',
      );
      if (held) await run.byOwner(`payment_intents/${held.id}/cancel`);
    },
  },
  'somebody gives back by hand': {
    weight: 1,
    step: async (run) => {
      const paid = Object.values(run.books.payment_intents).find(({ status }) => status === 'succeeded');
      if (!paid) return;
      await run.byOwner('refunds', { payment_intent: paid.id, amount: '100' });
    },
  },
};

const NAMES = Object.keys(STEPS);
const TOTAL = NAMES.reduce((sum, name) => sum + STEPS[name].weight, 0);

function stepFor(random: number): string {
  let left = random * TOTAL;
  for (const name of NAMES) {
    left -= STEPS[name].weight;
    if (left < 0) return name;
  }
  return NAMES[0];
}

/** A promise that did not hold. */
export class Broken extends Error {}

function holds(what: string, isTrue: boolean): void {
  if (!isTrue) throw new Broken(what);
}

interface Before {
  live: approval.Approval | null;
  current_proof_id: string | null;
}

async function before(run: Run): Promise<Before> {
  const found = await run.found();
  return { live: await approval.liveOrNull(run.db, found), current_proof_id: found.current_proof_id };
}

/** What must hold after every single step. */
async function check(run: Run, was: Before): Promise<void> {
  const { books } = run;
  const charges = Object.values(books.charges).filter(({ isCaptured, failure }) => isCaptured && !failure);
  for (const charge of charges) {
    if (run.captured.has(charge.id)) continue;
    run.captured.set(charge.id, charge.amount_captured);
    if (run.byHand.has(charge.payment_intent)) continue;
    holds('captured with a live approval', was.live !== null);
    holds('captured for the current proof', was.live?.proof_id === was.current_proof_id);
    holds('captured no more than was signed', charge.amount_captured <= (was.live?.total_cents ?? 0));
  }
  const ours = charges.filter(({ payment_intent }) => !run.byHand.has(payment_intent));
  holds('captured once', ours.length <= 1);
  const made = Object.values(books.refunds).filter(({ metadata }) => metadata.refund);
  holds('each refund made once', new Set(made.map(({ metadata }) => metadata.refund)).size === made.length);
  const found = await run.found();
  const payments = await payment.ofOrder(run.db, run.order_id);
  const atCounter = payments.filter(({ tender, captured_cents }) => tender !== 'card' && captured_cents > 0);
  holds('paid once', atCounter.length + ours.length <= 1);
  if (RELEASED.includes(found.state)) {
    holds('released only when paid', atCounter.length > 0 || charges.length > 0);
    holds('released only when signed', found.live_approval_id !== null);
  }
}

const LONGEST_HEALING = 40;

/** The bank answers again, every delivery arrives, and time passes: whatever can heal does. */
async function heal(run: Run): Promise<void> {
  run.bank.control.state().faults.length = 0;
  for (let round = 0; round < LONGEST_HEALING; round++) {
    pass(11 * MINUTE_MS);
    run.bank.control.advance(0);
    for (const id of undelivered(run)) await deliver(run, id);
    if (round % 4 === 0) await task.enqueue(run.db, 'sweep_payments', { long: true });
    let worked = 0;
    while (await work(run)) worked += 1;
    const waiting = await run.db('tasks').whereIn('kind', MONEY_TASKS).whereIn('state', ['ready', 'leased']);
    if (worked === 0 && waiting.length === 0 && undelivered(run).length === 0) return;
  }
  throw new Broken('it does not come to rest');
}

/** What must hold when everything has come to rest. */
async function checkAtRest(run: Run): Promise<void> {
  const { books, db, order_id } = run;
  const found = await run.found();
  const payments = await payment.ofOrder(db, order_id);
  const stuck = (await stuckPayments(db)).map(({ kind }) => kind);
  for (const intent of Object.values(books.payment_intents)) {
    const ours = payments.find(({ payment_intent }) => payment_intent === intent.id);
    const charge = intent.latest_charge ? books.charges[intent.latest_charge] : undefined;
    const captured = intent.status === 'succeeded' ? (charge?.amount_captured ?? 0) : 0;
    holds('every intent of the bank is in our books', ours !== undefined || captured === 0);
    if (!ours) continue;
    holds(
      `our ledger has what the bank captured (${ours.captured_cents}, ${captured})`,
      ours.captured_cents === captured,
    );
    const back = Object.values(books.refunds)
      .filter(({ payment_intent, status }) => payment_intent === intent.id && status !== 'failed')
      .reduce((sum, { amount }) => sum + amount, 0);
    const lent = charge ? charge.amount - charge.amount_captured : 0;
    const refunded = captured > 0 ? back - lent : 0;
    holds(
      `our ledger has what the bank gave back (${ours.refunded_cents}, ${refunded})`,
      ours.refunded_cents === refunded,
    );
  }
  const held = Object.values(books.payment_intents).filter(({ status }) => status === 'requires_capture');
  holds('no more than one reservation is left', held.length <= 1);
  if (RELEASED.includes(found.state) || found.state === 'cancelled')
    holds(`nothing stays reserved when it is ${found.state}`, held.length === 0);
  holds('no task waits in silence', !(await hidden(run, stuck)));
  if (found.state === 'approved' && found.payment_method === 'card')
    holds('a signed order without money is shown', stuck.includes('unpaid'));
  const isUnsigned = payments.some(
    ({ state, captured_cents, refunded_cents }) =>
      state === 'captured_unapproved' && refunded_cents < captured_cents,
  );
  holds('money without a signature is shown', !isUnsigned || stuck.includes('unsigned_money'));
  const refunds = await refund.ofOrder(db, order_id);
  holds('no refund waits for ever', !refunds.some(({ state }) => state === 'requested'));
  const failed = refunds.some(
    ({ state, resolved_at }) => ['failed', 'refused'].includes(state) && !resolved_at,
  );
  holds('a refund that did not arrive is shown', !failed || stuck.includes('refund_failed'));
  const open = Object.values(books.disputes).some(({ status }) => status === 'needs_response');
  holds('an open dispute is shown', !open || stuck.includes('dispute'));
  holds('the history is whole', event.firstFault(await event.lines(db, order_id)) === null);
}

async function hidden(run: Run, stuck: string[]): Promise<boolean> {
  const parked = await run.db('tasks').whereIn('kind', MONEY_TASKS).where({ state: 'parked' });
  return parked.length > 0 && !stuck.includes('parked');
}

const LONGEST_RUN = 18;

// Most random hands never come as far as a charge: many runs therefore begin part of the way.
const BEGINNINGS: string[][] = [
  [],
  ['opens the bank’s page', 'enters a good card', 'compares with the bank', 'works'],
  ['opens the bank’s page', 'enters a good card', 'compares with the bank', 'works', 'signs'],
  [
    'opens the bank’s page',
    'enters a good card',
    'compares with the bank',
    'works',
    'signs',
    'twenty minutes pass',
  ],
  [
    'opens the bank’s page',
    'enters a good card',
    'compares with the bank',
    'works',
    'signs',
    'twenty minutes pass',
    'works',
    'works',
  ],
  [
    'opens the bank’s page',
    'enters a good card',
    'compares with the bank',
    'works',
    'signs',
    'twenty minutes pass',
    'answers badly next',
    'works',
    'works',
  ],
  [
    'opens the bank’s page',
    'enters a good card',
    'compares with the bank',
    'works',
    'signs',
    'twenty minutes pass',
    'works',
    'works',
    'gives money back',
    'answers badly next',
    'dies at work',
  ],
  [
    'opens the bank’s page',
    'enters a good card',
    'compares with the bank',
    'works',
    'signs',
    'twenty minutes pass',
    'answers badly next',
    'dies at work',
    'pays in cash',
  ],
  ['will pay at the counter', 'signs'],
];

/** One run from its seed; throws Broken with the steps that led there. */
export async function runMoney(template: Template, seed: number): Promise<string[]> {
  const random = seeded(seed);
  const folder = await mkdtemp(join(tmpdir(), 'money-run-'));
  const file = join(folder, 'shop.db');
  await copyFile(template.file, file);
  const bank = await startStandIn();
  const config: Config = {
    ...template.config,
    payments: { ...template.config.payments, api_base: bank.url },
  };
  const db = openDatabase(`sqlite:${file}`);
  await db.raw('PRAGMA synchronous = OFF');
  let run: Run | null = null;
  const cards = mortal(openStripe(config), () => run as Run);
  const portal: Portal = { ...template.shop.portal, config, db, cards, wake: () => {} };
  const shop = { ...template.shop, db, config, bank, portal } as unknown as TestShop;
  run = new Run(random, db, bank, shop, template.order_id);
  shiftClock();
  try {
    for (const name of run.pick(BEGINNINGS) as string[]) await take(run, name);
    const length = 6 + Math.floor(random() * LONGEST_RUN);
    for (let at = 0; at < length; at++) await take(run, stepFor(random()));
    await heal(run);
    await check(run, await before(run));
    await checkAtRest(run);
    return run.said;
  } catch (error) {
    const because = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Broken(`seed ${seed}: ${because}\nafter: ${run.said.join(' → ')}`);
  } finally {
    restoreClock();
    await bank.stop();
    await db.destroy();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function take(run: Run, name: string): Promise<void> {
  const was = await before(run);
  let how = '';
  try {
    await STEPS[name].step(run);
  } catch (error) {
    // The portal says no, or the bank does not answer: both are part of life.
    const isAnswer = error instanceof PortalError || error instanceof ProcessorError || error instanceof Died;
    if (!isAnswer) throw error;
    how = ` (${error.message || error.constructor.name})`;
  }
  run.said.push(name + how);
  await check(run, was);
}
