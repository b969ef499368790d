// The shop changes an order before it is charged: what is printed, its file, or its price. A signature given for what
// it was before ends in the same transaction, and the customer is told in plain words.
import { Conflict, Invalid } from '../errors';
import * as approval from './approval';
import * as artwork from './artwork';
import { readyOn } from './calendar';
import { type Db, lockOrder, now, type Trx, within } from './database';
import * as event from './event';
import * as message from './message';
import { findOrder, type Language, orderProof, type PlacedOrder, placed, specified } from './order';
import { move, type OrderState } from './order-state';
import { adjusted, adjustmentsOf, type Quote, type QuoteLine, quote } from './price';
import type { Choice, Product } from './product';
import type { Shop } from './setting';
import { randomCode } from './token';

export const MAX_LABEL_LENGTH = 80;
export const MAX_ADJUSTMENTS = 12;
const ADJUSTMENT_ID_LENGTH = 8;

const CHANGEABLE: OrderState[] = [
  'awaiting_artwork',
  'preparing',
  'proofed',
  'changes_requested',
  'approved',
];

/** True until the order is charged or cancelled. */
export const mayBeChanged = (state: OrderState): boolean => CHANGEABLE.includes(state);

/** What the colleague saw when deciding. All of it must be what holds now. */
export interface Seen {
  price_version: number;
  live_approval_id: string | null;
}

export interface Job {
  product: Product;
  choice: Choice;
  delivery_address: string | null;
}

export interface Wish {
  job?: Job;
  upload?: { sha256: string; bytes: number; media_type: string; name: string } | null;
  adjustments?: QuoteLine[];
  reason: string;
}

/** A value as it was and as it is, in one language. */
export interface Difference {
  what: string;
  from: string;
  to: string;
}

const WORDS: Record<Language, { product: string; address: string; file: string }> = {
  en: { product: 'Product', address: 'Delivery address', file: 'File' },
  fr: { product: 'Produit', address: 'Adresse de livraison', file: 'Fichier' },
};

/** What differs between two descriptions of a job, in the words in which it was ordered. */
export function differences(
  before: PlacedOrder,
  after: Pick<PlacedOrder, 'specification' | 'delivery_address'>,
  language: Language,
): Difference[] {
  const [old, fresh] = [before.specification.words[language], after.specification.words[language]];
  const words = WORDS[language];
  const labels = [...new Set([...old.lines, ...fresh.lines].map(({ label }) => label))];
  const valueIn = ({ lines }: typeof old, label: string) =>
    lines.find((line) => line.label === label)?.value ?? '–';
  return [
    { what: words.product, from: old.name, to: fresh.name },
    ...labels.map((label) => ({ what: label, from: valueIn(old, label), to: valueIn(fresh, label) })),
    { what: words.address, from: before.delivery_address ?? '–', to: after.delivery_address ?? '–' },
  ].filter(({ from, to }) => from !== to);
}

/** The price of another choice of the same order: the price list of today, and the lines that colleagues put in. */
export function priceOf(order: PlacedOrder, { product, choice }: Job, shop: Shop): Quote {
  return adjusted(quote(product, choice, shop), adjustmentsOf(order.quote));
}

/** A line of the shop's own. A discount is written as what it takes off. */
export function adjustment(
  kind: 'rush' | 'delivery' | 'extra' | 'discount',
  label: QuoteLine['label'],
  amount_cents: number,
): QuoteLine {
  return {
    kind,
    label,
    amount_cents: kind === 'discount' ? -amount_cents : amount_cents,
    adjustment_id: randomCode(ADJUSTMENT_ID_LENGTH),
  };
}

/**
 * Changes an order. What is printed or its file: a live signature ends, a fresh proof is made and must be signed.
 * Its price alone: the signature ends and the same proof waits with its new amount. Either way `price_version` grows
 * by one and the customer gets a letter. Conflict when the order is not what `seen` names (somebody signed or changed
 * it meanwhile), is being charged, or is paid; Invalid when nothing differs or the price would not be one.
 */
export async function change(
  db: Db,
  order_id: string,
  seen: Seen,
  wish: Wish,
  shop: Shop,
  staff_id: string,
): Promise<void> {
  await within(db, async (trx) => {
    await lockOrder(trx, order_id);
    const before = placed(await findOrder(trx, order_id));
    const isMoot = wish.upload && before.state === 'changes_requested';
    if (!mayBeChanged(before.state) || isMoot) throw new Conflict('conflict.change_order');
    if (before.price_version !== seen.price_version || before.live_approval_id !== seen.live_approval_id)
      throw new Conflict('conflict.order_changed');
    const price = priced(before, wish, shop);
    const job = wish.job
      ? { ...specified(wish.job.product, wish.job.choice), delivery_address: wish.job.delivery_address }
      : null;
    const isOtherPrint = job !== null && job.specification_sha256 !== before.specification_sha256;
    const isOtherPlace = job !== null && job.delivery_address !== before.delivery_address;
    const isOtherPrice = JSON.stringify(price.lines) !== JSON.stringify(before.quote.lines);
    if (!isOtherPrint && !isOtherPlace && !isOtherPrice && !wish.upload)
      throw new Invalid({ change: 'order_change.nothing' });

    const actor = event.byStaff(staff_id);
    const file = wish.upload ? await artwork.attach(trx, order_id, wish.upload, 'staff', actor) : null;
    const turnaround_days = wish.job
      ? (JSON.parse(job!.specification) as PlacedOrder['specification']).turnaround_days
      : before.specification.turnaround_days;
    await write(trx, before, isOtherPrint || file !== null, {
      ...job,
      ...(file && { current_artwork_id: file.id }),
      quote: JSON.stringify(price),
      total_cents: price.total_cents,
      currency: price.currency,
      price_version: before.price_version + 1,
      ...(isOtherPrint && { ready_on: readyOn(shop, now(), turnaround_days).ready_on }),
    });
    if (before.live_approval_id) {
      await approval.revoke(trx, order_id, before.live_approval_id, 'staff', 'order_changed', actor);
    }
    const after = placed(await findOrder(trx, order_id));
    await event.append(
      trx,
      order_id,
      'order.changed',
      actor,
      {
        reason: wish.reason,
        price_version: after.price_version,
        from_cents: before.total_cents,
        total_cents: after.total_cents,
        currency: after.currency,
        specification_sha256: after.specification_sha256,
        artwork: file?.id ?? null,
        revoked: before.live_approval_id,
        changes: withoutAddress(said(before, after, file), before.language),
      },
      { delivery_address: isOtherPlace ? after.delivery_address : null },
    );
    if (after.state === 'preparing') await orderProof(trx, after);
    await message.enqueue(trx, 'order-changed', after, `order-changed:${order_id}:${after.price_version}`, {
      from_cents: before.total_cents,
      to_cents: after.total_cents,
      changes: said(before, after, file),
      was_signed: before.live_approval_id !== null,
    });
  });
}

function priced(before: PlacedOrder, wish: Wish, shop: Shop): Quote {
  const base = wish.job ? priceOf(before, wish.job, shop) : before.quote;
  const price = wish.adjustments ? adjusted(base, wish.adjustments) : base;
  if (price.currency !== before.currency) throw new Conflict('conflict.currency');
  if (price.total_cents < 1) throw new Invalid({ amount: 'order_change.too_low' });
  if (adjustmentsOf(price).length > MAX_ADJUSTMENTS)
    throw new Invalid({ amount: 'order_change.too_many_lines' }, 'invalid', { n: MAX_ADJUSTMENTS });
  return price;
}

// The chain keeps no address; a commitment to it stands in the line, and the value where it can be erased.
const withoutAddress = (changes: Array<{ what: string; from: string; to: string }>, language: Language) =>
  changes.map((each) =>
    each.what === WORDS[language].address ? { what: each.what, from: '…', to: '…' } : each,
  );

// In the customer's language: the same words go into the letter and into the history.
function said(before: PlacedOrder, after: PlacedOrder, file: artwork.Artwork | null) {
  const { language } = before;
  const changes: Difference[] = differences(before, after, language);
  if (file) changes.push({ what: WORDS[language].file, from: '–', to: file.name });
  return changes.map(({ what, from, to }) => ({ what, from, to }));
}

// The state decides which move it is; each is one conditional UPDATE, and somebody who was faster makes it miss.
async function write(
  trx: Trx,
  before: PlacedOrder,
  needsProof: boolean,
  set: Record<string, unknown>,
): Promise<void> {
  const { id, state, price_version, live_approval_id } = before;
  const where = { price_version, live_approval_id, state };
  const key = 'conflict.order_changed';
  const isDrawn = state === 'preparing' || state === 'proofed' || state === 'approved';
  if (needsProof && isDrawn)
    return move(trx, id, 'change_order', { where, set: { ...set, live_approval_id: null }, key });
  if (state === 'awaiting_artwork' && set.current_artwork_id)
    return move(trx, id, 'submit_artwork', { where, set, key });
  if (state === 'approved')
    return move(trx, id, 'withdraw_approval', { where, set: { ...set, live_approval_id: null }, key });
  const changed = await trx('orders')
    .where({ id, ...where })
    .update(set);
  if (changed === 0) throw new Conflict(key);
}
