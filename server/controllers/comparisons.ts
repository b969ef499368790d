// What changed since the version before: online, at the counter and for staff the same page.
import type { Request, Response } from 'express';
import { NotFound } from '../errors';
import { stream } from '../middleware/stream';
import * as changeRequest from '../models/change-request';
import * as comparison from '../models/comparison';
import type { Db } from '../models/database';
import type { Order } from '../models/order';
import * as proof from '../models/proof';
import { portal, room } from '../portal';
import { currentProof, versionIn } from './proofs';

export const VIEWS = ['side', 'overlay', 'difference'] as const;
const IMAGE_AGE_S = 3600;

/** Two versions and what is known of their difference; null while it is being found out. */
export interface Compared {
  before: proof.Proof;
  after: proof.Proof;
  found: comparison.Comparison | null;
}

export async function comparedOf(db: Db, after: proof.Proof): Promise<Compared> {
  if (after.version === 1) throw new NotFound();
  const before = await proof.findVersion(db, after.order_id, after.version - 1);
  return { before, after, found: await comparison.withBeforeOrNull(db, after.id) };
}

type Change = comparison.Verdict & {
  number: number;
  words: comparison.WordChange[];
  /** Null for a change of the whole page. */
  region: { box: Record<'x' | 'y' | 'width' | 'height', number>; at: string; size: [number, number] } | null;
};

/** Which ninth of the page a place lies in: `top_left`, `middle_centre` … */
function ninthOf(place: comparison.Place, { trim_px, pixels_per_mm }: comparison.Pictures): string {
  const third = (middle: number, whole: number, names: [string, string, string]) =>
    names[Math.min(2, Math.max(0, Math.floor((3 * middle * pixels_per_mm) / whole)))];
  const down = third(place.y_mm + place.height_mm / 2, trim_px.height, ['top', 'middle', 'bottom']);
  const across = third(place.x_mm + place.width_mm / 2, trim_px.width, ['left', 'centre', 'right']);
  return `${down}_${across}`;
}

function boxOf(place: comparison.Place, { trim_px, pixels_per_mm }: comparison.Pictures) {
  const px = (mm: number) => Math.round(mm * pixels_per_mm);
  return {
    x: px(place.x_mm) + Math.round(trim_px.x),
    y: px(place.y_mm) + Math.round(trim_px.y),
    width: px(place.width_mm),
    height: px(place.height_mm),
  };
}

const statusOf = (page: comparison.ComparedPage) => {
  if (page.before === null) return 'put_in';
  if (page.after === null) return 'taken_out';
  if (page.is_moved) return 'moved';
  return page.is_same ? 'same' : 'changed';
};

function changesOf(
  page: comparison.ComparedPage,
  before: proof.Proof,
  requests: changeRequest.ChangeRequest[],
): Change[] {
  const { pictures } = page;
  const whole = statusOf(page);
  if (whole === 'same') return [];
  if (whole !== 'changed' || page.regions.length === 0 || !pictures) {
    return [{ ...comparison.judgePage(page, before, requests), number: 1, words: [], region: null }];
  }
  return page.regions.map((region, index) => ({
    ...comparison.judgeRegion(page, region, before, requests),
    number: index + 1,
    words: region.words,
    region: {
      box: boxOf(region.place, pictures),
      at: ninthOf(region.place, pictures),
      size: [region.place.width_mm, region.place.height_mm],
    },
  }));
}

/** 1, 2, 3, 7 becomes "1–3, 7". */
export function ranges(numbers: number[]): string {
  const runs: Array<[number, number]> = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}

/** What the view shows. `url` is the page's own address; pictures lie below it. */
export function comparisonLocals(
  { before, after, found }: Compared,
  all: changeRequest.ChangeRequest[],
  url: string,
  query: Request['query'],
) {
  const requests = all.filter((request) => request.proof_id === before.id);
  const pages = (found?.pages ?? []).map((page, index) => ({
    ...page,
    position: index + 1,
    status: statusOf(page),
    changes: changesOf(page, before, requests),
    picture_urls: Object.fromEntries(
      comparison.KINDS.map((kind) => [
        kind,
        page.pictures?.[`${kind}_sha256`] ? `${url}/${index + 1}/${kind}.webp` : null,
      ]),
    ),
  }));
  const changed = pages.filter((page) => page.changes.length > 0);
  const changes = changed.flatMap((page) => page.changes);
  const count = (is: comparison.Verdict['is']) => changes.filter((change) => change.is === is).length;
  const wanted = changed.find((page) => String(page.position) === query.page);
  const doubtful = changed.find((page) => page.changes.some((change) => change.is === 'not_asked'));
  return {
    from: before.version,
    to: after.version,
    state: !found ? 'waiting' : !found.pages ? 'failed' : changed.length === 0 ? 'same' : 'changed',
    shown: wanted ?? doubtful ?? changed[0] ?? null,
    changed,
    same: ranges(pages.filter((page) => page.status === 'same').map((page) => page.after as number)),
    counts: {
      all: changes.length,
      asked: count('asked'),
      perhaps: count('perhaps'),
      not_asked: count('not_asked'),
    },
    // Who sent the new file themselves did not ask us for each change in it.
    is_own_file: requests.some((request) => request.artwork_id === after.artwork_id),
    requests,
    view: VIEWS.find((known) => known === query.view) ?? 'side',
    url,
  };
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db } = portal(req);
  const { order: found, base, counter, device_sha256 } = room(req);
  const named = await proof.findVersion(db, found.id, versionIn(req));
  const back = `${base}/proof/${named.version}`;
  if (named.id !== found.current_proof_id || named.version === 1) {
    res.redirect(303, back);
    return;
  }
  const compared = await comparedOf(db, named);
  if (compared.found?.pages) await comparison.open(db, named, device_sha256);
  res.render('comparisons/show', {
    order: { ref: found.ref },
    ...comparisonLocals(compared, await changeRequest.ofOrder(db, found.id), `${back}/compare`, req.query),
    links: { back },
    kind: counter ? 'kiosk' : 'customer',
  });
}

/** One picture of a comparison, from the order's own files. */
export async function sendPicture(
  req: Request,
  res: Response,
  { found }: Compared,
  caching: string,
): Promise<void> {
  const page = found?.pages?.[Number(req.params.page) - 1];
  const kind = comparison.KINDS.find((known) => known === req.params.kind);
  const sha256 = kind && page?.pictures?.[`${kind}_sha256`];
  if (!sha256) throw new NotFound();
  const file = await portal(req).storage.open(sha256);
  res.set({ 'Content-Type': 'image/webp', 'Cache-Control': caching });
  await stream(res, file);
}

export const PICTURE_CACHING = `private, max-age=${IMAGE_AGE_S}, immutable`;

export async function image(req: Request, res: Response): Promise<void> {
  const compared = await comparedOf(portal(req).db, await currentProof(req));
  // The tablet forgets; a customer's own browser may keep the picture for the visit.
  await sendPicture(req, res, compared, room(req).counter ? 'no-store' : PICTURE_CACHING);
}

/** How much of the new version was asked for, for the page that asks for a signature; null when it is not known. */
export async function summaryOrNull(
  db: Db,
  order: Order,
  current: proof.Proof,
  all: changeRequest.ChangeRequest[],
  base: string,
) {
  if (current.version === 1 || order.current_proof_id !== current.id) return null;
  const url = `${base}/proof/${current.version}/compare`;
  const compared = await comparedOf(db, current);
  const { state, counts, is_own_file, from } = comparisonLocals(compared, all, url, {});
  return { state, counts, is_own_file, from, url };
}
