// What every page and every task works with.
import type { Request } from 'express';
import type { Knex } from 'knex';
import type { AnchorFolder } from './anchor-folder';
import type { Config } from './config';
import type { Mail } from './mail';
import type { Order } from './models/order';
import type { Shop } from './models/setting';
import type { Staff } from './models/staff';
import type { Sealer } from './seal';
import type { Storage } from './storage';
import type { CardProcessor } from './stripe';
import type { TimeAuthority } from './timestamp';

export interface Portal {
  config: Config;
  db: Knex;
  storage: Storage;
  /** Null when the shop takes payment at its counter only. */
  cards: CardProcessor | null;
  mail: Mail;
  sealer: Sealer;
  anchors: AnchorFolder;
  /** Null when no outside authority stamps the time. */
  time_authority: TimeAuthority | null;
  /** Tells the worker in this process that there is work, so that it need not wait for its next look. */
  wake(): void;
}

/** One order as one person may see it: by its private link, or on the tablet that staff opened it on. */
export interface Room {
  order: Order;
  /** Path under which this person finds the order's pages. */
  base: string;
  device_sha256: string;
  counter: { session_id: string; staff_id: string; tablet_id: string } | null;
}

declare global {
  namespace Express {
    interface Request {
      staff?: Staff;
      room?: Room;
      shop?: Shop;
    }
  }
}

export const portal = (req: Request): Portal => req.app.locals.portal;

export function room(req: Request): Room {
  if (!req.room) throw new Error('This route is not inside a room.');
  return req.room;
}

export function shop(req: Request): Shop {
  return req.shop as Shop;
}

export function staff(req: Request): Staff {
  if (!req.staff) throw new Error('This route is not behind the staff door.');
  return req.staff;
}
