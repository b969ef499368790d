// What differs between a proof and the version before it, and which of it was asked for.
import { randomUUID } from 'node:crypto';
import type { Refusal } from './artwork';
import type { ChangeRequest, Point } from './change-request';
import { type Db, lockOrder, now, within } from './database';
import * as event from './event';
import * as file from './file';
import type { Page, Proof } from './proof';

/** Millimetres from the top left corner of the trim. */
export interface Place {
  x_mm: number;
  y_mm: number;
  width_mm: number;
  height_mm: number;
}

export interface WordChange {
  removed: string;
  added: string;
}

export interface Region {
  place: Place;
  words: WordChange[];
}

export const KINDS = ['before', 'after', 'overlay', 'difference'] as const;
export type Kind = (typeof KINDS)[number];

/** Pictures by SHA-256, all of one size; a page without a counterpart has one of the first two only. */
export type Pictures = Record<`${Kind}_sha256`, string | null> &
  Pick<Page, 'width_px' | 'height_px' | 'trim_px' | 'pixels_per_mm'>;

/** A page of the version before and its counterpart; null where it was put in or taken out. */
export interface ComparedPage {
  before: number | null;
  after: number | null;
  is_moved: boolean;
  is_same: boolean;
  pictures: Pictures | null;
  regions: Region[];
  words: WordChange[];
}

export interface Comparison {
  id: string;
  order_id: string;
  before_proof_id: string;
  after_proof_id: string;
  /** Null when the two could not be compared; the refusal says why. */
  pages: ComparedPage[] | null;
  refusal: Refusal | null;
  made_at: string;
}

const parse = (row: Record<string, unknown>): Comparison => {
  const json = (column: string) => (row[column] === null ? null : JSON.parse(row[column] as string));
  return { ...row, pages: json('pages'), refusal: json('refusal') } as unknown as Comparison;
};

/** Keeps what the engine found. A comparison is made once: a second one of the same proof changes nothing. */
export async function keep(
  db: Db,
  before: Proof,
  after: Proof,
  found: { pages: ComparedPage[]; files: file.StoredFile[] } | { refusal: Refusal },
): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, after.order_id);
    if (await trx('comparisons').where({ after_proof_id: after.id }).first('id')) return;
    if ('files' in found) for (const each of found.files) await file.note(trx, each);
    await trx('comparisons').insert({
      id: randomUUID(),
      order_id: after.order_id,
      before_proof_id: before.id,
      after_proof_id: after.id,
      pages: 'pages' in found ? JSON.stringify(found.pages) : null,
      refusal: 'refusal' in found ? JSON.stringify(found.refusal) : null,
      made_at: now(),
    });
  });
}

/** The comparison of this proof with the version before it; null while it is being made. */
export async function withBeforeOrNull(db: Db, after_proof_id: string): Promise<Comparison | null> {
  const row = await db('comparisons').where({ after_proof_id }).first();
  return row ? parse(row) : null;
}

/** Notes that the comparison was opened on one device. Opening it again changes nothing. */
export async function open(db: Db, after: Proof, device_sha256: string): Promise<void> {
  if (await wasOpened(db, after, device_sha256)) return;
  await within(db, async (trx) => {
    await lockOrder(trx, after.order_id);
    if (await wasOpened(trx, after, device_sha256)) return;
    await event.append(trx, after.order_id, 'comparison.opened', event.CUSTOMER, {
      proof: after.id,
      from: after.version - 1,
      version: after.version,
      device: device_sha256,
    });
  });
}

/** Whether this device opened the comparison; null for a first version, which there is nothing to compare with. */
export async function wasOpened(db: Db, after: Proof, device_sha256: string): Promise<boolean | null> {
  if (after.version === 1) return null;
  const opened = (await event.history(db, after.order_id)).filter(({ type }) => type === 'comparison.opened');
  return opened.some(({ data }) => data.proof === after.id && data.device === device_sha256);
}

/** A change belongs to a pin that stands in it or no farther away than this share of the page's longer side. */
export const NEAR_SHARE = 0.06;
/** … and at least this far: a finger on a business card is not more exact. */
export const NEAR_MM = 5;

/**
 * asked: a point of the request stands at the change, or names its words. perhaps: something was asked for without a
 * place, which may be this. not_asked: nothing of the request fits, so somebody should look.
 */
export interface Verdict {
  is: 'asked' | 'perhaps' | 'not_asked';
  /** Numbers of the points that it may belong to. */
  points: number[];
}

/** A point's place on the trim; null when none was given, or its page is unknown. */
function spotOf(point: Point, before: Proof): { x: number; y: number } | null {
  const page = before.pages.find(({ number }) => number === point.page);
  if (!page || point.x === null || point.y === null) return null;
  return {
    x: (point.x * page.width_px - page.trim_px.x) / page.pixels_per_mm,
    y: (point.y * page.height_px - page.trim_px.y) / page.pixels_per_mm,
  };
}

function nearness(before: Proof, number: number): number {
  const page = before.pages.find((each) => each.number === number);
  const long = page ? Math.max(page.trim_px.width, page.trim_px.height) / page.pixels_per_mm : 0;
  return Math.max(NEAR_MM, NEAR_SHARE * long);
}

function distance({ x, y }: { x: number; y: number }, { x_mm, y_mm, width_mm, height_mm }: Place): number {
  const across = Math.max(x_mm - x, 0, x - (x_mm + width_mm));
  const down = Math.max(y_mm - y, 0, y - (y_mm + height_mm));
  return Math.hypot(across, down);
}

const MIN_NAMED = 2;

/** Whether the customer wrote these very words: "12" in "It should be 13, not 12". */
function names(point: Point, words: WordChange[]): boolean {
  const said = ` ${point.text.replace(/[^\p{L}\p{N}@.+-]+/gu, ' ')} `.toLocaleLowerCase();
  return words
    .flatMap(({ removed, added }) => [removed, added])
    .filter((run) => run.length >= MIN_NAMED)
    .some((run) => said.includes(` ${run.replace(/[^\p{L}\p{N}@.+-]+/gu, ' ').trim()} `.toLocaleLowerCase()));
}

function verdict(asked: Point[], perhaps: Point[], hasNote: boolean): Verdict {
  if (asked.length > 0) return { is: 'asked', points: asked.map(({ number }) => number) };
  if (perhaps.length > 0 || hasNote) return { is: 'perhaps', points: perhaps.map(({ number }) => number) };
  return { is: 'not_asked', points: [] };
}

const pointsOf = (requests: ChangeRequest[]) => requests.flatMap((request) => request.points);
const hasNote = (requests: ChangeRequest[]) => requests.some((request) => request.note !== null);

/** One place that changed. `requests` are those that were made of the version before. */
export function judgeRegion(
  page: ComparedPage,
  region: Region,
  before: Proof,
  requests: ChangeRequest[],
): Verdict {
  const here = pointsOf(requests).filter((point) => point.page === page.before);
  const asked = here.filter((point) => {
    const spot = spotOf(point, before);
    const isNear = spot && distance(spot, region.place) <= nearness(before, point.page);
    return isNear || names(point, region.words);
  });
  return verdict(
    asked,
    here.filter((point) => spotOf(point, before) === null),
    hasNote(requests),
  );
}

/** A page that was put in, taken out or moved, or whose text alone changed. */
export function judgePage(page: ComparedPage, before: Proof, requests: ChangeRequest[]): Verdict {
  const points = pointsOf(requests).filter((point) => page.before === null || point.page === page.before);
  return verdict(
    points.filter((point) => page.words.length > 0 && names(point, page.words)),
    points.filter((point) => spotOf(point, before) === null),
    hasNote(requests),
  );
}
