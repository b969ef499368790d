// What somebody chose to have done about a finding. Nothing is preselected and nothing is done that nobody chose.
import { randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Conflict, Invalid, NotFound } from '../errors';
import type { Artwork, Finding, Report } from './artwork';
import { openPoints, ofOrder as requestsOf } from './change-request';
import { type Db, lockOrder, now, type Trx, within } from './database';
import * as event from './event';
import { findOrder, type Order, orderProof, type Specification } from './order';
import { may, move } from './order-state';
import type { Fix } from './press-file';
import { sha256 } from './token';

/** A finding that leaves something to choose. */
export interface Question {
  /** Names the finding within its report: code, page, and a number where there are several. */
  key: string;
  finding: Finding;
  offers: Fix[];
  /** False where the artwork cannot be printed as it is. */
  may_keep: boolean;
}

export interface Choice {
  question: string;
  finding_code: string;
  page: number | null;
  choice: 'fix' | 'keep';
  fix: Fix | null;
  chosen_by: 'customer' | 'staff';
  staff_id: string | null;
  chosen_at: string;
}

/** `keep`, or `fix-0` for the first of the question's offers. */
export type Answer = string;

/** Warnings may be kept or answered; a note only asks when there is something to offer. */
export function questionsOf(report: Report | null): Question[] {
  const seen = new Map<string, number>();
  return (report?.findings ?? []).flatMap((finding): Question[] => {
    const name = `${finding.code}-${finding.page ?? 0}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const offers = finding.offers ?? [];
    if (offers.length === 0 && finding.severity !== 'warning') return [];
    const key = count === 1 ? name : `${name}-${count}`;
    return [{ key, finding, offers, may_keep: finding.severity !== 'error' }];
  });
}

/** True when something was chosen that lets the press print what it cannot print as it is. */
export function answersErrors(report: Report | null, choices: Choice[]): boolean {
  const errors = (report?.findings ?? []).filter(({ severity }) => severity === 'error');
  const questions = questionsOf(report).filter(({ may_keep }) => !may_keep);
  return (
    errors.length > 0 &&
    questions.length === errors.length &&
    questions.every(({ key }) => choices.some(({ question, fix }) => question === key && fix !== null))
  );
}

const parse = (row: Record<string, unknown>): Choice & { round: number } =>
  ({ ...row, fix: row.fix ? JSON.parse(row.fix as string) : null }) as unknown as Choice & { round: number };

// Another quantity leaves a choice as it was; another size asks anew.
const printSha256 = (specification: Specification | null) =>
  sha256(canonicalize(specification?.print ?? null) as string);

/** What holds now for this artwork, for what the order asks of the print: the last answer to each question. */
export async function ofArtwork(
  db: Db,
  artwork_id: string,
  { specification }: Pick<Order, 'specification'>,
): Promise<Choice[]> {
  const print_sha256 = printSha256(specification);
  const rows = await db('artwork_choices').where({ artwork_id, print_sha256 }).orderBy('round');
  return [...new Map(rows.map(parse).map((choice) => [choice.question, choice])).values()];
}

/** What is to be done, each thing once, with who chose it. */
export function fixesOf(choices: Choice[]): Array<{ fix: Fix; chosen_by: Choice['chosen_by'] }> {
  const fixes = new Map<string, { fix: Fix; chosen_by: Choice['chosen_by'] }>();
  for (const { fix, chosen_by } of choices) {
    if (!fix) continue;
    const key = fix.fix === 'mirror_bleed' ? `${fix.fix} ${fix.page} ${fix.edges}` : fix.fix;
    fixes.set(key, { fix, chosen_by });
  }
  return [...fixes.values()];
}

/**
 * Keeps the answers that were given; a question without one stays open. Invalid for an answer that was never offered.
 * Returns whether what is to be done has changed.
 */
async function keep(
  trx: Trx,
  order: Order,
  artwork: Artwork,
  report: Report,
  answers: Record<string, Answer>,
  actor: event.Actor,
): Promise<boolean> {
  const print_sha256 = printSha256(order.specification);
  const before = await ofArtwork(trx, artwork.id, order);
  const given = questionsOf(report).flatMap((question) => {
    const answer = answers[question.key];
    if (answer === undefined || answer === '') return [];
    const fix = question.offers[/^fix-\d$/.test(answer) ? Number(answer.slice(4)) : -1] ?? null;
    if (!fix && !(answer === 'keep' && question.may_keep)) throw new Invalid({ choices: 'choices.unknown' });
    const held = before.find((each) => each.question === question.key);
    const is_same = held && JSON.stringify(held.fix) === JSON.stringify(fix);
    return is_same ? [] : [{ question, fix }];
  });
  if (given.length === 0) return false;
  const last = await trx('artwork_choices')
    .where({ artwork_id: artwork.id, print_sha256 })
    .max('round as round')
    .first();
  const round = Number(last?.round ?? 0) + 1;
  const chosen_at = now();
  for (const { question, fix } of given) {
    await trx('artwork_choices').insert({
      id: randomUUID(),
      order_id: order.id,
      artwork_id: artwork.id,
      print_sha256,
      question: question.key,
      finding_code: question.finding.code,
      page: question.finding.page,
      choice: fix ? 'fix' : 'keep',
      fix: fix && JSON.stringify(fix),
      chosen_by: actor.kind === 'staff' ? 'staff' : 'customer',
      staff_id: actor.kind === 'staff' ? actor.id : null,
      chosen_at,
      round,
    });
  }
  await event.append(trx, order.id, 'artwork.choice_made', actor, {
    artwork: artwork.id,
    choices: given.map(({ question, fix }) => ({
      finding: question.finding.code,
      page: question.finding.page,
      choice: fix ? fix.fix : 'keep',
      fix,
    })),
  });
  const after = await ofArtwork(trx, artwork.id, order);
  return JSON.stringify(fixesOf(before)) !== JSON.stringify(fixesOf(after));
}

/** While the order is being written: the proof will be made as chosen. Conflict once it is placed. */
export async function choose(
  db: Db,
  order_id: string,
  artwork: Artwork,
  report: Report,
  answers: Record<string, Answer>,
  actor: event.Actor,
): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const order = await findOrder(trx, order_id);
    if (order.state !== 'draft') throw new Conflict('conflict.placed_already');
    if (order.current_artwork_id !== artwork.id) throw new NotFound();
    await keep(trx, order, artwork, report, answers, actor);
  });
}

/** Whether a new version could be made of the same artwork, with something done to it. */
export const mayRemake = (order: Order): boolean =>
  may('rework', order.state) || may('submit_artwork', order.state);

/**
 * Makes a new version of the same artwork with what was chosen: instead of a proof that nobody has signed yet, of a
 * file that could not be used as it is, or after changes were asked for. Invalid when nothing is to be done
 * differently; Conflict when a change point is open or the order has moved on.
 */
export async function remake(
  db: Db,
  order_id: string,
  artwork: Artwork,
  report: Report,
  answers: Record<string, Answer>,
  actor: event.Actor,
): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const order = await findOrder(trx, order_id);
    if (openPoints(await requestsOf(trx, order_id)).length > 0) throw new Conflict('conflict.open_points');
    const verb = may('rework', order.state) ? 'rework' : 'submit_artwork';
    await move(trx, order_id, verb, { where: { current_artwork_id: artwork.id } });
    if (!(await keep(trx, order, artwork, report, answers, actor))) {
      throw new Invalid({ choices: 'choices.nothing_new' });
    }
    const wanted = fixesOf(await ofArtwork(trx, artwork.id, order));
    // The same file drawn another way is another proof: a task of its own.
    await orderProof(trx, await findOrder(trx, order_id), sha256(JSON.stringify(wanted)).slice(0, 16));
  });
}
