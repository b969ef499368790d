import type { TaskKind } from '../models/task';
import { checkArtwork, renderProof } from './artwork-tasks';
import { makeInvoice } from './invoice-tasks';
import { sendMessage } from './message-tasks';
import { makePack } from './pack-tasks';
import { makeRecord } from './paper-tasks';
import { applyStripeEvent, capturePayment, releaseHold, sweepPayments, syncPayment } from './payment-tasks';
import { copyPhoto } from './photo-tasks';
import { refundPayment } from './refund-tasks';
import type { Run } from './task-context';
import { stampApproval } from './timestamp-tasks';

export const RUNS: Record<TaskKind, Run> = {
  check_artwork: checkArtwork,
  copy_photo: copyPhoto,
  render_proof: renderProof,
  sync_payment: syncPayment,
  capture_payment: capturePayment,
  release_hold: releaseHold,
  apply_stripe_event: applyStripeEvent,
  sweep_payments: sweepPayments,
  refund_payment: refundPayment,
  make_record: makeRecord,
  make_invoice: makeInvoice,
  make_pack: makePack,
  send_message: sendMessage,
  stamp_approval: stampApproval,
};
