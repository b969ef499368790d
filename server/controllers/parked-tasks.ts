// What the shop's machine could not do by itself, and money that nobody signed for.
import type { Request, Response } from 'express';
import * as order from '../models/order';
import * as payment from '../models/payment';
import * as task from '../models/task';
import { portal } from '../portal';

export async function index(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const refOf = async (order_id: string | null) =>
    order_id ? (await order.findOrder(db, order_id)).ref : null;
  const tasks = await task.parked(db);
  const alerts = await payment.alerts(db);
  res.render('parked-tasks/index', {
    tasks: await Promise.all(tasks.map(async (each) => ({ ...each, ref: await refOf(each.order_id) }))),
    alerts: await Promise.all(alerts.map(async (each) => ({ ...each, ref: await refOf(each.order_id) }))),
    is_resumed: req.query.resumed !== undefined,
  });
}

export async function update(req: Request, res: Response): Promise<void> {
  await task.resume(portal(req).db, String(req.params.task));
  portal(req).wake();
  res.redirect(303, '/staff/parked?resumed=1');
}
