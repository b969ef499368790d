// A person's data go; the history stays whole. Lines carry commitments, and what opens them is taken away here.
// The typed name stays: it is the signature. So do words that were signed or said, and what the books must keep.
import { Conflict } from '../errors';
import { type Db, lockOrder, now, type Trx } from './database';
import * as dispute from './dispute';
import * as event from './event';
import * as legalHold from './legal-hold';
import type { Page } from './proof';
import * as task from './task';

/** An order in one of these is over: nobody needs to be reached about it any more. */
export const CLOSED_STATES = ['handed_over', 'cancelled', 'draft'];
/** Stands where a name stood. */
export const NOBODY = '–';

export type Because = 'request' | 'retention';
export type Refusal = 'erased_already' | 'still_open' | 'held' | 'matter_open' | 'letter_waits';

const SHA256 = /\b[0-9a-f]{64}\b/g;

/** Something with the order's customer that is not settled: its facts must still be there when it is. */
const OPEN_MATTERS: Array<(db: Db, order_id: string) => Promise<unknown>> = [
  (db, order_id) => db('job_holds').where({ order_id, lifted_at: null }).first('id'),
  async (db, order_id) =>
    (await db('disputes').where({ order_id }).select('status')).find((each) => !dispute.isClosed(each)),
  (db, order_id) => db('fraud_warnings').where({ order_id, answered_at: null, is_actionable: 1 }).first('id'),
  (db, order_id) => db('refunds').where({ order_id }).whereIn('state', ['requested', 'pending']).first('id'),
];

/** Why an order's data cannot be erased now, or null. */
export async function refusalOrNull(db: Db, order_id: string): Promise<Refusal | null> {
  const { state, erased_at } = await db('orders').where({ id: order_id }).first('state', 'erased_at');
  if (erased_at) return 'erased_already';
  if (!CLOSED_STATES.includes(state)) return 'still_open';
  if (await legalHold.ofOrderOrNull(db, order_id)) return 'held';
  for (const isOpen of OPEN_MATTERS) if (await isOpen(db, order_id)) return 'matter_open';
  return null;
}

/**
 * Erases what the shop keeps of an order's customer, and with `with_files` artwork, proofs and press files too. Files
 * are removed by a task afterwards. Conflict when the order is not over, on hold, in dispute, or erased already.
 */
export async function erase(
  db: Db,
  order_id: string,
  actor: event.Actor,
  { because, with_files }: { because: Because; with_files: boolean },
): Promise<void> {
  await db.transaction(async (trx) => {
    await lockOrder(trx, order_id);
    const refusal = await refusalOrNull(trx, order_id);
    if (refusal) throw new Conflict(`evidence.${refusal}`);
    await dropWork(trx, order_id);
    const erased_at = now();
    const files = await filesOf(trx, order_id, with_files);
    const outbox = await lettersInOutbox(trx, order_id);
    await forgetPerson(trx, order_id, erased_at);
    await event.append(trx, order_id, 'personal_data.erased', actor, { because, with_files });
    await task.enqueue(
      trx,
      'remove_files',
      { files, outbox },
      { key: `remove:${order_id}`, order_id, again: true },
    );
  });
}

/** What would write or send again what goes now. One that is in hand is waited for, by a person. */
const WRITING: task.TaskKind[] = [
  'send_message',
  'make_record',
  'check_artwork',
  'render_proof',
  'compare_proofs',
];

async function dropWork(trx: Trx, order_id: string): Promise<void> {
  const writing = () => trx('tasks').where({ order_id }).whereIn('kind', WRITING);
  if (await writing().where({ state: 'leased' }).first('id')) throw new Conflict('evidence.letter_waits');
  await writing()
    .where({ state: 'ready' })
    .update({ state: 'void', ended_at: now(), last_error: 'personal data erased' });
}

async function forgetPerson(trx: Trx, order_id: string, erased_at: string): Promise<void> {
  const { customer_id } = await trx('orders').where({ id: order_id }).first('customer_id');
  await trx('event_personal_data')
    .where({ order_id, erased_at: null })
    .update({ salt: null, value: null, erased_at });
  await trx('orders')
    .where({ id: order_id })
    .update({
      contact_name: NOBODY,
      contact_email: null,
      contact_phone: null,
      delivery_address: null,
      note: null,
      customer_id: null,
      // The private link opens nothing any more.
      link_token_sha256: `erased:${order_id}`,
      erased_at,
    });
  if (customer_id !== null) await forgetCustomer(trx, customer_id);
  const nothing = { to_address: '', subject: '', html: '', text: '', reply: null };
  await trx('messages').where({ order_id }).update(nothing);
  await trx('tasks')
    .where({ order_id })
    .whereIn('state', ['done', 'void', 'parked'])
    .update({ payload: '{}', last_error: null });
  await trx('disputes').where({ order_id }).update({ evidence: '{}', files: '[]' });
  await trx('billing_details').where({ order_id }).delete();
  await trx('known_devices').where({ order_id }).delete();
  await trx('sign_codes').where({ order_id }).delete();
  await trx('comparisons').where({ order_id }).delete();
  await trx('page_texts').whereIn('proof_id', trx('proofs').where({ order_id }).select('id')).delete();
}

/** A customer without any other order; one with an account that runs stays, for that is a contract of its own. */
async function forgetCustomer(trx: Trx, id: string): Promise<void> {
  if (await trx('orders').where({ customer_id: id }).first('id')) return;
  const terms: Array<{ revoked: string | null }> = await trx('account_terms as t')
    .leftJoin('account_revocations as r', 'r.terms_id', 't.id')
    .where('t.customer_id', id)
    .select('r.terms_id as revoked');
  if (terms.length === 0) await trx('customers').where({ id }).delete();
  else if (terms.every(({ revoked }) => revoked !== null))
    await trx('customers').where({ id }).update({ name: NOBODY, email: null, phone: null });
}

/**
 * The signed record and what went to a bank name device and address, so they always go; receipts and invoices are
 * books, and stay.
 */
async function filesOf(trx: Trx, order_id: string, with_files: boolean): Promise<string[]> {
  const papers: Array<{ sha256: string }> = await trx('papers')
    .where({ order_id, kind: 'record' })
    .select('sha256');
  const disputes: Array<{ files: string }> = await trx('disputes').where({ order_id }).select('files');
  const sent = disputes.flatMap(({ files }) => JSON.parse(files) as Array<{ sha256: string }>);
  const packs: Array<{ sha256: string }> = await trx('evidence_packs').where({ order_id }).select('sha256');
  const comparisons: Array<{ pages: string | null }> = await trx('comparisons')
    .where({ order_id })
    .select('pages');
  // Pictures of a comparison are named only by its row, which goes as well: it holds words of the pages.
  const compared = comparisons.flatMap(({ pages }) => pages?.match(SHA256) ?? []);
  const found = [...[...papers, ...sent, ...packs].map(({ sha256 }) => sha256), ...compared];
  if (!with_files) return found;
  const artworks: Array<{ file_sha256: string }> = await trx('artworks')
    .where({ order_id })
    .select('file_sha256');
  const press: Array<{ sha256: string }> = await trx('press_files').where({ order_id }).select('sha256');
  const proofs: Array<{ sha256: string; pages: string }> = await trx('proofs')
    .where({ order_id })
    .select('sha256', 'pages');
  const images = proofs.flatMap(({ pages }) =>
    (JSON.parse(pages) as Page[]).flatMap((page) => [page.image_sha256, page.thumbnail_sha256]),
  );
  const photos: Array<{ sha256: string; shown: string | null }> = await trx('photos')
    .join('files', 'files.sha256', 'photos.file_sha256')
    .where({ order_id })
    .select('files.sha256', 'files.shown_sha256 as shown');
  const attachments: Array<{ attachment_sha256: string }> = await trx('recorded_approvals')
    .where({ order_id })
    .select('attachment_sha256');
  return [
    ...new Set([
      ...found,
      ...artworks.map(({ file_sha256 }) => file_sha256),
      ...press.map(({ sha256 }) => sha256),
      ...proofs.map(({ sha256 }) => sha256),
      ...images,
      ...photos.flatMap(({ sha256, shown }) => (shown ? [sha256, shown] : [sha256])),
      ...attachments.map(({ attachment_sha256 }) => attachment_sha256),
    ]),
  ];
}

/** Where no mail server is set, letters lie in a folder; their file's name is what the folder answered. */
async function lettersInOutbox(trx: Trx, order_id: string): Promise<string[]> {
  const rows: Array<{ reply: string | null }> = await trx('messages')
    .where({ order_id, state: 'kept' })
    .select('reply');
  return rows.flatMap(({ reply }) => reply ?? []);
}

/** Every column that names a file, for the question whether another order still needs the same bytes. */
const FILE_COLUMNS = [
  ['artworks', 'file_sha256'],
  ['proofs', 'sha256'],
  ['press_files', 'sha256'],
  ['papers', 'sha256'],
  ['photos', 'file_sha256'],
  ['recorded_approvals', 'attachment_sha256'],
] as const;

/** Whether an order whose files were not removed holds the same bytes. */
export async function isStillNeeded(db: Db, order_id: string, sha256: string): Promise<boolean> {
  for (const [table, column] of FILE_COLUMNS) {
    const other = await db(table)
      .join('orders', 'orders.id', `${table}.order_id`)
      .where(`${table}.${column}`, sha256)
      .whereNot(`${table}.order_id`, order_id)
      .whereNull('orders.erased_at')
      .first('orders.id');
    if (other) return true;
  }
  for (const table of ['proofs', 'comparisons']) {
    const shown = await db(table).whereNot({ order_id }).where('pages', 'like', `%${sha256}%`).first('id');
    if (shown) return true;
  }
  return false;
}
