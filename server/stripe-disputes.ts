// Disputes and their evidence, in Stripe's words on one side and ours on the other.
import type Stripe from 'stripe';
import type { DisputeFacts } from './models/dispute';
import type { WarningFacts } from './models/fraud-warning';
import { call, iso } from './stripe-call';

const idOf = (it: string | { id: string } | null | undefined): string | null =>
  typeof it === 'string' ? it : (it?.id ?? null);

export function disputeOf(dispute: Stripe.Dispute): DisputeFacts {
  const card = dispute.payment_method_details?.card;
  const { evidence_details } = dispute;
  const staged = Object.entries(dispute.evidence ?? {}).flatMap(([field, value]): Array<[string, string]> => {
    const text = typeof value === 'string' ? value : idOf(value as { id?: string } as { id: string } | null);
    return text ? [[field, text]] : [];
  });
  const isDeliberate = dispute.intended_submission_method === 'smart_disputes';
  return {
    id: dispute.id,
    payment_intent: idOf(dispute.payment_intent),
    amount_cents: dispute.amount,
    currency: dispute.currency.toUpperCase(),
    reason: dispute.reason,
    status: dispute.status,
    network: card?.network ?? card?.brand ?? null,
    network_reason_code: card?.network_reason_code ?? null,
    due_by: evidence_details?.due_by ? iso(evidence_details.due_by) : null,
    submission_count: evidence_details?.submission_count ?? 0,
    submission_method: isDeliberate ? 'smart_disputes' : (evidence_details?.submission_method ?? null),
    evidence: Object.fromEntries(staged),
    opened_at: iso(dispute.created) as string,
  };
}

export const warningOf = (warning: Stripe.Radar.EarlyFraudWarning): WarningFacts => ({
  id: warning.id,
  payment_intent: idOf(warning.payment_intent),
  fraud_type: warning.fraud_type,
  is_actionable: warning.actionable,
  warned_at: iso(warning.created) as string,
});

export const disputeCalls = (stripe: Stripe) => ({
  dispute: (id: string) => call(async () => disputeOf(await stripe.disputes.retrieve(id))),
  fraudWarning: (id: string) =>
    call(async () => warningOf(await stripe.radar.earlyFraudWarnings.retrieve(id))),
  uploadEvidence: ({ filename, bytes }: { filename: string; bytes: Uint8Array }, key: string) =>
    call(async () => {
      const file = { data: bytes, name: filename, type: 'application/pdf' };
      const { id } = await stripe.files.create(
        { purpose: 'dispute_evidence', file },
        { idempotencyKey: key },
      );
      return id;
    }),
  stageEvidence: (id: string, evidence: Record<string, string>, key: string) =>
    call(async () =>
      // Without `submit: false` Stripe sends it to the bank at once, and takes nothing more.
      disputeOf(await stripe.disputes.update(id, { evidence, submit: false }, { idempotencyKey: key })),
    ),
  submitEvidence: (id: string, key: string) =>
    call(async () => disputeOf(await stripe.disputes.update(id, { submit: true }, { idempotencyKey: key }))),
  closeDispute: (id: string, key: string) =>
    call(async () => disputeOf(await stripe.disputes.close(id, {}, { idempotencyKey: key }))),
});
