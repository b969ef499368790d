// An order's history in words, and for the owner its chain: whether every line still holds.
import type { Request, Response } from 'express';
import { actorInWords, eventInWords, eventNote, type Teller } from '../history-words';
import * as approval from '../models/approval';
import * as event from '../models/event';
import * as order from '../models/order';
import { list as listStaff } from '../models/staff';
import * as timestamp from '../models/timestamp';
import { sha256 } from '../models/token';
import { portal } from '../portal';

/** Two honest clocks and a slow network are closer than this. */
const CLOCKS_APART_MS = 5 * 60_000;

export interface Line {
  seq: number;
  at: string;
  who: string;
  text: string;
  note: string | null;
  hash: string;
}

/** Older than the line before it: times are written as the clock had them and never mended. */
const isSetBack = (events: event.Event[], index: number): boolean =>
  index > 0 && events[index].at < events[index - 1].at;

export function historyInWords(res: Response, events: event.Event[], names: Map<string, string>): Line[] {
  const { t, money, date } = res.locals;
  const teller: Teller = { t, money, date };
  return events.map((each, index) => ({
    seq: each.seq,
    at: each.at,
    who: actorInWords(teller, each, names),
    text: eventInWords(teller, each),
    note: isSetBack(events, index) ? t('evidence:set_back') : eventNote(teller, each),
    hash: each.hash,
  }));
}

/** What each signature of an order has of outside time. */
async function stampsOf(req: Request, order_id: string) {
  const { db, time_authority } = portal(req);
  const signed = await approval.ofOrder(db, order_id);
  return Promise.all(
    signed.map(async ({ id, signed_at }) => {
      const { state, stamp } = await timestamp.ofApproval(db, id, time_authority !== null);
      // The token may come hours after the signature, never before it: only an earlier one tells of a wrong clock.
      const isApart = stamp !== null && Date.parse(signed_at) - Date.parse(stamp.gen_time) > CLOCKS_APART_MS;
      return { signed_at, state, stamp, is_apart: isApart };
    }),
  );
}

async function read(req: Request) {
  const { db } = portal(req);
  const found = await order.findByRef(db, String(req.params.ref));
  const lines = await event.lines(db, found.id);
  return { found, lines, fault: event.firstFault(lines) };
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { found, lines, fault } = await read(req);
  const names = new Map((await listStaff(db)).map((person) => [person.id, person.name]));
  const broken = lines.find(({ seq }) => seq === fault?.seq) ?? null;
  res.render('owner/audit', {
    order: found,
    fault,
    broken: broken && { hash: broken.hash, computed: sha256(broken.body), prev_hash: broken.prev_hash },
    head: lines.at(-1)?.hash ?? null,
    stamps: await stampsOf(req, found.id),
    history: historyInWords(res, await event.history(db, found.id), names),
    export_url: `/owner/audit/${found.ref}/events.json`,
  });
}

/** Everything a stranger needs to check the chain: the exact bytes of every line, and its hashes. */
export async function exportJson(req: Request, res: Response): Promise<void> {
  const { found, lines, fault } = await read(req);
  res.attachment(`${found.ref}-events.json`);
  res.json({
    order: { id: found.id, ref: found.ref },
    exported_at: new Date().toISOString(),
    chain: fault ? { holds: false, first_fault: { seq: fault.seq, fault: fault.fault } } : { holds: true },
    rule: 'hash = SHA-256 of body (UTF-8); body.prev = hash of the line before, 64 zeros for the first',
    events: lines.map(({ seq, type, created_at, prev_hash, hash, body }) => ({
      seq,
      type,
      created_at,
      prev_hash,
      hash,
      body,
    })),
  });
}
