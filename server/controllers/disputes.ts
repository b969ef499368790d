// Disputes, for the owner: how many days are left, what is staged, and two deliberate last steps.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import * as approval from '../models/approval';
import * as dispute from '../models/dispute';
import * as order from '../models/order';
import * as payment from '../models/payment';
import * as sweep from '../models/sweep';
import { portal, staff } from '../portal';
import { record, refusalOf, type Shown, text, written } from './form';
import { statusOf } from './jobs';
import { sendPdf } from './proofs';

const TONES: Record<string, string> = {
  needs_response: 'bad',
  warning_needs_response: 'warn',
  appeal_needs_response: 'bad',
  won: 'ok',
  warning_closed: 'ok',
  prevented: 'ok',
  lost: 'neutral',
};

async function adviceOf(req: Request, found: dispute.Dispute): Promise<dispute.Advice> {
  const { db } = portal(req);
  const disputed = await order.findOrder(db, found.order_id);
  const paid = await payment.findPayment(db, found.payment_id);
  return dispute.recommendation(found, {
    is_signed: (await approval.liveOrNull(db, disputed)) !== null,
    order_state: disputed.state,
    is_refunded: paid.refunded_cents >= paid.captured_cents && paid.captured_cents > 0,
  });
}

export async function index(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const all = await dispute.list(db);
  const [last] = await sweep.latest(db, 1);
  res.render('disputes/index', {
    tones: TONES,
    disputes: await Promise.all(
      all.map(async (each) => ({
        ...each,
        order: order.placed(await order.findOrder(db, each.order_id)),
        days_left: dispute.isAnswerable(each) ? dispute.daysLeft(each) : null,
        advice: dispute.isAnswerable(each) ? (await adviceOf(req, each)).advice : null,
      })),
    ),
    sweep_failure: last?.failure ?? null,
  });
}

interface Rendering {
  status?: number;
  errors?: Shown[];
  given?: Record<string, string> | null;
}

async function render(
  req: Request,
  res: Response,
  { status = 200, errors = [], given = null }: Rendering = {},
): Promise<void> {
  const { db } = portal(req);
  const found = await dispute.findDispute(db, String(req.params.dispute));
  const disputed = order.placed(await order.findOrder(db, found.order_id));
  const fileIds = new Map(found.files.map((file) => [file.field, file]));
  const texts = dispute.TEXT_FIELDS.map((field) => ({
    field,
    value: given?.[field] ?? found.evidence[field] ?? '',
  }));
  const shown: readonly string[] = dispute.TEXT_FIELDS;
  res.status(status).render('disputes/show', {
    tones: TONES,
    dispute: found,
    order: disputed,
    status: statusOf(res, disputed.state),
    days_left: dispute.daysLeft(found),
    is_answerable: dispute.isAnswerable(found),
    is_closed: dispute.isClosed(found),
    advice: await adviceOf(req, found),
    texts,
    /** What the bank would get, as Stripe itself says it holds it. */
    staged_files: Object.entries(found.evidence)
      .filter(([field]) => fileIds.has(field))
      .map(([field, id]) => {
        const file = fileIds.get(field) as dispute.EvidenceFile;
        return { ...file, is_ours: file.stripe_file === id };
      }),
    staged_elsewhere: Object.entries(found.evidence).filter(
      ([field]) => !fileIds.has(field) && !shown.includes(field),
    ),
    staged_sha256: dispute.stagedSha256(found),
    pages: found.files.reduce((sum, file) => sum + file.pages, 0),
    kilobytes: Math.ceil(found.files.reduce((sum, file) => sum + file.size_bytes, 0) / 1000),
    error_codes: ['too_large', 'too_many_pages', 'too_long'],
    errors,
    done: DONE.find((known) => known === req.query.done) ?? null,
  });
}

const DONE = ['staging', 'submitting', 'accepting'] as const;

export const show = (req: Request, res: Response) => render(req, res);

async function act(
  req: Request,
  res: Response,
  done: (typeof DONE)[number],
  work: (id: string) => Promise<void>,
) {
  const id = String(req.params.dispute);
  try {
    await work(id);
  } catch (error) {
    return render(req, res, refusalOf(res, error, 'steps'));
  }
  portal(req).wake();
  res.redirect(303, `/owner/disputes/${id}?done=${done}`);
}

/** Has the evidence drawn from the order and laid with Stripe; nothing reaches the bank. */
export async function stage(req: Request, res: Response): Promise<void> {
  await act(req, res, 'staging', (id) => dispute.askToStage(portal(req).db, id, null));
}

/** The owner's own wording of the texts. */
export async function updateTexts(req: Request, res: Response): Promise<void> {
  const given = record(req, 'texts');
  const texts = Object.fromEntries(
    dispute.TEXT_FIELDS.map((field) => [
      field,
      written((given[field] ?? '').replace(/\r\n/g, '\n'), dispute.MAX_TEXTS_LENGTH),
    ]),
  );
  const wrong = dispute.tooLong(texts);
  if (wrong.length > 0) {
    const message = res.locals.t('disputes:wrong.too_long');
    return render(req, res, {
      status: 422,
      errors: wrong.map((field) => ({ field: `text-${field}`, message })),
      given: texts,
    });
  }
  await act(req, res, 'staging', (id) => dispute.askToStage(portal(req).db, id, texts));
}

/** True when the owner typed the order's reference, which is how a step without a way back is meant. */
async function isConfirmed(req: Request): Promise<boolean> {
  const { db } = portal(req);
  const found = await dispute.findDispute(db, String(req.params.dispute));
  const { ref } = await order.findOrder(db, found.order_id);
  return text(req, 'confirmation', 40).toUpperCase() === ref.toUpperCase();
}

const unconfirmed = (res: Response, field: string): Shown[] => [
  { field, message: res.locals.t('disputes:wrong.confirmation') },
];

export async function submit(req: Request, res: Response): Promise<void> {
  if (!(await isConfirmed(req)))
    return render(req, res, { status: 422, errors: unconfirmed(res, 'submit-confirmation') });
  await act(req, res, 'submitting', (id) =>
    dispute.askToSubmit(portal(req).db, id, text(req, 'staged_sha256', 64), staff(req).id),
  );
}

export async function accept(req: Request, res: Response): Promise<void> {
  if (!(await isConfirmed(req)))
    return render(req, res, { status: 422, errors: unconfirmed(res, 'accept-confirmation') });
  await act(req, res, 'accepting', (id) => dispute.askToAccept(portal(req).db, id, staff(req).id));
}

/** One file as it lies with Stripe. */
export async function file(req: Request, res: Response): Promise<void> {
  const found = await dispute.findDispute(portal(req).db, String(req.params.dispute));
  const wanted = found.files.find(({ field }) => field === req.params.field);
  if (!wanted) throw new NotFound();
  await sendPdf(req, res, wanted.sha256, wanted.filename);
}
