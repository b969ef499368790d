import { randomUUID } from 'node:crypto';
import { NotFound } from '../errors';
import type { Artwork, Report } from './artwork';
import { type Db, later, lockOrder, now, within } from './database';
import * as event from './event';
import * as file from './file';
import * as message from './message';
import type { Order, Specification } from './order';
import { move } from './order-state';
import * as pressFile from './press-file';
import * as task from './task';

const DAY_MS = 24 * 60 * 60_000;

/** One page as shown on the screen; images are files by SHA-256, sizes in pixels, lengths in millimetres. */
export interface Page {
  number: number;
  image_sha256: string;
  thumbnail_sha256: string;
  width_px: number;
  height_px: number;
  trim_px: { x: number; y: number; width: number; height: number };
  pixels_per_mm: number;
  text: string | null;
  /** What to read once more; absent on pages from before it was looked for. */
  read_back?: Array<{ kind: ReadBackKind; text: string }>;
}

export type ReadBackKind = 'name' | 'phone' | 'email' | 'url' | 'date' | 'time' | 'price';

export interface Proof {
  id: string;
  order_id: string;
  version: number;
  artwork_id: string;
  artwork_sha256: string;
  specification: Specification;
  specification_sha256: string;
  sha256: string;
  bytes: number;
  /** SHA-256 of the certificate that sealed these bytes; null for a proof from before there were seals. */
  seal_fingerprint: string | null;
  page_count: number;
  pages: Page[];
  report: Report;
  issued_at: string;
  expires_at: string;
}

/** Proofs with the words of their pages, which are kept apart from the evidence so that they can be erased. */
async function withTexts(db: Db, rows: Array<Record<string, unknown>>): Promise<Proof[]> {
  const texts: Array<{ proof_id: string; page: number; text: string }> = await db('page_texts').whereIn(
    'proof_id',
    rows.map(({ id }) => id as string),
  );
  const words = new Map(texts.map(({ proof_id, page, text }) => [`${proof_id} ${page}`, JSON.parse(text)]));
  const of = (proof_id: string, page: number): string | null => words.get(`${proof_id} ${page}`) ?? null;
  return rows.map(parse).map((proof) => ({
    ...proof,
    pages: proof.pages.map((page) => ({ ...page, text: of(proof.id, page.number) })),
  }));
}

const parse = (row: Record<string, unknown>): Proof =>
  ({
    ...row,
    specification: JSON.parse(row.specification as string),
    pages: JSON.parse(row.pages as string),
    report: JSON.parse(row.report as string),
  }) as unknown as Proof;

export interface Rendered {
  sha256: string;
  bytes: number;
  seal_fingerprint: string | null;
  pages: Page[];
  images: file.StoredFile[];
  /** What these pages were drawn from, and what will be printed. */
  press: pressFile.Made;
  report: Report;
}

/** The number that the next proof of this order carries. */
export async function nextVersion(db: Db, order_id: string): Promise<number> {
  const last = await db('proofs').where({ order_id }).max('version as version').first();
  return Number(last?.version ?? 0) + 1;
}

/**
 * Shows a rendered proof to the customer. These bytes are what is signed; they are never made again.
 * Conflict when the order has moved on, or has other artwork by now.
 */
export async function issue(
  db: Db,
  order: Order,
  artwork: Artwork,
  version: number,
  rendered: Rendered,
  valid_days: number,
): Promise<string> {
  const id = randomUUID();
  const issued_at = now();
  await within(db, async (trx) => {
    await move(trx, order.id, 'issue_proof', {
      where: { current_artwork_id: artwork.id, specification_sha256: order.specification_sha256 },
      set: { current_proof_id: id, live_approval_id: null },
    });
    await file.note(trx, { sha256: rendered.sha256, bytes: rendered.bytes, media_type: 'application/pdf' });
    for (const image of rendered.images) await file.note(trx, image);
    await trx('proofs').insert({
      id,
      order_id: order.id,
      version,
      artwork_id: artwork.id,
      artwork_sha256: artwork.file_sha256,
      specification: JSON.stringify(order.specification),
      specification_sha256: order.specification_sha256,
      sha256: rendered.sha256,
      bytes: rendered.bytes,
      seal_fingerprint: rendered.seal_fingerprint,
      page_count: rendered.pages.length,
      pages: JSON.stringify(rendered.pages.map(({ text: _text, ...page }) => page)),
      report: JSON.stringify(rendered.report),
      issued_at,
      expires_at: later(issued_at, valid_days * DAY_MS),
    });
    await pressFile.keep(
      trx,
      { id, order_id: order.id, artwork_sha256: artwork.file_sha256 },
      'file',
      rendered.press,
    );
    for (const { number, text } of rendered.pages) {
      // As JSON: a PDF's text may hold characters that PostgreSQL's text cannot.
      if (text !== null)
        await trx('page_texts').insert({ proof_id: id, page: number, text: JSON.stringify(text) });
    }
    await event.append(trx, order.id, 'proof.issued', event.SYSTEM, {
      proof: id,
      version,
      sha256: rendered.sha256,
      seal_fingerprint: rendered.seal_fingerprint,
      artwork_sha256: artwork.file_sha256,
      press_sha256: rendered.press.sha256,
      specification_sha256: order.specification_sha256,
      pages: rendered.pages.map((page) => page.image_sha256),
    });
    await message.enqueue(trx, 'proof-ready', order, `proof-ready:${id}`, { proof_id: id });
    if (version > 1) {
      await task.enqueue(
        trx,
        'compare_proofs',
        { proof_id: id },
        { key: `compare:${id}`, order_id: order.id },
      );
    }
  });
  return id;
}

export async function findProof(db: Db, id: string): Promise<Proof> {
  const row = await db('proofs').where({ id }).first();
  if (!row) throw new NotFound();
  return (await withTexts(db, [row]))[0];
}

export async function findVersion(db: Db, order_id: string, version: number): Promise<Proof> {
  const row = Number.isSafeInteger(version) ? await db('proofs').where({ order_id, version }).first() : null;
  if (!row) throw new NotFound();
  return (await withTexts(db, [row]))[0];
}

export async function currentOrNull(db: Db, order: Order): Promise<Proof | null> {
  return order.current_proof_id ? findProof(db, order.current_proof_id) : null;
}

export async function ofOrder(db: Db, order_id: string): Promise<Proof[]> {
  return withTexts(db, await db('proofs').where({ order_id }).orderBy('version'));
}

export const hasExpired = (proof: Proof, at: string = now()): boolean => proof.expires_at <= at;

/** Warnings that the signer accepts one by one. */
export const warnings = (proof: Proof) =>
  proof.report.findings.filter((finding) => finding.severity === 'warning');

/**
 * Notes that a page was displayed, in full and for long enough, on one device. It says "displayed": nobody can
 * know what was read. Seeing it again changes nothing.
 */
export async function seePage(db: Db, proof: Proof, page: number, device_sha256: string): Promise<void> {
  if (!proof.pages.some((known) => known.number === page)) throw new NotFound();
  await within(db, async (trx) => {
    await lockOrder(trx, proof.order_id);
    const view = { proof_id: proof.id, page, device_sha256 };
    if (await trx('page_views').where(view).first('page')) return;
    await trx('page_views').insert({ ...view, viewed_at: now() });
    await event.append(trx, proof.order_id, 'page.seen', event.CUSTOMER, {
      proof: proof.id,
      page,
      device: device_sha256,
    });
  });
}

export async function pagesSeen(
  db: Db,
  proof_id: string,
  device_sha256: string,
): Promise<Map<number, string>> {
  const rows: Array<{ page: number; viewed_at: string }> = await db('page_views').where({
    proof_id,
    device_sha256,
  });
  return new Map(rows.map((row) => [row.page, row.viewed_at]));
}
