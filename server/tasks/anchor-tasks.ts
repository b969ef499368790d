// The day's anchor: written, stamped, sent away.
import { join } from 'node:path';
import * as anchor from '../models/anchor';
import { now } from '../models/database';
import * as setting from '../models/setting';
import * as timestamp from '../models/timestamp';
import { sha256 } from '../models/token';
import type { Portal } from '../portal';
import { wordsFor } from '../words';
import { Hopeless, Moot, type Run } from './task-context';

/** The SHA-256 of the newest anchor before `day`: of the newest file, also when the database is older than it. */
async function before({ db, anchors }: Portal, day: string): Promise<string | null> {
  const file = (await anchors.days()).filter((other) => other < day).at(-1);
  const newest = await anchor.newestOrNull(db);
  if (file && (!newest || file >= newest.day)) return sha256((await anchors.readOrNull(file)) as string);
  return newest?.sha256 ?? null;
}

export const keepAnchor: Run = async (portal, task) => {
  const { db, anchors } = portal;
  const day = String(task.payload.day);
  if (await anchor.ofDayOrNull(db, day)) return;
  if (day !== anchor.dayOf(now())) throw new Moot('the day is over');
  // A file without a row: the last worker died between the two. It is taken as it is.
  const left = await anchors.readOrNull(day);
  const text = left ?? (await anchor.compose(db, day, await before(portal, day)));
  if (!left) await anchors.write(day, text);
  await anchor.keep(db, text);
};

export const stampAnchor: Run = async ({ db, anchors, time_authority }, task) => {
  if (!time_authority) throw new Moot('no time stamp authority is set');
  const day = String(task.payload.day);
  const kept = await anchor.ofDayOrNull(db, day);
  if (!kept) throw new Hopeless(`There is no anchor of ${day}.`);
  const known = await timestamp.findOrNull(db, 'anchor', day);
  const tsr = known
    ? Buffer.from(known.token, 'base64')
    : await timestamp.keepForAnchor(db, kept, await time_authority.stamp(kept.sha256));
  await anchors.writeStamp(day, tsr);
};

export const sendAnchor: Run = async ({ db, anchors, config, mail }, task) => {
  if (!config.anchor_mail) throw new Moot('anchors are mailed to nobody');
  const day = String(task.payload.day);
  const kept = await anchor.ofDayOrNull(db, day);
  if (!kept) throw new Hopeless(`There is no anchor of ${day}.`);
  const shop = await setting.shop(db);
  const t = wordsFor(shop.language);
  const vars = { day, shop: shop.name, sha256: kept.sha256, orders: kept.orders };
  const text = t('evidence:anchor_mail.text', vars);
  await mail.send({
    message_id: `anchor.${day}.${kept.sha256.slice(0, 16)}@${new URL(config.base_url).hostname}`,
    to: config.anchor_mail,
    reply_to: shop.email,
    subject: t('evidence:anchor_mail.subject', vars),
    text,
    html: `<p>${text}</p>`,
    attachments: [
      { filename: `${day}.txt`, content_type: 'text/plain', path: join(anchors.path, `${day}.txt`) },
    ],
  });
};
