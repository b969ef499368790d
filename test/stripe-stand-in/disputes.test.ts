import { EVIDENCE_LENGTH } from '../../bin/stripe-stand-in/disputes';
import { FILE_LIMIT_BYTES } from '../../bin/stripe-stand-in/files';
import { heldPayment, openTill, refusal, type Till, typesOf } from './support';

let till: Till;
let payment_intent: string;
let dispute: string;
beforeEach(async () => {
  till = await openTill();
  payment_intent = (await heldPayment(till.stripe)).id;
  await till.stripe.paymentIntents.capture(payment_intent);
  dispute = till.standIn.control.openDispute(payment_intent, 'product_unacceptable').dispute;
});
afterEach(() => till.close());

test('a cardholder disputes a payment: the shop is told and cannot refund meanwhile', async () => {
  expect(await till.stripe.disputes.retrieve(dispute)).toMatchObject({
    status: 'needs_response',
    reason: 'product_unacceptable',
    amount: 8640,
    payment_intent,
  });
  expect((await refusal(till.stripe.refunds.create({ payment_intent }))).code).toBe('charge_disputed');
  await till.standIn.control.settled();
  expect(typesOf(till.heard)).toEqual(
    expect.arrayContaining(['charge.dispute.created', 'charge.dispute.funds_withdrawn']),
  );
});

test('evidence is staged until it is submitted, once, with uploaded files', async () => {
  const { disputes, files } = till.stripe;
  const file = await files.create({
    purpose: 'dispute_evidence',
    file: { data: Buffer.from('%PDF-1.7'), name: 'approval.pdf', type: 'application/pdf' },
  });
  const staged = await disputes.update(dispute, {
    evidence: { customer_signature: file.id, customer_name: 'Jeanne Martin' },
    submit: false,
  });
  expect(staged).toMatchObject({
    status: 'needs_response',
    evidence: { customer_signature: file.id, customer_name: 'Jeanne Martin' },
    evidence_details: { has_evidence: true, submission_count: 0 },
  });
  const sent = await disputes.update(dispute, { evidence: { product_description: 'Flyers' }, submit: true });
  expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } });
  const late = disputes.update(dispute, { evidence: { product_description: 'Posters' } });
  expect((await refusal(late)).statusCode).toBe(400);
});

test('evidence must name files that were uploaded, and must not be endless', async () => {
  const { disputes, files } = till.stripe;
  const unknown = disputes.update(dispute, { evidence: { receipt: 'file_none' } });
  expect(await refusal(unknown)).toMatchObject({ statusCode: 400, code: 'resource_missing' });
  const endless = disputes.update(dispute, {
    evidence: { uncategorized_text: 'x'.repeat(EVIDENCE_LENGTH + 1) },
  });
  expect((await refusal(endless)).statusCode).toBe(400);
  const upload = (size: number) =>
    files.create({
      purpose: 'dispute_evidence',
      file: { data: Buffer.alloc(size), name: 'big.pdf', type: 'application/pdf' },
    });
  expect((await upload(FILE_LIMIT_BYTES)).size).toBe(FILE_LIMIT_BYTES);
  expect((await refusal(upload(FILE_LIMIT_BYTES + 1))).statusCode).toBe(400);
});

test('a dispute can be won, lost, or given up', async () => {
  till.standIn.control.decideDispute(dispute, 'won');
  expect((await till.stripe.disputes.retrieve(dispute)).status).toBe('won');
  expect((await till.stripe.refunds.create({ payment_intent, amount: 100 })).amount).toBe(100);

  const other = till.standIn.control.openDispute(payment_intent).dispute;
  expect((await till.stripe.disputes.close(other)).status).toBe('lost');
  expect((await refusal(till.stripe.disputes.close(other))).statusCode).toBe(400);
  await till.standIn.control.settled();
  expect(typesOf(till.heard).filter((type) => type === 'charge.dispute.closed')).toHaveLength(2);
  expect(typesOf(till.heard)).toContain('charge.dispute.funds_reinstated');
});

test('a dispute nobody answers is lost at its date', async () => {
  const { evidence_details } = await till.stripe.disputes.retrieve(dispute);
  till.standIn.control.advance(evidence_details.due_by! - Math.floor(Date.now() / 1000) + 1);
  expect((await till.stripe.disputes.retrieve(dispute)).status).toBe('lost');
});
