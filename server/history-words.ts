// One line of an order's history as a sentence, for a page and for a paper.
import type { Event } from './models/event';
import type { Words } from './words';

export interface Teller {
  t: Words;
  money(cents: number, currency: string): string;
  date(iso: string, style: 'short'): string;
}

/** What happened, in the teller's language. */
export function eventInWords(
  { t, money, date }: Teller,
  { type, data }: Pick<Event, 'type' | 'data'>,
): string {
  const known = (key: string, value: unknown) => (value ? t(`staff:${key}.${value}`) : '');
  const cents = data.amount_cents ?? data.total_cents;
  const points = Array.isArray(data.points) ? data.points.length : 0;
  const isRefused = type === 'artwork.checked' && data.is_accepted === false;
  return t(`staff:history.${type.replace('.', '_')}${isRefused ? '_refused' : ''}`, {
    ...data,
    count: points,
    from_amount: typeof data.from_cents === 'number' ? money(data.from_cents, String(data.currency)) : '',
    amount: typeof cents === 'number' ? money(cents, String(data.currency)) : '',
    ready: typeof data.ready_on === 'string' ? date(data.ready_on, 'short') : '',
    channel: known('channels', data.channel),
    given_by: data.given_by ? t(`record:ways.${data.given_by}`) : '',
    tender: known('tenders', data.tender),
    answer: known('answers', data.answer),
    letter: known('templates', data.template),
    paper: type === 'record.made' ? known('papers', data.kind) : '',
  });
}

const REASONS = ['draft_given_up', 'customer_cancelled', 'stopped_by_customer', 'order_changed'];

/** What somebody said with it, or null. */
export function eventNote({ t }: Pick<Teller, 't'>, { data }: Pick<Event, 'data'>): string | null {
  const said = data.reason ?? data.text ?? data.note;
  if (typeof said !== 'string') return null;
  const because = REASONS.includes(said) ? t(`staff:reasons.${said}`) : said;
  return [...differences(data.changes), because].join('\n');
}

function differences(changes: unknown): string[] {
  if (!Array.isArray(changes)) return [];
  return changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`);
}

const ACTORS = ['customer', 'system', 'stripe'] as const;

/** Who did it; colleagues by name. */
export function actorInWords(
  { t }: Pick<Teller, 't'>,
  { actor: { kind, id } }: Pick<Event, 'actor'>,
  names: Map<string, string>,
): string {
  return kind === 'staff'
    ? (names.get(id ?? '') ?? t('staff:actors.staff'))
    : t(`staff:actors.${ACTORS.find((known) => known === kind)}`);
}
