import type { TaskKind } from '../models/task';
import { keepAnchor, sendAnchor, stampAnchor } from './anchor-tasks';
import { checkArtwork, renderProof } from './artwork-tasks';
import { compareProofs } from './comparison-tasks';
import { acceptDispute, stageEvidence, submitEvidence } from './dispute-tasks';
import { keepRetention, removeFiles } from './erasure-tasks';
import { makeInvoice } from './invoice-tasks';
import { sendMessage } from './message-tasks';
import { makePack } from './pack-tasks';
import { makeRecord } from './paper-tasks';
import { capturePayment, releaseHold, syncPayment } from './payment-tasks';
import { copyPhoto } from './photo-tasks';
import { makeSheet } from './press-sheet-tasks';
import { refundPayment } from './refund-tasks';
import { applyStripeEvent } from './stripe-event-tasks';
import { sweepPayments } from './sweep-tasks';
import type { Run } from './task-context';
import { stampApproval } from './timestamp-tasks';

export const RUNS: Record<TaskKind, Run> = {
  check_artwork: checkArtwork,
  copy_photo: copyPhoto,
  render_proof: renderProof,
  make_press_sheet: makeSheet,
  compare_proofs: compareProofs,
  sync_payment: syncPayment,
  capture_payment: capturePayment,
  release_hold: releaseHold,
  apply_stripe_event: applyStripeEvent,
  sweep_payments: sweepPayments,
  refund_payment: refundPayment,
  stage_evidence: stageEvidence,
  submit_evidence: submitEvidence,
  accept_dispute: acceptDispute,
  make_record: makeRecord,
  make_invoice: makeInvoice,
  make_pack: makePack,
  send_message: sendMessage,
  stamp_approval: stampApproval,
  remove_files: removeFiles,
  keep_retention: keepRetention,
  keep_anchor: keepAnchor,
  stamp_anchor: stampAnchor,
  send_anchor: sendAnchor,
};
