// The promise as the database keeps it: what may never be edited, and what may never happen without a signature.
// One list for both databases. knex rebuilds a table on SQLite for some alterations and drops its triggers
// without a word, so they are put back after every migration and looked for at every start.
import type { Knex } from 'knex';
import { now } from './models/database';
import { sha256 } from './models/token';
import { definitionsOf, installTriggers, type Safeguard, strangers, writtenAs } from './triggers';

/** Evidence: written once. `keys` are the unique keys, which SQLite's INSERT OR REPLACE would walk over. */
export const EVIDENCE: Record<string, string[][]> = {
  artworks: [['id']],
  proofs: [['id'], ['sha256'], ['order_id', 'version']],
  press_files: [['proof_id', 'kind']],
  artwork_choices: [['id'], ['artwork_id', 'print_sha256', 'question', 'round']],
  page_views: [['proof_id', 'page', 'device_sha256']],
  change_requests: [['id'], ['order_id', 'round']],
  change_points: [['id'], ['change_request_id', 'number']],
  change_answers: [['id']],
  statements: [['key', 'version', 'language']],
  approvals: [['id'], ['idempotency_key'], ['event_hash']],
  approval_withdrawals: [['approval_id']],
  tickets: [['order_id'], ['approval_id'], ['scan_code']],
  events: [['order_id', 'seq'], ['hash'], ['order_id', 'prev_hash']],
  photos: [['id']],
  piece_counts: [['order_id']],
  recorded_approvals: [['approval_id']],
  handovers: [['order_id']],
  papers: [['id'], ['kind', 'subject_id']],
  evidence_packs: [['id']],
  timestamps: [['kind', 'subject_id']],
  anchors: [['day'], ['sha256']],
  account_terms: [['id']],
  account_revocations: [['terms_id']],
  journal_lines: [['seq'], ['subject'], ['prev_hash'], ['hash']],
  invoices: [['id'], ['number'], ['subject'], ['series', 'seq']],
  invoice_papers: [['invoice_id']],
};

/** Tables whose rows change and never go. */
export const KEPT = ['payments', 'refunds'];

const LIVE = 'NOT EXISTS (SELECT 1 FROM approval_withdrawals w WHERE w.approval_id = a.id)';

const CAPTURE_WITHOUT_APPROVAL = `NEW.captured_cents > 0 AND NEW.state <> 'captured_unapproved' AND NOT EXISTS (
  SELECT 1 FROM approvals a JOIN orders o ON o.id = a.order_id
  WHERE a.id = NEW.approval_id AND a.order_id = NEW.order_id AND a.proof_id = o.current_proof_id
    AND a.price_version = o.price_version AND a.currency = NEW.currency
    AND NEW.captured_cents <= a.total_cents AND ${LIVE})`;

// Paid, or put on the account that an owner granted this customer.
const CAPTURED_IN_FULL = `SELECT 1 FROM approvals a
  JOIN orders o ON o.id = a.order_id AND o.current_proof_id = a.proof_id AND o.price_version = a.price_version
  JOIN payments p ON p.approval_id = a.id AND p.order_id = a.order_id
  WHERE ((p.captured_cents >= a.total_cents AND p.state <> 'captured_unapproved')
    OR (p.tender = 'account' AND p.amount_cents >= a.total_cents)) AND ${LIVE}`;

const ON_ACCOUNT = "x.tender = 'account' AND x.state = 'on_account'";
const WITHIN_TERMS = `EXISTS (SELECT 1 FROM account_terms t JOIN orders o ON o.id = NEW.order_id AND o.customer_id = t.customer_id
  JOIN approvals a ON a.id = NEW.approval_id AND a.order_id = o.id AND a.total_cents = NEW.amount_cents AND ${LIVE}
  WHERE t.currency = NEW.currency AND NOT EXISTS (SELECT 1 FROM account_revocations r WHERE r.terms_id = t.id)
    AND NEW.amount_cents + COALESCE((SELECT SUM(x.amount_cents) FROM payments x JOIN orders y ON y.id = x.order_id
      WHERE ${ON_ACCOUNT} AND y.customer_id = t.customer_id), 0) <= t.limit_cents)`;

const RELEASED_STATES = "('released', 'printing', 'finishing', 'ready', 'handed_over')";

const PROMISE: Safeguard[] = [
  {
    name: 'approval_matches_current_proof',
    table: 'approvals',
    before: 'insert',
    when: `NOT EXISTS (
      SELECT 1 FROM proofs p JOIN orders o ON o.id = p.order_id AND o.current_proof_id = p.id
      WHERE p.id = NEW.proof_id AND p.order_id = NEW.order_id AND p.sha256 = NEW.proof_sha256
        AND p.artwork_sha256 = NEW.artwork_sha256 AND p.specification_sha256 = NEW.specification_sha256
        AND o.specification_sha256 = NEW.specification_sha256 AND o.total_cents = NEW.total_cents
        AND o.currency = NEW.currency AND o.price_version = NEW.price_version)`,
    says: 'an approval names the current proof, its specification and its amount',
  },
  {
    name: 'approval_at_counter_is_shown_or_recorded',
    table: 'approvals',
    before: 'insert',
    when: `NEW.channel = 'counter' AND NEW.tablet_id IS NULL AND NOT EXISTS (
      SELECT 1 FROM recorded_approvals r JOIN files f ON f.sha256 = r.attachment_sha256
      WHERE r.approval_id = NEW.id AND r.order_id = NEW.order_id AND r.staff_id = NEW.witness_staff_id
        AND length(r.reason) > 0)`,
    says: 'an approval without a tablet needs a colleague, a reason and an attachment',
  },
  {
    name: 'approval_is_the_only_live_one',
    table: 'approvals',
    before: 'insert',
    when: `EXISTS (SELECT 1 FROM approvals a WHERE a.order_id = NEW.order_id AND ${LIVE})`,
    says: 'an order has one live approval',
  },
  {
    name: 'withdrawal_comes_before_release',
    table: 'approval_withdrawals',
    before: 'insert',
    when: 'EXISTS (SELECT 1 FROM tickets t WHERE t.approval_id = NEW.approval_id)',
    says: 'an approval whose job is released stands',
  },
  {
    name: 'payment_is_captured_after_approval_insert',
    table: 'payments',
    before: 'insert',
    when: CAPTURE_WITHOUT_APPROVAL,
    says: 'nothing is captured without a live approval of the current proof',
  },
  {
    name: 'payment_is_captured_after_approval_update',
    table: 'payments',
    before: 'update',
    when: `(OLD.captured_cents <> NEW.captured_cents OR OLD.state <> NEW.state OR OLD.order_id <> NEW.order_id
      OR OLD.approval_id IS DISTINCT FROM NEW.approval_id) AND ${CAPTURE_WITHOUT_APPROVAL}`,
    says: 'nothing is captured without a live approval of the current proof',
  },
  {
    name: 'account_is_granted_and_within_its_limit',
    table: 'payments',
    before: 'insert',
    when: `NEW.tender = 'account' AND (NEW.state <> 'on_account' OR NEW.captured_cents > 0 OR NOT ${WITHIN_TERMS})`,
    says: 'nothing is put on an account that no owner granted, or beyond its limit',
  },
  {
    name: 'account_charge_is_only_settled',
    table: 'payments',
    before: 'update',
    when: `(OLD.tender = 'account' OR NEW.tender = 'account') AND (OLD.tender <> NEW.tender
      OR OLD.amount_cents <> NEW.amount_cents OR OLD.order_id <> NEW.order_id OR NEW.captured_cents > 0
      OR NEW.state NOT IN ('on_account', 'settled') OR (OLD.state = 'settled' AND NEW.state <> 'settled'))`,
    says: 'what was put on account is settled, and otherwise stays as it was',
  },
  {
    name: 'payments_are_kept',
    table: 'payments',
    before: 'delete',
    when: '1 = 1',
    says: 'payments are kept',
  },
  {
    name: 'refund_stays_within_its_payment',
    table: 'refunds',
    before: 'insert',
    when: `NEW.amount_cents < 1 OR NEW.amount_cents
      + COALESCE((SELECT SUM(r.amount_cents) FROM refunds r WHERE r.payment_id = NEW.payment_id
        AND r.state IN ('requested', 'pending', 'succeeded')), 0)
      > COALESCE((SELECT p.captured_cents FROM payments p WHERE p.id = NEW.payment_id
        AND p.order_id = NEW.order_id AND p.currency = NEW.currency), 0)`,
    says: 'no more is given back than came in',
  },
  {
    name: 'refund_keeps_its_amount',
    table: 'refunds',
    before: 'update',
    when: `OLD.amount_cents <> NEW.amount_cents OR OLD.payment_id <> NEW.payment_id OR OLD.order_id <> NEW.order_id
      OR OLD.currency <> NEW.currency OR (OLD.state IN ('failed', 'refused') AND NEW.state <> OLD.state)`,
    says: 'a refund keeps its amount, and one that failed is not revived',
  },
  {
    name: 'refunds_are_kept',
    table: 'refunds',
    before: 'delete',
    when: '1 = 1',
    says: 'refunds are kept',
  },
  {
    name: 'ticket_has_approval_and_payment',
    table: 'tickets',
    before: 'insert',
    when: `NOT EXISTS (${CAPTURED_IN_FULL} AND a.id = NEW.approval_id AND a.order_id = NEW.order_id
      AND a.proof_id = NEW.proof_id AND a.proof_sha256 = NEW.proof_sha256 AND p.id = NEW.payment_id)`,
    says: 'a job ticket needs a live approval of the current proof and its payment',
  },
  {
    name: 'press_file_is_of_its_proof',
    table: 'press_files',
    before: 'insert',
    when: `NOT EXISTS (SELECT 1 FROM proofs p WHERE p.id = NEW.proof_id AND p.order_id = NEW.order_id
      AND p.artwork_sha256 = NEW.artwork_sha256)`,
    says: 'a press file names the artwork of its proof',
  },
  {
    name: 'ticket_has_press_file',
    table: 'tickets',
    before: 'insert',
    when: `NOT EXISTS (SELECT 1 FROM press_files f WHERE f.proof_id = NEW.proof_id
      AND f.order_id = NEW.order_id AND f.kind = 'file')`,
    says: 'a job ticket needs the press file of its proof',
  },
  {
    name: 'order_starts_before_payment',
    table: 'orders',
    before: 'insert',
    when: `NEW.state = 'paid' OR NEW.state IN ${RELEASED_STATES}`,
    says: 'an order begins unpaid and unreleased',
  },
  {
    name: 'order_is_paid_after_approval',
    table: 'orders',
    before: 'update',
    when: `NEW.state = 'paid' AND OLD.state <> 'paid' AND NOT EXISTS (${CAPTURED_IN_FULL} AND a.order_id = NEW.id)`,
    says: 'an order is paid when its approved amount is captured',
  },
  {
    name: 'order_is_released_with_ticket',
    table: 'orders',
    before: 'update',
    when: `NEW.state IN ${RELEASED_STATES} AND NOT EXISTS (
      SELECT 1 FROM tickets t WHERE t.order_id = NEW.id AND t.proof_id = NEW.current_proof_id)`,
    says: 'nothing is printed without a job ticket for the current proof',
  },
  {
    name: 'order_is_ready_after_count',
    table: 'orders',
    before: 'update',
    when: `NEW.state = 'ready' AND OLD.state <> 'ready' AND NOT EXISTS (
      SELECT 1 FROM piece_counts c WHERE c.order_id = NEW.id)`,
    says: 'nothing is ready without a count of its pieces',
  },
  {
    name: 'order_is_handed_over_to_somebody',
    table: 'orders',
    before: 'update',
    when: `NEW.state = 'handed_over' AND OLD.state <> 'handed_over' AND NOT EXISTS (
      SELECT 1 FROM handovers h WHERE h.order_id = NEW.id)`,
    says: 'nothing is handed over without an acknowledgement',
  },
  {
    name: 'handover_is_acknowledged',
    table: 'handovers',
    before: 'insert',
    when: `(NEW.how = 'collected' AND NEW.signature_method IS NULL)
      OR (NEW.how = 'delivered' AND (NEW.carrier IS NULL OR NEW.sent_on IS NULL
        OR (NEW.tracking_number IS NULL AND NEW.photo_id IS NULL)))`,
    says: 'a hand-over is signed for, or names its carrier with a number or a photograph',
  },
  {
    name: 'event_continues_the_chain',
    table: 'events',
    before: 'insert',
    when: `NEW.seq <> COALESCE((SELECT MAX(e.seq) FROM events e WHERE e.order_id = NEW.order_id), 0) + 1
      OR NEW.prev_hash <> COALESCE((SELECT e.hash FROM events e WHERE e.order_id = NEW.order_id
        ORDER BY e.seq DESC LIMIT 1), '${'0'.repeat(64)}')`,
    says: 'an event follows the last event of its order',
  },
  {
    name: 'journal_line_continues_the_journal',
    table: 'journal_lines',
    before: 'insert',
    when: `NEW.seq <> COALESCE((SELECT MAX(j.seq) FROM journal_lines j), 0) + 1
      OR NEW.prev_hash <> COALESCE((SELECT j.hash FROM journal_lines j ORDER BY j.seq DESC LIMIT 1), '${'0'.repeat(64)}')`,
    says: 'a line of the journal follows the last one',
  },
  {
    name: 'invoice_follows_the_last_of_its_series',
    table: 'invoices',
    before: 'insert',
    when: 'NEW.seq <> COALESCE((SELECT MAX(i.seq) FROM invoices i WHERE i.series = NEW.series), 0) + 1',
    says: 'invoices are numbered without a gap',
  },
];

function safeguards(): Safeguard[] {
  const kept = Object.entries(EVIDENCE).flatMap(([table, keys]): Safeguard[] => {
    const says = `${table}: written once, never edited`;
    const same = keys.map(
      (columns) => `(${columns.map((column) => `r.${column} = NEW.${column}`).join(' AND ')})`,
    );
    return [
      { name: `${table}_never_updated`, table, before: 'update', when: '1 = 1', says },
      { name: `${table}_never_deleted`, table, before: 'delete', when: '1 = 1', says },
      {
        name: `${table}_never_replaced`,
        table,
        before: 'insert',
        when: `EXISTS (SELECT 1 FROM ${table} r WHERE ${same.join(' OR ')})`,
        says,
      },
    ];
  });
  return [...kept, ...PROMISE];
}

const KEY = 'safeguards';

/** What this database had when its safeguards were last put in: name and SHA-256 of each. */
interface Memory {
  kept: Record<string, string>;
}

async function recall(db: Knex): Promise<Memory | 'older' | null> {
  if (!(await db.schema.hasTable('settings'))) return null;
  const row = await db('settings').where({ key: KEY }).first();
  if (!row) return null;
  // Before there was a memory of every one, there was one hash of all of them.
  return row.value.startsWith('{') ? JSON.parse(row.value) : 'older';
}

const hashes = (definitions: Map<string, string>): Record<string, string> =>
  Object.fromEntries([...definitions].map(([name, text]) => [name, sha256(text)]));

const neverEmptied = [...Object.keys(EVIDENCE), ...KEPT];
const list = (db: Knex) => writtenAs(db, safeguards(), neverEmptied);

/** Names of safeguards that are absent, switched off or not as written here. */
export async function missingSafeguards(db: Knex): Promise<string[]> {
  const found = await definitionsOf(db);
  return [...list(db)].filter(([name, text]) => found.get(name) !== text).map(([name]) => name);
}

function complain(what: string): never {
  throw new Error(
    `${what} Somebody changed the database outside the portal: restore a backup, or ask who did it, before you serve orders from it.`,
  );
}

/**
 * Before a migration: what was put in last time is still there, word for word. Otherwise an upgrade would put back
 * without a word what somebody had taken away.
 */
export async function assertNothingTaken(db: Knex): Promise<void> {
  const memory = await recall(db);
  if (memory === 'older') return;
  if (memory === null) {
    const isUsed = (await db.schema.hasTable('events')) && (await db('events').first('hash')) !== undefined;
    if (isUsed) complain('The database no longer knows which safeguards it had.');
    return;
  }
  const found = hashes(await definitionsOf(db));
  const gone = Object.keys(memory.kept).filter((name) => found[name] !== memory.kept[name]);
  if (gone.length > 0) complain(`The database has lost a safeguard (${gone.join(', ')}).`);
}

/** Whether the safeguards of this version are not those that the database was last given. */
export async function areOutdated(db: Knex): Promise<boolean> {
  const memory = await recall(db);
  return (
    memory === null || memory === 'older' || JSON.stringify(memory.kept) !== JSON.stringify(hashes(list(db)))
  );
}

/**
 * Puts the safeguards in after a migration or an upgrade, and otherwise only looks: one that has gone missing
 * in between was removed by somebody, and that is for a person to explain. So is a trigger or rule that the portal
 * did not put there: one that swallows new lines is as good as one that deletes old ones.
 */
export async function keepSafeguards(db: Knex, schemaChanged: boolean): Promise<void> {
  if (schemaChanged || (await areOutdated(db))) {
    await installTriggers(db, safeguards(), neverEmptied);
    const value = JSON.stringify({ kept: hashes(list(db)) } satisfies Memory);
    await db('settings').insert({ key: KEY, value, updated_at: now() }).onConflict('key').merge();
  }
  const missing = await missingSafeguards(db);
  if (missing.length > 0) complain(`The database has lost a safeguard (${missing.join(', ')}).`);
  const strange = await strangers(db, list(db), [...neverEmptied, 'orders']);
  if (strange.length > 0)
    complain(`The database has a trigger or rule that is not ours (${strange.join(', ')}).`);
}
