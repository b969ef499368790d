import type Stripe from 'stripe';
import type { Verb } from './api';
import { type Books, now, row } from './books';
import { cardOfKey } from './cards';
import type { ChargeRow } from './charges';
import { invalid, missing, refused } from './errors';
import { record } from './events';
import { newId } from './ids';
import { created, page, pageShape } from './lists';
import {
  boolean,
  clearable,
  hash,
  mergeMetadata,
  metadata,
  type NamesOf,
  type Rule,
  read,
  text,
} from './parameters';

export interface DisputeRow {
  id: string;
  created: number;
  charge: string;
  payment_intent: string;
  amount: number;
  currency: string;
  reason: string;
  status: 'needs_response' | 'under_review' | 'won' | 'lost';
  due_by: number;
  evidence: Record<string, string | null>;
  submission_count: number;
  metadata: Record<string, string>;
}

export const ANSWER_WITHIN_S = 9 * 24 * 3600;
export const EVIDENCE_LENGTH = 150_000;

const evidenceText: Rule<string | null> = (value, name) => {
  if (typeof value !== 'string') throw invalid('Invalid string', name);
  return value === '' ? null : value;
};

const FILE_FIELDS = {
  cancellation_policy: clearable,
  customer_communication: clearable,
  customer_signature: clearable,
  duplicate_charge_documentation: clearable,
  receipt: clearable,
  refund_policy: clearable,
  service_documentation: clearable,
  shipping_documentation: clearable,
  uncategorized_file: clearable,
};

const evidenceShape = {
  ...FILE_FIELDS,
  access_activity_log: evidenceText,
  billing_address: evidenceText,
  cancellation_policy_disclosure: evidenceText,
  cancellation_rebuttal: evidenceText,
  customer_email_address: evidenceText,
  customer_name: evidenceText,
  customer_purchase_ip: evidenceText,
  duplicate_charge_explanation: evidenceText,
  duplicate_charge_id: evidenceText,
  product_description: evidenceText,
  refund_policy_disclosure: evidenceText,
  refund_refusal_explanation: evidenceText,
  service_date: evidenceText,
  shipping_address: evidenceText,
  shipping_carrier: evidenceText,
  shipping_date: evidenceText,
  shipping_tracking_number: evidenceText,
  uncategorized_text: evidenceText,
} satisfies NamesOf<Stripe.DisputeUpdateParams.Evidence>;

type EvidenceField = keyof typeof evidenceShape;

/** The cardholder asks the bank for the money back. */
export function open(books: Books, charge: ChargeRow, reason: string): DisputeRow {
  const dispute: DisputeRow = {
    id: newId('du'),
    created: now(books),
    charge: charge.id,
    payment_intent: charge.payment_intent,
    amount: charge.amount_captured,
    currency: books.payment_intents[charge.payment_intent]!.currency,
    reason,
    status: 'needs_response',
    due_by: now(books) + ANSWER_WITHIN_S,
    evidence: {},
    submission_count: 0,
    metadata: {},
  };
  books.disputes[dispute.id] = dispute;
  charge.isDisputed = true;
  record(books, 'charge.dispute.created', render(books, dispute));
  record(books, 'charge.dispute.funds_withdrawn', render(books, dispute));
  return dispute;
}

/** The bank decides. */
export function decide(books: Books, dispute: DisputeRow, outcome: 'won' | 'lost') {
  dispute.status = outcome;
  if (outcome === 'won') record(books, 'charge.dispute.funds_reinstated', render(books, dispute));
  record(books, 'charge.dispute.closed', render(books, dispute));
}

export function isOpen(dispute: DisputeRow): boolean {
  return dispute.status === 'needs_response' || dispute.status === 'under_review';
}

/** True while the money is with the cardholder's bank: such a charge cannot be refunded. */
export function holdsMoneyOf(books: Books, charge: string): boolean {
  return Object.values(books.disputes).some((one) => one.charge === charge && one.status !== 'won');
}

export function render(books: Books, dispute: DisputeRow): Stripe.Dispute {
  const { brand } = cardOfKey(books.charges[dispute.charge]!.card);
  const fields = Object.keys(evidenceShape) as EvidenceField[];
  const evidence = Object.fromEntries(fields.map((field) => [field, dispute.evidence[field] ?? null]));
  return {
    id: dispute.id,
    object: 'dispute',
    amount: dispute.amount,
    balance_transactions: [],
    charge: dispute.charge,
    created: dispute.created,
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: { ...(evidence as Record<EvidenceField, string | null>), enhanced_evidence: {} },
    evidence_details: {
      due_by: dispute.due_by,
      enhanced_eligibility: {},
      has_evidence: Object.values(dispute.evidence).some((value) => value !== null),
      past_due: dispute.due_by <= now(books),
      submission_count: dispute.submission_count,
      submission_method: dispute.submission_count > 0 ? 'manual' : 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: dispute.status === 'won',
    livemode: false,
    metadata: dispute.metadata,
    payment_intent: dispute.payment_intent,
    payment_method_details: {
      card: { brand, case_type: 'chargeback', network: brand, network_reason_code: '10.4' },
      type: 'card',
    },
    reason: dispute.reason,
    status: dispute.status,
  };
}

export function find(books: Books, id: string): DisputeRow {
  const dispute = row(books.disputes, id);
  if (!dispute) throw missing('dispute', id, 'dispute');
  return dispute;
}

const show: Verb = ({ books, form, id }) => {
  read(form, {});
  return render(books, find(books, id));
};

const updateShape = {
  evidence: hash(evidenceShape),
  metadata,
  submit: boolean,
} satisfies NamesOf<Stripe.DisputeUpdateParams>;

const update: Verb = ({ books, form, id }) => {
  const given = read(form, updateShape);
  const dispute = find(books, id);
  if (given.evidence) {
    if (dispute.status !== 'needs_response') throw refused('This dispute can no longer be answered.');
    checkEvidence(books, { ...dispute.evidence, ...given.evidence });
    Object.assign(dispute.evidence, given.evidence);
  }
  // Stripe submits unless told to stage, and what was staged before when only told to submit.
  const isToSend = given.submit ?? given.evidence !== undefined;
  if (isToSend) {
    if (dispute.status !== 'needs_response') throw refused('This dispute can no longer be answered.');
    submit(books, dispute);
  }
  dispute.metadata = mergeMetadata(dispute.metadata, given.metadata);
  record(books, 'charge.dispute.updated', render(books, dispute));
  return render(books, dispute);
};

function checkEvidence(books: Books, evidence: Record<string, string | null>) {
  const length = Object.values(evidence).reduce((sum, value) => sum + (value?.length ?? 0), 0);
  if (length > EVIDENCE_LENGTH) {
    throw invalid(`The evidence must be at most ${EVIDENCE_LENGTH} characters in all.`, 'evidence');
  }
  for (const field of Object.keys(FILE_FIELDS)) {
    const file = evidence[field];
    if (file && !row(books.files, file)) throw missing('file upload', file, `evidence[${field}]`, 400);
  }
}

function submit(books: Books, dispute: DisputeRow) {
  dispute.submission_count++;
  dispute.status = 'under_review';
  // Stripe's own two words that decide a test dispute at once.
  if (dispute.evidence.uncategorized_text === 'winning_evidence') decide(books, dispute, 'won');
  if (dispute.evidence.uncategorized_text === 'losing_evidence') decide(books, dispute, 'lost');
}

const close: Verb = ({ books, form, id }) => {
  read(form, {});
  const dispute = find(books, id);
  if (dispute.status !== 'needs_response') throw refused('This dispute is already closed or under review.');
  decide(books, dispute, 'lost');
  return render(books, dispute);
};

const listShape = {
  ...pageShape,
  charge: text,
  created,
  payment_intent: text,
} satisfies NamesOf<Stripe.DisputeListParams>;

const index: Verb = ({ books, form }) => {
  const asked = read(form, listShape);
  const rows = Object.values(books.disputes).filter((dispute) => {
    if (asked.charge && dispute.charge !== asked.charge) return false;
    if (asked.payment_intent && dispute.payment_intent !== asked.payment_intent) return false;
    return asked.created?.(dispute.created) ?? true;
  });
  return page(rows, (dispute) => render(books, dispute), asked, '/v1/disputes');
};

export const routes = [
  ['get', '/v1/disputes', index],
  ['get', '/v1/disputes/:id', show],
  ['post', '/v1/disputes/:id', update],
  ['post', '/v1/disputes/:id/close', close],
] as const;
