// What goes to the press: derived once with its proof, kept by hash, never made again. The proof was drawn from it.
import { NotFound } from '../errors';
import { type Db, lockOrder, now, type Trx, within } from './database';
import * as event from './event';
import * as file from './file';
import type { Specification } from './order';

export type Edge = 'top' | 'right' | 'bottom' | 'left';

/** What may be done to an artwork before it is printed, as the proof engine understands it. */
export type Fix =
  | { fix: 'mirror_bleed'; page: number; edges: Edge[] }
  | { fix: 'scale_to_trim'; how: 'fill' | 'whole' }
  | { fix: 'rotate'; degrees: 90 | 270 }
  | { fix: 'convert_to_press_profile' };

/** How these bytes came from the artwork (a press sheet: from the press file), step by step. */
export interface Derivation {
  engine: { name: string; version: string };
  artwork_sha256: string;
  fixes: Array<Fix & { chosen_by?: 'customer' | 'staff' }>;
  steps: Array<{ step: string; [figure: string]: string | number | boolean | null }>;
  press_sha256: string;
}

export interface PressFile {
  proof_id: string;
  /** `file`: the piece with its bleed. `sheet`: the same piece, laid out to be cut. */
  kind: 'file' | 'sheet';
  order_id: string;
  sha256: string;
  bytes: number;
  artwork_sha256: string;
  derivation: Derivation;
  made_at: string;
}

/** As the worker has saved it; a new proof brings one with it. */
export interface Made {
  sha256: string;
  bytes: number;
  derivation: Derivation;
}

const parse = (row: Record<string, unknown>): PressFile =>
  ({
    ...row,
    bytes: Number(row.bytes),
    derivation: JSON.parse(row.derivation as string),
  }) as unknown as PressFile;

/** Keeps the press file of a proof that is being issued, in the caller's transaction. */
export async function keep(
  trx: Trx,
  proof: { id: string; order_id: string; artwork_sha256: string },
  kind: PressFile['kind'],
  made: Made,
): Promise<void> {
  await file.note(trx, { sha256: made.sha256, bytes: made.bytes, media_type: 'application/pdf' });
  await trx('press_files').insert({
    proof_id: proof.id,
    kind,
    order_id: proof.order_id,
    sha256: made.sha256,
    bytes: made.bytes,
    artwork_sha256: proof.artwork_sha256,
    derivation: JSON.stringify(made.derivation),
    made_at: now(),
  });
}

export async function findOrNull(
  db: Db,
  proof_id: string,
  kind: PressFile['kind'] = 'file',
): Promise<PressFile | null> {
  const row = await db('press_files').where({ proof_id, kind }).first();
  return row ? parse(row) : null;
}

/** The press file of this proof; every proof has one. */
export async function ofProof(db: Db, proof_id: string): Promise<PressFile> {
  const found = await findOrNull(db, proof_id);
  if (!found) throw new NotFound();
  return found;
}

/** Cards and what is no larger: two of them fit a sheet of A5. */
export const LONGEST_CARD_MM = 100;

/** Whether the ticket of such a piece has a sheet with two copies. */
export const hasSheet = ({ trim_mm, pages }: Specification['print']): boolean =>
  Math.max(trim_mm.width, trim_mm.height) <= LONGEST_CARD_MM && pages.max <= 2;

/** Keeps the sheet made from a press file. The first one made stays. */
export async function keepSheet(
  db: Db,
  proof: { id: string; order_id: string; artwork_sha256: string },
  press: PressFile,
  made: { sha256: string; bytes: number; step: Derivation['steps'][number] },
): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, proof.order_id);
    if (await findOrNull(trx, proof.id, 'sheet')) return;
    await keep(trx, proof, 'sheet', {
      sha256: made.sha256,
      bytes: made.bytes,
      derivation: { ...press.derivation, fixes: [], steps: [made.step], press_sha256: press.sha256 },
    });
    await event.append(trx, proof.order_id, 'press_sheet.made', event.SYSTEM, {
      proof: proof.id,
      press_sha256: press.sha256,
      sha256: made.sha256,
    });
  });
}

/** Its name when it leaves the portal: order, version and the beginning of its hash, as on the ticket. */
export const nameOf = (ref: string, version: number, press: Pick<PressFile, 'sha256' | 'kind'>): string =>
  `${ref}-v${version}-${press.kind === 'sheet' ? 'sheet-' : ''}${press.sha256.slice(0, 8)}.pdf`;
