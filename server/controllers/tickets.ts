// The job ticket that travels with the job, and the page that its code opens.
import type { Request, Response } from 'express';
import { toString as drawQr } from 'qrcode';
import * as approval from '../models/approval';
import { shortName } from '../models/customer';
import * as order from '../models/order';
import { may } from '../models/order-state';
import * as pressFile from '../models/press-file';
import * as proof from '../models/proof';
import * as ticket from '../models/ticket';
import { portal, shop } from '../portal';
import { dueOf, statusOf, todayIn } from './jobs';
import { refusal } from './production-steps';
import { orderOf, orderPage } from './staff-orders';

/** More pages than this are counted on the ticket, not shown. */
export const PAGES_ON_TICKET = 4;

function factsOf(req: Request, res: Response, found: order.PlacedOrder) {
  return {
    order: found,
    words: found.specification.words[res.locals.lang as order.Language],
    name: shortName(found.contact_name),
    is_rush: found.specification.choice.rush,
    status: statusOf(res, found.state),
    due: dueOf(res, found.state, found.ready_on as string, todayIn(shop(req))),
    base: orderPage(found),
  };
}

export async function show(req: Request, res: Response): Promise<void> {
  const { config, db } = portal(req);
  const found = await orderOf(req);
  const held = await ticket.findOrNull(db, found.id);
  if (!held) {
    res.render('tickets/show', {
      ...factsOf(req, res, found),
      why: await refusal(req, res, 'printing'),
      ticket: null,
    });
    return;
  }
  const printed = await proof.findProof(db, held.proof_id);
  const press = await pressFile.ofProof(db, held.proof_id);
  const sheet = await pressFile.findOrNull(db, held.proof_id, 'sheet');
  const url = `${config.base_url}/s/${held.scan_code}`;
  res.render('tickets/show', {
    ...factsOf(req, res, found),
    why: null,
    ticket: {
      scan_code: held.scan_code,
      qr: await drawQr(url, { type: 'svg', margin: 0 }),
      version: printed.version,
      short_sha256: held.proof_sha256.slice(0, 8),
      press: { short_sha256: press.sha256.slice(0, 8), url: orderPage(found, '/press-file.pdf') },
      sheet: sheet && { short_sha256: sheet.sha256.slice(0, 8), url: orderPage(found, '/press-sheet.pdf') },
      page_count: printed.page_count,
      pages: printed.pages.slice(0, PAGES_ON_TICKET).map(({ number }) => ({
        number,
        url: orderPage(found, `/proof/${printed.version}/pages/${number}/thumbnail.webp`),
      })),
      approval: await approval.findApproval(db, held.approval_id),
    },
  });
}

/** What a scanned ticket opens: the job and its next step. */
export async function scan(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const held = await ticket.findByScanCode(db, String(req.params.code));
  const found = order.placed(await order.findOrder(db, held.order_id));
  const printed = await proof.findProof(db, held.proof_id);
  const [next, ...others] = ticket.stepsFrom(found.state);
  res.render('tickets/scan', {
    ...factsOf(req, res, found),
    next: next ?? null,
    others,
    may_hand_over: may('hand_over', found.state),
    here: `/s/${held.scan_code}`,
    short_sha256: held.proof_sha256.slice(0, 8),
    version: printed.version,
    thumbnail_url: orderPage(found, `/proof/${printed.version}/pages/1/thumbnail.webp`),
  });
}
