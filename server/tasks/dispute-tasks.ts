// Disputes and early warnings: looked at, staged, sent once or given up.
import { Readable } from 'node:stream';
import { now } from '../models/database';
import * as dispute from '../models/dispute';
import * as fraudWarning from '../models/fraud-warning';
import * as payment from '../models/payment';
import type { Portal } from '../portal';
import { ProcessorError } from '../stripe';
import { type BankPack, bankPack } from './bank-pack';
import { lookAndReduce, processor, requestKey } from './payment-tasks';
import { Hopeless, Moot, type Run, TryAnew } from './task-context';

/** The payment that an intent of the processor belongs to, or null when it is not this shop's. */
export async function paymentOf(portal: Portal, intent: string | null): Promise<payment.Payment | null> {
  if (!intent) return null;
  const known = await payment.findByIntentOrNull(portal.db, intent);
  if (known) return known;
  const id = await processor(portal).paymentIdOf(intent);
  return id ? payment.findPaymentOrNull(portal.db, id) : null;
}

/** Fetches a dispute and notes what it says. Moot for a payment that is not this shop's. */
export async function lookAtDispute(portal: Portal, id: string): Promise<dispute.DisputeFacts> {
  const looked_at = now();
  const facts = await processor(portal).dispute(id);
  const paid = await paymentOf(portal, facts.payment_intent);
  if (!paid) throw new Moot('not a payment of this shop');
  await dispute.reduce(portal.db, paid, facts, looked_at);
  return facts;
}

export async function lookAtWarning(portal: Portal, id: string): Promise<void> {
  const facts = await processor(portal).fraudWarning(id);
  const paid = await paymentOf(portal, facts.payment_intent);
  if (!paid) throw new Moot('not a payment of this shop');
  await fraudWarning.note(portal.db, paid, facts);
}

async function reduce(portal: Portal, facts: dispute.DisputeFacts, looked_at: string): Promise<void> {
  const found = await dispute.findDispute(portal.db, facts.id);
  const paid = await payment.findPayment(portal.db, found.payment_id);
  await dispute.reduce(portal.db, paid, facts, looked_at);
}

/** Why this pack must not be sent; null when it is within what banks and Stripe take. */
export function packFault({ files, texts }: Pick<BankPack, 'files' | 'texts'>): string | null {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const pages = files.reduce((sum, file) => sum + file.pages, 0);
  if (bytes > dispute.MAX_FILES_BYTES) return 'too_large';
  if (pages > dispute.MAX_FILE_PAGES) return 'too_many_pages';
  if (dispute.tooLong(texts as unknown as Record<string, string>).length > 0) return 'too_long';
  return null;
}

async function upload(portal: Portal, pack: BankPack, key: string): Promise<dispute.EvidenceFile[]> {
  const files: dispute.EvidenceFile[] = [];
  for (const { field, filename, bytes, pages } of pack.files) {
    const { sha256 } = await portal.storage.save(Readable.from([Buffer.from(bytes)]));
    const stripe_file = await processor(portal).uploadEvidence({ filename, bytes }, `${key}:${field}`);
    files.push({ field, filename, sha256, size_bytes: bytes.length, pages, stripe_file });
  }
  return files;
}

async function drawn(portal: Portal, order_id: string): Promise<BankPack | string> {
  try {
    const pack = await bankPack(portal, order_id);
    return packFault(pack) ?? pack;
  } catch (error) {
    if (error instanceof RangeError) return 'too_large';
    throw error;
  }
}

export const stageEvidence: Run = async (portal, task) => {
  const { db } = portal;
  const id = String(task.payload.dispute_id);
  const edited = task.payload.texts as Record<string, string> | null;
  const open = await dispute.findDispute(db, id);
  if (!dispute.isAnswerable(open)) throw new Moot('answered already');
  // Nothing is spent before it is known that all of it can be sent.
  const pack = edited ? null : await drawn(portal, open.order_id);
  if (typeof pack === 'string') {
    await dispute.noteStageError(db, id, pack);
    return;
  }
  const key = requestKey(task);
  try {
    const files = pack ? await upload(portal, pack, key) : null;
    const evidence: Record<string, string> = {
      ...(pack?.texts as Record<string, string> | undefined),
      ...Object.fromEntries((files ?? []).map(({ field, stripe_file }) => [field, stripe_file])),
      ...edited,
    };
    const looked_at = now();
    const facts = await processor(portal).stageEvidence(id, evidence, key);
    if (facts.submission_count > 0)
      throw new Hopeless('Stripe has sent the evidence although it was only staged.');
    await reduce(portal, facts, looked_at);
    await dispute.noteStaged(db, id, files);
  } catch (error) {
    if (!(error instanceof ProcessorError) || error.kind === 'unknown') throw error;
    if (error.kind === 'fault') throw new TryAnew(error.message);
    await dispute.noteStageError(db, id, error.message);
    await lookAtDispute(portal, id);
  }
};

/** One request to the bank that must not be made twice: looked at before and after, whatever was answered. */
async function answerOnce(
  portal: Portal,
  id: string,
  ask: () => Promise<dispute.DisputeFacts>,
): Promise<void> {
  const isOpen = (facts: dispute.DisputeFacts) =>
    facts.submission_count === 0 && dispute.ANSWERABLE.includes(facts.status);
  if (!isOpen(await lookAtDispute(portal, id))) return;
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof ProcessorError) || error.kind === 'unknown') throw error;
    if (!isOpen(await lookAtDispute(portal, id))) return;
    if (error.kind === 'fault') throw new TryAnew(error.message);
    await dispute.takeBack(portal.db, id, error.message);
    return;
  }
  if (isOpen(await lookAtDispute(portal, id)))
    throw new TryAnew('Stripe has answered, but nothing has changed');
}

export const submitEvidence: Run = async (portal, task) => {
  const id = String(task.payload.dispute_id);
  await answerOnce(portal, id, () => processor(portal).submitEvidence(id, requestKey(task)));
};

export const acceptDispute: Run = async (portal, task) => {
  const id = String(task.payload.dispute_id);
  await answerOnce(portal, id, () => processor(portal).closeDispute(id, requestKey(task)));
  const { payment_id } = await dispute.findDispute(portal.db, id);
  await lookAndReduce(portal, payment_id);
};
