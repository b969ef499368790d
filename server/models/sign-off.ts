// What somebody is about to sign, word for word, and what must be true before they may.
import type { Finding } from './artwork';
import { readyOn } from './calendar';
import * as changeRequest from './change-request';
import { type Db, now } from './database';
import * as device from './device';
import { fixesInWords } from './fix-wording';
import type { Language, PlacedOrder } from './order';
import * as payment from './payment';
import * as pressFile from './press-file';
import { formatMoney } from './price';
import * as proof from './proof';
import type { Shop } from './setting';
import * as statement from './statement';
import { sha256 } from './token';
import { chargeWords, dateWords, pagesWords, piecesWords } from './wording';

export interface Tick {
  key: string;
  kind: 'base' | 'product' | 'warning';
  /** `**bold**` marks the part that is set in bold. */
  text: string;
}

export interface SignOff {
  language: Language;
  version: number;
  paragraphs: string[];
  ticks: Tick[];
  /** Everything above as one text: what is stored, hashed and signed. */
  text: string;
  sha256: string;
  ready_on: string;
  cutoff_at: string;
  amount: string;
}

export const MIN_NAME_LETTERS = 2;
export const MAX_NAME_LENGTH = 120;
/** Fewer points than this, or all on one line, is a slip of the finger. */
export const MIN_STROKE_POINTS = 3;
export const MAX_STROKE_POINTS = 20_000;
const STRAIGHT_LINE_TOLERANCE_PX = 1.5;

const BASE_TICKS = ['text', 'spec', 'cut', 'colour'];

const warningKey = (finding: Finding, index: number) => `warning-${index + 1}-${finding.code}`;

/** Composes the statement for this proof in the signer's language. Deterministic within one promised date. */
export async function compose(
  db: Db,
  order: PlacedOrder,
  current: proof.Proof,
  shop: Shop,
  language: Language,
): Promise<SignOff> {
  const sentences = await statement.current(db, language);
  const sentence = (key: string) => {
    const found = sentences.get(key);
    if (!found) throw new Error(`statement: ${key} is not published in ${language}`);
    return found;
  };
  const words = current.specification.words[language];
  const { ready_on, cutoff_at } = readyOn(shop, now(), current.specification.turnaround_days);
  const amount = formatMoney(order.total_cents, order.currency, language);
  const values = {
    pages: pagesWords(current.page_count, language),
    v: current.version,
    shop: shop.name,
    qty: words.quantity,
    product: words.name,
    ready_date: dateWords(ready_on, 'day', language, shop.time_zone),
    cutoff: dateWords(cutoff_at, 'datetime', language, shop.time_zone),
    amount,
    charge_when: chargeWords(stopWindow(order, shop), language),
    details: [words.size, words.sides, piecesWords(words.quantity, language), words.paper, words.finishing]
      .filter(Boolean)
      .join(', '),
  };
  const done = (await pressFile.findOrNull(db, current.id))?.derivation.fixes ?? [];
  const fixes = (by: 'customer' | 'staff') => done.filter((fix) => (fix.chosen_by ?? 'customer') === by);
  const isCard = order.payment_method === 'card';
  const keys = ['signoff', isCard ? 'signoff.card' : 'signoff.counter'];
  if (shop.withdrawal_notice) keys.push('signoff.withdrawal');
  const paragraphs = keys.flatMap((key) => statement.fill(sentence(key).text, values).split('\n'));
  for (const [by, key] of [
    ['customer', 'signoff.fixes'],
    ['staff', 'signoff.fixes_by_shop'],
  ] as const) {
    if (fixes(by).length === 0) continue;
    const said = { ...values, fixes: fixesInWords(fixes(by), language) };
    paragraphs.push(statement.fill(sentence(key).text, said));
  }

  const ticks: Tick[] = [
    ...BASE_TICKS.map(
      (key): Tick => ({ key, kind: 'base', text: statement.fill(sentence(`tick.${key}`).text, values) }),
    ),
    ...current.specification.statements.map(
      (own): Tick => ({ key: own.key, kind: 'product', text: own.text[language] }),
    ),
    ...proof.warnings(current).map(
      (finding, index): Tick => ({
        key: warningKey(finding, index),
        kind: 'warning',
        text: statement.fill(sentence('tick.warning').text, { finding: finding.text[language] }),
      }),
    ),
  ];
  const text = [...ticks.map((tick) => `☑ ${tick.text}`), ...paragraphs].join('\n').replaceAll('**', '');
  return {
    language,
    version: sentence('signoff').version,
    paragraphs,
    ticks,
    text,
    sha256: sha256(text),
    ready_on,
    cutoff_at,
    amount,
  };
}

/** Minutes in which the customer may take an approval back: none at the counter, where a person can be asked. */
export const stopWindow = (order: { payment_method: 'card' | 'counter' | null }, shop: Shop): number =>
  order.payment_method === 'card' ? shop.stop_window_minutes : 0;

export interface Stroke {
  /** Canvas pixels and milliseconds since the epoch, whole numbers. */
  points: Array<{ x: number; y: number; time: number }>;
}

/** Reads the strokes that the page sends; anything that is not a plain list of points is no signature. */
export function readStrokes(json: string): Stroke[] {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    return [];
  }
  if (!Array.isArray(read)) return [];
  let left = MAX_STROKE_POINTS;
  return read.flatMap((stroke): Stroke[] => {
    const points: unknown[] = Array.isArray(stroke?.points) ? stroke.points : [];
    const plain = points.slice(0, left).flatMap((point) => {
      const { x, y, time } = (point ?? {}) as Record<string, unknown>;
      const isPlain = [x, y, time].every((value) => typeof value === 'number' && Number.isFinite(value));
      return isPlain
        ? [{ x: Math.round(x as number), y: Math.round(y as number), time: Math.round(time as number) }]
        : [];
    });
    left -= plain.length;
    return plain.length > 0 ? [{ points: plain }] : [];
  });
}

/** True when at least one stroke has enough points and bends. */
export function isSignature(strokes: Stroke[]): boolean {
  return strokes.some(({ points }) => {
    if (points.length < MIN_STROKE_POINTS) return false;
    const [a] = points;
    const b = points.reduce((far, point) =>
      Math.hypot(point.x - a.x, point.y - a.y) > Math.hypot(far.x - a.x, far.y - a.y) ? point : far,
    );
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length === 0) return false;
    return points.some(
      (p) =>
        Math.abs((b.x - a.x) * (a.y - p.y) - (a.x - p.x) * (b.y - a.y)) / length > STRAIGHT_LINE_TOLERANCE_PX,
    );
  });
}

export interface Submission {
  ticks: Record<string, string>;
  typed_name: string;
  signature_method: 'drawn' | 'typed';
  strokes: Stroke[];
  signature_typed_name: string;
  signature_typed_confirm: boolean;
}

export type GateKey = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9';

export interface Gate {
  key: GateKey;
  is_met: boolean;
  /** Which page, tick or field it waits for; shown and focused on the page. */
  subject: string;
  vars: Record<string, string | number>;
}

export interface Signer {
  device_sha256: string;
  /** Set when staff opened the proof on a tablet for the person in front of them. */
  counter_session_id: string | null;
}

const letters = (name: string) => name.match(/\p{L}/gu)?.length ?? 0;

export const sameName = (a: string, b: string) =>
  a.normalize('NFC').trim().replace(/\s+/g, ' ').toLocaleLowerCase() ===
  b.normalize('NFC').trim().replace(/\s+/g, ' ').toLocaleLowerCase();

/**
 * Every condition of a signature as the server sees it now: one entry for each page to look at, each statement to
 * tick, and each field. G10, once, is the idempotency key of the approval. Without a submission the answers count
 * as not given yet.
 */
export async function gates(
  db: Db,
  order: PlacedOrder,
  current: proof.Proof,
  signOff: SignOff,
  signer: Signer,
  submission: Submission | null,
): Promise<Gate[]> {
  const seen = await proof.pagesSeen(db, current.id, signer.device_sha256);
  const requests = await changeRequest.ofOrder(db, order.id);
  const isKnown =
    signer.counter_session_id !== null || (await device.isKnown(db, order.id, signer.device_sha256));
  const hold = order.payment_method === 'card' ? await payment.usableHoldOrNull(db, order.id) : null;
  const gate = (key: GateKey, is_met: boolean, subject: string, vars: Gate['vars'] = {}): Gate => ({
    key,
    is_met,
    subject,
    vars,
  });
  const isSigned =
    submission !== null &&
    (submission.signature_method === 'drawn'
      ? isSignature(submission.strokes)
      : submission.signature_typed_confirm &&
        sameName(submission.signature_typed_name, submission.typed_name));
  const name = submission?.typed_name.trim() ?? '';
  const isIssued = order.state === 'proofed' || order.state === 'approved';
  return [
    gate('G1', order.current_proof_id === current.id && isIssued && !proof.hasExpired(current), 'proof'),
    ...current.pages.map(({ number }) => gate('G2', seen.has(number), `page-${number}`, { page: number })),
    gate('G3', changeRequest.openPoints(requests).length === 0, 'changes'),
    ...signOff.ticks.map((tick) =>
      gate(tick.kind === 'warning' ? 'G4' : 'G5', Boolean(submission?.ticks[tick.key]), `tick-${tick.key}`),
    ),
    gate('G6', letters(name) >= MIN_NAME_LETTERS && name.length <= MAX_NAME_LENGTH, 'typed_name'),
    gate('G7', isSigned, 'signature'),
    gate('G8', isKnown, 'code'),
    gate('G9', order.payment_method === 'counter' || hold !== null, 'payment'),
  ];
}
