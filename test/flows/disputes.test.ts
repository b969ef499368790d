// A bank contests a payment: the job waits, evidence is laid ready, and one deliberate step ends it.
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import * as dispute from '../../server/models/dispute';
import * as event from '../../server/models/event';
import * as fraudWarning from '../../server/models/fraud-warning';
import * as jobHold from '../../server/models/job-hold';
import type * as payment from '../../server/models/payment';
import * as refund from '../../server/models/refund';
import { stuckPayments } from '../../server/models/stuck-payment';
import * as task from '../../server/models/task';
import * as ticket from '../../server/models/ticket';
import { packFault } from '../../server/tasks/dispute-tasks';
import { perform } from '../../server/worker';
import { GOOD_CARD, paidByCard } from '../support/bank';
import { fieldsOf, startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let paid: payment.Payment;
let owner: Visitor;
let picture: Buffer;
beforeAll(async () => {
  const sheet = { width: 600, height: 400, channels: 3 as const, background: '#fff' };
  picture = await sharp({ create: sheet }).webp().toBuffer();
});
beforeEach(async () => {
  shop = await startShop({ worker: false, settings: { stop_window_minutes: 0 } });
  paid = await paidByCard(shop, GOOD_CARD, picture);
  owner = await shop.colleague('owner');
});
afterEach(() => shop.close());

const bank = () => shop.bank!.control;
const atBank = () => Object.values(bank().state().disputes)[0];
const types = async () => (await event.history(shop.db, paid.order_id)).map(({ type }) => type);
const refOf = async () => (await shop.db('orders').where({ id: paid.order_id }).first()).ref as string;
const letters = async (template: string) =>
  (await shop.db('tasks').where({ kind: 'send_message' })).filter(
    ({ payload }) => JSON.parse(payload).template === template,
  );

async function work(...kinds: task.TaskKind[]): Promise<string[]> {
  const ended: string[] = [];
  for (;;) {
    await bank().settled();
    const leased = await task.lease(shop.db, 'w', kinds);
    if (!leased) return ended;
    await perform(shop.portal, leased, 'w');
    ended.push((await shop.db('tasks').where({ id: leased.id }).first()).state);
  }
}

async function opened(reason = 'product_unacceptable'): Promise<dispute.Dispute> {
  const { dispute: id } = bank().openDispute(paid.payment_intent as string, reason);
  await work('apply_stripe_event');
  return dispute.findDispute(shop.db, id);
}

async function staged(): Promise<dispute.Dispute> {
  const { id } = await opened();
  await dispute.askToStage(shop.db, id, null);
  expect(await work('stage_evidence')).toEqual(['done']);
  return dispute.findDispute(shop.db, id);
}

const ask = (amount_cents: number) =>
  refund.request(
    shop.db,
    paid.order_id,
    {
      payment_id: paid.id,
      tender: 'card',
      amount_cents,
      reason: 'Asked for',
      receipt_ref: null,
      idempotency_key: 'one',
    },
    shop.owner,
  );

test('the bank contests: the unprinted job waits, the owner is told, and the days left are shown', async () => {
  const open = await opened();
  expect(open).toMatchObject({
    status: 'needs_response',
    reason: 'product_unacceptable',
    order_id: paid.order_id,
  });
  expect(dispute.daysLeft(open)).toBe(9);
  expect(await types()).toEqual(expect.arrayContaining(['dispute.opened', 'job.held']));
  expect(await letters('dispute-opened')).toHaveLength(1);
  await expect(ticket.advance(shop.db, paid.order_id, 'printing', shop.lea.id)).rejects.toMatchObject({
    key: 'conflict.job_on_hold',
  });
  expect((await owner.get('/staff')).text).toContain('9 days left to answer');
  expect((await owner.get('/owner/disputes')).text).toContain('We would accept it');
  expect((await stuckPayments(shop.db)).map(({ kind }) => kind)).toEqual(['dispute']);
  const lea = await shop.colleague();
  expect((await lea.get(`/owner/disputes/${open.id}`)).status).toBe(403);
});

test('evidence is laid with Stripe field by field, and nothing of it is sent', async () => {
  const ready = await staged();
  expect(atBank()).toMatchObject({ status: 'needs_response', submission_count: 0 });
  expect(Object.keys(ready.evidence)).toEqual(
    expect.arrayContaining(['customer_signature', 'service_documentation', 'product_description']),
  );
  for (const { field, stripe_file, sha256 } of ready.files) {
    expect(ready.evidence[field]).toBe(stripe_file);
    expect(bank().state().files[stripe_file]).toMatchObject({ purpose: 'dispute_evidence' });
    const kept = await shop.portal.storage.open(sha256);
    expect(await buffer(kept.stream)).toHaveLength(kept.bytes);
  }
  expect(await types()).toContain('dispute.evidence_staged');
  const page = `/owner/disputes/${ready.id}`;
  const pdf = await owner.get(`${page}/files/${ready.files[0].field}`);
  expect(pdf.headers.get('content-type')).toContain('application/pdf');
});

test('the owner changes the words, looks at exactly that, types the reference, and it is sent once', async () => {
  const ready = await staged();
  const page = `/owner/disputes/${ready.id}`;
  const first = await owner.get(page);
  const form = fieldsOf(first.text, `${page}/texts`);
  await owner.post(`${page}/texts`, { ...form, 'texts[uncategorized_text]': 'The cards are as signed.' });
  await work('stage_evidence');
  expect(atBank().evidence.uncategorized_text).toBe('The cards are as signed.');
  expect(atBank().evidence.customer_signature).toBeTruthy();
  expect(atBank().submission_count).toBe(0);

  const seenBefore = fieldsOf(first.text, `${page}/submission`);
  const confirmation = await refOf();
  const stale = await owner.post(`${page}/submission`, { ...seenBefore, confirmation });
  expect(stale.status).toBe(409);
  const seen = fieldsOf((await owner.get(page)).text, `${page}/submission`);
  expect((await owner.post(`${page}/submission`, { ...seen, confirmation: 'yes' })).status).toBe(422);
  const sent = await Promise.all(
    Array.from({ length: 10 }, () => owner.post(`${page}/submission`, { ...seen, confirmation })),
  );
  expect(sent.filter(({ status }) => status === 303)).toHaveLength(1);
  await work('submit_evidence', 'apply_stripe_event');
  expect(atBank()).toMatchObject({ submission_count: 1, status: 'under_review' });
  expect((await types()).filter((type) => type === 'dispute.submitted')).toHaveLength(1);
  expect((await owner.post(`${page}/acceptance`, { confirmation })).status).toBe(409);
});

test.each(['drop_after_commit', 'sticky_500_after_commit', 'error_500', 'sticky_500'] as const)(
  'sending is answered badly (%s): looked at first, sent once',
  async (fault) => {
    const ready = await staged();
    await dispute.askToSubmit(shop.db, ready.id, dispute.stagedSha256(ready), shop.owner.id);
    // The first request only looks; the fault strikes the one that sends.
    bank().fault({ next: 'slow', path: ready.id, ms: 0 });
    bank().fault({ next: fault, path: ready.id, times: fault === 'drop_after_commit' ? 2 : 1 });
    for (let round = 0; round < 3; round++) {
      await work('submit_evidence', 'apply_stripe_event');
      await shop
        .db('tasks')
        .where({ kind: 'submit_evidence', state: 'ready' })
        .update({ run_at: '2020-01-01' });
    }
    expect(atBank()).toMatchObject({ submission_count: 1, status: 'under_review' });
  },
);

test('accepting the loss is typed, done once, and ends it', async () => {
  const { id } = await opened();
  const page = `/owner/disputes/${id}`;
  const confirmation = await refOf();
  expect((await owner.post(`${page}/acceptance`, { confirmation: '' })).status).toBe(422);
  expect((await owner.post(`${page}/acceptance`, { confirmation })).status).toBe(303);
  expect((await owner.post(`${page}/acceptance`, { confirmation })).status).toBe(409);
  await work('accept_dispute', 'apply_stripe_event');
  expect(await dispute.findDispute(shop.db, id)).toMatchObject({ status: 'lost' });
  expect(await letters('dispute-closed')).toHaveLength(1);
  expect(await jobHold.ofOrder(shop.db, paid.order_id)).toHaveLength(1);
});

test('won: the money is back, the job may go on, the owner is told once however often it is heard', async () => {
  const ready = await staged();
  await dispute.askToSubmit(shop.db, ready.id, dispute.stagedSha256(ready), shop.owner.id);
  await work('submit_evidence', 'apply_stripe_event');
  bank().webhooks({ duplicate: true, reverse: true });
  bank().decideDispute(ready.id, 'won');
  await work('apply_stripe_event');
  expect(await dispute.findDispute(shop.db, ready.id)).toMatchObject({ status: 'won' });
  expect(await jobHold.ofOrder(shop.db, paid.order_id)).toEqual([]);
  expect(await letters('dispute-closed')).toHaveLength(1);
  expect((await types()).filter((type) => type === 'dispute.closed')).toHaveLength(1);
  await ask(100);
  expect(await work('refund_payment')).toEqual(['done']);
});

test('too large a pack is refused in words before anything is uploaded', async () => {
  const file = (size: number, pages = 1) => ({
    field: 'receipt' as const,
    filename: 'receipt.pdf',
    bytes: new Uint8Array(size),
    pages,
    sha256: '',
  });
  const texts = { product_description: 'Cards' } as never;
  expect(packFault({ files: [file(4_500_000)], texts })).toBeNull();
  expect(packFault({ files: [file(4_500_001)], texts })).toBe('too_large');
  expect(packFault({ files: [file(10, 25), file(10, 25)], texts })).toBe('too_many_pages');
  const long = { access_activity_log: 'x'.repeat(dispute.MAX_TEXT_LENGTH + 1) } as never;
  expect(packFault({ files: [], texts: long })).toBe('too_long');
});

test('a text that is too long is refused beside its field, and nothing is staged', async () => {
  const ready = await staged();
  const page = `/owner/disputes/${ready.id}`;
  const form = fieldsOf((await owner.get(page)).text, `${page}/texts`);
  const long = 'x'.repeat(dispute.MAX_TEXT_LENGTH + 1);
  const answer = await owner.post(`${page}/texts`, { ...form, 'texts[uncategorized_text]': long });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('id="text-uncategorized_text-error"');
  expect(await shop.db('tasks').where({ kind: 'stage_evidence', state: 'ready' })).toEqual([]);
});

test('an answer that was fetched before a newer one changes nothing', async () => {
  const open = await opened();
  const facts = { ...open, payment_intent: paid.payment_intent };
  const early = '2020-01-01T00:00:00.000Z';
  expect(await dispute.reduce(shop.db, paid, { ...facts, status: 'won' }, early)).toBe(false);
  expect((await dispute.findDispute(shop.db, open.id)).status).toBe('needs_response');
});

test('a bank’s early warning keeps the job from the press until somebody has looked', async () => {
  const { warning } = bank().warnOfFraud(paid.payment_intent as string);
  await work('apply_stripe_event');
  expect(await letters('fraud-warning')).toHaveLength(1);
  expect(await jobHold.ofOrder(shop.db, paid.order_id)).toMatchObject([{ cause: 'fraud_warning' }]);
  const page = `/staff/orders/${await refOf()}`;
  expect((await owner.get(page)).text).toContain('costs less than a dispute');
  await owner.post(`${page}/warnings/${warning}/answer`);
  expect(await fraudWarning.waiting(shop.db)).toEqual([]);
  expect(await jobHold.ofOrder(shop.db, paid.order_id)).toEqual([]);
});

test.each([
  ['nothing signed', { is_signed: false }, 'accept'],
  ['not printed yet', { order_state: 'released' as const }, 'accept'],
  ['signed and handed over', {}, 'contest'],
  ['given back already', { is_refunded: true }, 'contest'],
  ['printed, said to be somebody else', { order_state: 'printing' as const, reason: 'fraudulent' }, 'weigh'],
])(
  'the recommendation: %s',
  (_what, {
    reason = 'product_unacceptable',
    ...about
  }: Record<string, never> | Partial<dispute.Circumstances & { reason: string }>, advice) => {
    const usual = { is_signed: true, order_state: 'handed_over' as const, is_refunded: false };
    expect(dispute.recommendation({ reason, status: 'needs_response' }, { ...usual, ...about }).advice).toBe(
      advice,
    );
  },
);
