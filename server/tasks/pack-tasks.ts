// Makes evidence packs, for the owner's page and for the command line.
import type { Readable } from 'node:stream';
import { NotFound } from '../errors';
import * as order from '../models/order';
import * as pack from '../models/pack';
import { fileOf, zipOf } from '../packs/zip';
import type { Portal } from '../portal';
import { bankPack } from './bank-pack';
import { courtPack } from './court-pack';
import { Hopeless, type Run } from './task-context';

interface Made {
  stream: Readable;
  head_sha256: string;
  made_at: string;
  pages: number | null;
}

/** A pack as a file to hand out: a zip. Conflict for an order without a live signature. */
export async function packStream(portal: Portal, order_id: string, kind: pack.Kind): Promise<Made> {
  if (kind === 'court') return { ...(await courtPack(portal, order_id)), pages: null };
  const { ref } = await order.findOrder(portal.db, order_id);
  const { files, texts, head_sha256, made_at, pages } = await bankPack(portal, order_id);
  const root = `bank-${ref}`;
  const fields = Object.entries(texts).map(([field, text]) => `== ${field} ==\n${text}\n`);
  const entries = [
    ...files.map(({ filename, bytes }) => fileOf(`${root}/${filename}`, bytes)),
    fileOf(`${root}/fields.txt`, fields.join('\n')),
    fileOf(`${root}/fields.json`, `${JSON.stringify(texts, null, 2)}\n`),
  ];
  return { stream: zipOf(entries, made_at.slice(0, 10)), head_sha256, made_at, pages };
}

/** Makes a pack, stores it and writes it down. */
export async function keepPack(
  portal: Portal,
  order_id: string,
  kind: pack.Kind,
  made_by: string | null,
): Promise<pack.Pack> {
  const { stream, ...made } = await packStream(portal, order_id, kind);
  const saved = await portal.storage.save(stream);
  return pack.keep(portal.db, { order_id, kind, made_by, ...made, ...saved });
}

export const makePack: Run = async (portal, task) => {
  const { order_id, kind, staff_id } = task.payload as Record<string, string>;
  try {
    await keepPack(portal, order_id, kind as pack.Kind, staff_id);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new Hopeless('A file of this order is no longer kept: it was erased, and no pack can hold it.');
  }
};
