// Across the counter: what was signed, large, beside what was printed.
import type { Request, Response } from 'express';
import * as approval from '../models/approval';
import type { Language } from '../models/order';
import { may } from '../models/order-state';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import { portal } from '../portal';
import { statusOf } from './jobs';
import { orderOf, orderPage } from './staff-orders';

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  const live = await approval.liveOrNull(db, found);
  const signed = live ? await proof.findProof(db, live.proof_id) : null;
  const captured = await payment.capturedOrNull(db, found.id);
  res.render('handovers/show', {
    order: found,
    words: found.specification.words[res.locals.lang as Language],
    status: statusOf(res, found.state),
    approval: live,
    version: signed?.version ?? null,
    short_sha256: signed?.sha256.slice(0, 8) ?? null,
    pages: (signed?.pages ?? []).map((page) => ({
      ...page,
      url: orderPage(found, `/proof/${signed?.version}/pages/${page.number}/image.webp`),
    })),
    balance_cents: Math.max(0, found.total_cents - (captured?.captured_cents ?? 0)),
    may_hand_over: may('hand_over', found.state),
    base: orderPage(found),
  });
}
