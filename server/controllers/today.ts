// The first page of the day: what is due, what is late, what waits for whom.
import type { Request, Response } from 'express';
import * as counterCall from '../models/counter-call';
import * as dispute from '../models/dispute';
import * as jobHold from '../models/job-hold';
import * as message from '../models/message';
import * as order from '../models/order';
import * as payment from '../models/payment';
import { stuckPayments } from '../models/stuck-payment';
import * as task from '../models/task';
import { portal, shop } from '../portal';
import { type Job, jobOf, OPEN_STATES, todayIn } from './jobs';

const LONGEST_LIST = 200;

interface List {
  key: string;
  glyph: string;
  tone: string;
  jobs: Job[];
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const today = todayIn(shop(req));
  const rows = await order.inStates(db, [...OPEN_STATES], LONGEST_LIST);
  const pick = (wanted: (row: order.Row) => boolean) =>
    rows.filter(wanted).map((row) => jobOf(res, row, today));
  const isUnfinished = (row: order.Row) => row.state !== 'ready';
  const held = new Set(await jobHold.heldOrders(db));
  const unpaid = await unpaidAmong(req, rows);
  const lists: List[] = [
    {
      key: 'late',
      glyph: 'triangle-alert',
      tone: 'bad',
      jobs: pick((row) => isUnfinished(row) && (row.ready_on ?? '') < today),
    },
    {
      key: 'due',
      glyph: 'clock',
      tone: 'warn',
      jobs: pick((row) => isUnfinished(row) && row.ready_on === today),
    },
    { key: 'changes', glyph: 'pencil', tone: 'hold', jobs: pick((row) => row.state === 'changes_requested') },
    {
      key: 'counter',
      glyph: 'banknote',
      tone: 'ok',
      jobs: pick((row) => row.state === 'approved' && row.payment_method === 'counter'),
    },
    { key: 'unpaid', glyph: 'credit-card', tone: 'bad', jobs: pick((row) => unpaid.has(row.id)) },
    {
      key: 'print',
      glyph: 'printer',
      tone: 'info',
      jobs: pick((row) => row.state === 'released' && !held.has(row.id)),
    },
    {
      key: 'customer',
      glyph: 'hourglass',
      tone: 'warn',
      jobs: pick((row) => row.state === 'proofed' || row.state === 'awaiting_artwork'),
    },
    { key: 'ready', glyph: 'package-check', tone: 'ok', jobs: pick((row) => row.state === 'ready') },
  ];
  const shown = lists.filter(({ jobs }) => jobs.length > 0);
  const alerts = await alertsOf(req);
  res.render('staff/today', { lists: shown, alerts, is_clear: shown.length === 0 && alerts.length === 0 });
}

/** Signed for a card, and no card stands behind it any more. */
async function unpaidAmong(req: Request, rows: order.Row[]): Promise<Set<string>> {
  const { db } = portal(req);
  const signed = rows.filter((row) => row.state === 'approved' && row.payment_method === 'card');
  const holds = await Promise.all(signed.map((row) => payment.usableHoldOrNull(db, row.id)));
  return new Set(signed.filter((_, index) => !holds[index]).map((row) => row.id));
}

interface Alert {
  key: 'tablet_calls' | 'disputes' | 'payments' | 'refused_letters' | 'parked_tasks';
  count: number;
  url: string;
  days?: number;
}

async function moneyAlerts(req: Request): Promise<Alert[]> {
  const { db } = portal(req);
  const stuck = await stuckPayments(db);
  const open = await dispute.waiting(db);
  const isOwner = req.staff?.role === 'owner';
  const days = open.map((each) => dispute.daysLeft(each) ?? 0);
  return [
    {
      key: 'disputes',
      count: open.length,
      url: isOwner ? '/owner/disputes' : '/staff/payments',
      days: Math.min(...days),
    },
    {
      key: 'payments',
      count: stuck.filter(({ kind }) => kind !== 'dispute' && kind !== 'unpaid').length,
      url: '/staff/payments',
    },
  ];
}

async function alertsOf(req: Request): Promise<Alert[]> {
  const { db } = portal(req);
  const { parked } = await task.waiting(db);
  const alerts: Alert[] = [
    { key: 'tablet_calls', count: await counterCall.waiting(db), url: '/staff/tablets' },
    ...(await moneyAlerts(req)),
    { key: 'parked_tasks', count: parked, url: '/staff/parked' },
    {
      key: 'refused_letters',
      count: (await message.list(db, 'refused')).length,
      url: '/staff/letters?state=refused',
    },
  ];
  return alerts.filter(({ count }) => count > 0);
}
