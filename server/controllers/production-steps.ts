// One step of production. The state table decides; a step that it refuses is explained.
import type { Request, Response } from 'express';
import { Conflict } from '../errors';
import * as approval from '../models/approval';
import type * as order from '../models/order';
import { may } from '../models/order-state';
import * as payment from '../models/payment';
import * as proof from '../models/proof';
import * as ticket from '../models/ticket';
import { portal, staff } from '../portal';
import { localPath } from './back';
import { text } from './form';
import { orderOf, orderPage } from './staff-orders';

export async function create(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const found = await orderOf(req);
  // The board names the column that a card was put in.
  const step = text(req, 'step') || text(req, 'to');
  const wantsJson = req.accepts(['html', 'json']) === 'json';
  try {
    if (!ticket.isStep(step)) throw new Conflict('conflict.release');
    await ticket.advance(db, found.id, step, staff(req).id);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const why = await refusal(req, res, step);
    const way = wayOn(res, found, step);
    res.status(409);
    if (wantsJson) res.json({ error: why, next: way?.url });
    else {
      const back = localPath(req.body?.back, orderPage(found));
      res.render('staff/refused', { order: found, why, way, back });
    }
    return;
  }
  portal(req).wake();
  if (wantsJson) res.json({ steps: ticket.stepsFrom((await orderOf(req)).state) });
  else res.redirect(303, localPath(req.body?.back, orderPage(found, '?done=moved')));
}

// Two steps have a page of their own, where what they need is written down.
function wayOn(res: Response, found: order.Order, step: string): { url: string; label: string } | null {
  const { t } = res.locals;
  if (step === 'ready' && may('make_ready', found.state))
    return { url: orderPage(found, '/check'), label: t('print:refused.to_check') };
  if (step === 'handed_over' && may('hand_over', found.state))
    return { url: orderPage(found, '/handover'), label: t('print:refused.to_handover') };
  return null;
}

/** Why this order cannot take this step now, in one sentence. */
export async function refusal(req: Request, res: Response, step: string): Promise<string> {
  const { db } = portal(req);
  const { t, date } = res.locals;
  const found = await orderOf(req);
  const say = (key: string, vars: Record<string, string | number> = {}) =>
    t(`staff:refused.${key}`, { ref: found.ref, state: t(`staff:states.${found.state}`), ...vars });
  if (!ticket.isStep(step)) return say('not_by_hand');
  if (wayOn(res, found, step)) return t(`print:refused.${step}`, { ref: found.ref });
  switch (found.state) {
    case 'awaiting_artwork':
      return say('no_file');
    case 'preparing':
      return say('no_proof');
    case 'proofed':
      return say('not_signed', { version: (await proof.currentOrNull(db, found))?.version ?? 1 });
    case 'changes_requested':
      return say('changes');
    case 'approved': {
      const stop_until = await stopUntil(req, found);
      if (stop_until) return say('may_stop', { time: date(stop_until, 'time') });
      return say((await payment.usableHoldOrNull(db, found.id)) ? 'charging' : 'not_paid');
    }
    case 'cancelled':
      return say('cancelled');
    case 'handed_over':
      return say('handed_over');
    default:
      return say('wrong_order', { step: t(`staff:steps.${step}`) });
  }
}

async function stopUntil(req: Request, found: order.Order): Promise<string | null> {
  const live = await approval.liveOrNull(portal(req).db, found);
  return live && approval.stopUntil(live);
}
