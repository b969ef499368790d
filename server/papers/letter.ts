// The e-mails a customer receives: what each one says, in which order, as HTML and as plain text.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { type Language, paperWords, type Words } from './words';

export const MAX_SUBJECT_CHARACTERS = 150;
export const MAX_GREETING_CHARACTERS = 40;

/** Known to every e-mail. All values of all e-mails are text as it shall be read, in the e-mail's language. */
interface Everywhere {
  first_name: string;
  ref: string;
  phone: string;
  staff_name: string;
  shop: string;
  /** The customer's private page, https. */
  link: string;
}

export interface MailValues {
  'order-received': Everywhere & {
    qty: string;
    product: string;
    proof_time: string;
    paid_at_counter: boolean;
  };
  'proof-ready': Everywhere & {
    product: string;
    order_date: string;
    v: string;
    cutoff: string;
    ready_date: string;
  };
  'changes-received': Everywhere & {
    list_of_changes: string[];
    v_next: string;
    proof_time: string;
    /** Only from the first round that is not included in the price. */
    round_price?: string | null;
  };
  approved: Everywhere & {
    v: string;
    date: string;
    time: string;
    amount: string;
    ready_date: string;
    /** Null when there is no window in which the order can be stopped; then `stop_link` is not used. */
    recall_time: string | null;
    stop_link: string | null;
    /** False when no receipt travels with the e-mail: an announced attachment must be there. */
    has_receipt?: boolean;
    /** `linked`: it is too large to travel with the e-mail, which says so. */
    proof?: 'enclosed' | 'linked';
  } & (
      | { paid_at_counter: false; last4: string; charge_time: string }
      | { paid_at_counter: true; last4?: string | null; charge_time?: string | null }
    );
  'in-production': Everywhere & { product: string; v: string; ready_date: string };
  'sign-code': Everywhere & { code: string };
  'order-link': Everywhere;
  'artwork-needed': Everywhere & { reason: string };
  'payment-needed': Everywhere & { v: string; amount: string };
  'approval-recorded': Everywhere & {
    person: string;
    name: string;
    v: string;
    product: string;
    amount: string;
    statement: string;
    /** Null when the letter is written after the time in which to object. */
    stop_time: string | null;
    paid_at_counter: boolean;
  };
  'approval-withdrawn': Everywhere & { v: string; reason: string };
  'order-ready': Everywhere & { product: string; address: string };
  'order-sent': Everywhere & {
    product: string;
    carrier: string;
    day: string;
    /** Null when a photograph of the parcel was taken instead. */
    tracking_number: string | null;
  };
  'order-changed': Everywhere & {
    product: string;
    /** What differs, a line each; empty when only the price is another. */
    changes: string[];
    old_amount: string;
    amount: string;
    same_amount: boolean;
    was_signed: boolean;
    /** sign: the proof waits with its new amount. proof: a new one is on its way. file: the order waits for a file. */
    next: 'sign' | 'proof' | 'file';
    /** The card must be reserved again: the new amount is more than what is reserved. */
    must_reserve: boolean;
  };
  'order-cancelled': Everywhere & { product: string; amount: string; paid_at_counter: boolean };
  refunded: Everywhere & {
    amount: string;
    reason: string;
    tender: 'card' | 'cash' | 'terminal';
    last4: string;
  };
  /** To the shop itself. */
  'refund-failed': Everywhere & { amount: string; customer: string };
  'dispute-opened': Everywhere & { amount: string; customer: string; due: string };
  'dispute-closed': Everywhere & { amount: string; customer: string; is_won: boolean };
  'fraud-warning': Everywhere & { amount: string; customer: string };
}

export type MailTemplate = keyof MailValues;
export type MailRequest = {
  [T in MailTemplate]: { template: T; language: Language; values: MailValues[T] };
}[MailTemplate];

export interface ComposedMail {
  subject: string;
  html: string;
  text: string;
}

type Line = { say: string } | { list: string[] } | { quote: string } | { code: string } | { button: string };

interface Letter {
  subject: string;
  lines: Line[];
  closing?: 'good_day';
  /** Chooses between the sentence for one and the sentence for several. */
  count?: number;
  extra?: Record<string, string>;
}

const LETTERS: { [T in MailTemplate]: (values: MailValues[T]) => Letter } = {
  'order-received': ({ paid_at_counter }) => ({
    subject: 'subject',
    lines: [
      { say: 'why' },
      { say: paid_at_counter ? 'counter' : 'card' },
      { button: 'button' },
      { say: 'help' },
    ],
  }),
  'proof-ready': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }, { say: 'help' }],
    closing: 'good_day',
  }),
  'changes-received': ({ list_of_changes, round_price }) => ({
    subject: 'subject',
    lines: [
      { say: 'why' },
      { list: list_of_changes },
      { say: round_price ? 'next_priced' : 'next' },
      { button: 'button' },
      { say: 'help' },
    ],
    count: list_of_changes.length,
    extra: { n: String(list_of_changes.length) },
  }),
  approved: ({ paid_at_counter, has_receipt = true, proof = 'enclosed', recall_time }) => ({
    subject: has_receipt ? 'subject' : 'subject_without_receipt',
    lines: [
      { say: paid_at_counter ? 'counter' : 'card' },
      { say: has_receipt ? 'enclosed' : 'enclosed_without_receipt' },
      { say: `proof_${proof}` },
      ...(recall_time ? [{ say: 'stop' }] : []),
      { button: 'button' },
    ],
  }),
  'in-production': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }],
  }),
  'sign-code': ({ code }) => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { code }, { say: 'next' }, { button: 'button' }, { say: 'help' }],
  }),
  'order-link': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { button: 'button' }, { say: 'private' }, { say: 'help' }],
  }),
  'artwork-needed': ({ reason }) => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { quote: reason }, { say: 'next' }, { button: 'button' }, { say: 'help' }],
  }),
  'payment-needed': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }, { say: 'help' }],
  }),
  'approval-recorded': ({ statement, stop_time, paid_at_counter }) => ({
    subject: 'subject',
    lines: [
      { say: 'why' },
      { quote: statement },
      { say: stop_time ? 'object' : 'late' },
      { say: paid_at_counter ? 'counter' : 'card' },
      { button: stop_time ? 'button' : 'button_late' },
      { say: 'help' },
    ],
  }),
  'approval-withdrawn': ({ reason }) => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { quote: reason }, { say: 'next' }, { button: 'button' }, { say: 'help' }],
  }),
  'order-ready': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }, { say: 'help' }],
  }),
  'order-sent': ({ tracking_number }) => ({
    subject: 'subject',
    lines: [
      { say: 'why' },
      ...(tracking_number ? [{ say: 'number' }] : []),
      { button: 'button' },
      { say: 'help' },
    ],
  }),
  'order-changed': ({ changes, same_amount, was_signed, next, must_reserve }) => ({
    subject: 'subject',
    lines: [
      { say: 'why' },
      ...(changes.length > 0 ? [{ list: changes }] : []),
      { say: same_amount ? 'same_amount' : 'amount' },
      ...(was_signed ? [{ say: 'signed' }] : []),
      { say: next },
      ...(must_reserve ? [{ say: 'reserve' }] : []),
      { button: 'button' },
      { say: 'help' },
    ],
  }),
  'order-cancelled': ({ paid_at_counter }) => ({
    subject: 'subject',
    lines: [
      { say: 'why' },
      { say: paid_at_counter ? 'counter' : 'card' },
      { button: 'button' },
      { say: 'help' },
    ],
  }),
  refunded: ({ tender, reason }) => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { quote: reason }, { say: tender }, { button: 'button' }, { say: 'help' }],
  }),
  'refund-failed': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }],
  }),
  'dispute-opened': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }],
  }),
  'dispute-closed': ({ is_won }) => ({
    subject: is_won ? 'subject_won' : 'subject_lost',
    lines: [{ say: is_won ? 'won' : 'lost' }, { button: 'button' }],
  }),
  'fraud-warning': () => ({
    subject: 'subject',
    lines: [{ say: 'why' }, { say: 'next' }, { button: 'button' }],
  }),
};

export const MAIL_TEMPLATES = Object.keys(LETTERS) as MailTemplate[];

const drawFrame = ejs.compile(
  readFileSync(path.join(__dirname, '../../../views/mail/frame.ejs'), 'utf8'),
) as (data: object) => string;

/**
 * One e-mail in one language. Values may come from strangers: they are escaped, kept to one line each, and
 * cannot reach a header. Throws when a value of the template is missing or a link is not http(s).
 */
export function composeMail(request: MailRequest): ComposedMail {
  const { template, language } = request;
  const words = paperWords('mail', language);
  const letter = (LETTERS[template] as (values: unknown) => Letter)(request.values);
  const values = readableValues({ ...request.values, ...letter.extra });
  const link = webAddress(request.values.link);
  const stopLink = request.template === 'approved' ? request.values.stop_link : null;

  const plain = { ...values };
  const marked = mapValues(values, escapeHtml);
  marked.phone = anchor(telephoneAddress(values.phone), values.phone);
  if (stopLink) {
    plain.stop = webAddress(stopLink);
    marked.stop = anchor(webAddress(stopLink), words(`${template}.stop_label`));
  }
  const count: Record<string, number> = letter.count === undefined ? {} : { count: letter.count };
  const say = (key: string): Sentence => ({
    text: words(key, { ...plain, ...count }),
    html: words(key, { ...marked, ...count }),
  });

  const blocks = letter.lines.map((line) => blockOf(line, template, link, words, say));
  const isPhoneGiven = blocks.some((block) => block.text.includes(values.phone));
  const greeting = greets(values.first_name) ? say('hello') : say('hello_without_name');
  const closing = [
    say(letter.closing ?? 'regards'),
    say(isPhoneGiven ? 'signature' : 'signature_with_phone'),
  ];
  const subject = headerLine(say(`${template}.${letter.subject}`).text);
  return {
    subject,
    text: `${[
      greeting.text,
      ...blocks.map((block) => block.text),
      closing.map((line) => line.text).join('\n'),
    ].join('\n\n')}\n`,
    html: drawFrame({
      language,
      subject,
      preview: blocks[0].text,
      shop: values.shop,
      order: say('order').text,
      phone: marked.phone,
      greeting: greeting.html,
      blocks,
      closing: closing.map((line) => line.html),
    }),
  };
}

interface Sentence {
  text: string;
  html: string;
}

type Block =
  | { kind: 'paragraph' | 'quote'; text: string; html: string }
  | { kind: 'list'; text: string; items: string[] }
  | { kind: 'code'; text: string }
  | { kind: 'button'; text: string; label: string; href: string };

function blockOf(
  line: Line,
  template: MailTemplate,
  link: string,
  words: Words,
  say: (key: string) => Sentence,
): Block {
  if ('say' in line) return { kind: 'paragraph', ...say(`${template}.${line.say}`) };
  if ('code' in line) return { kind: 'code', text: oneLine(line.code) };
  if ('quote' in line) {
    const text = oneLine(line.quote);
    return { kind: 'quote', text, html: escapeHtml(text) };
  }
  if ('list' in line) {
    const items = line.list.map(oneLine);
    return { kind: 'list', text: items.map((item, i) => `${i + 1}. ${item}`).join('\n'), items };
  }
  const label = words(`${template}.${line.button}`);
  return { kind: 'button', text: `${words('link', { label })}\n${link}`, label, href: link };
}

function readableValues(values: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(values).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return Object.fromEntries(texts.map(([name, value]) => [name, oneLine(value)]));
}

function mapValues(values: Record<string, string>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

/** Non-breaking spaces stay; control characters, line ends and marks that turn the reading direction go. */
function oneLine(value: string): string {
  return value
    .replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

function headerLine(text: string): string {
  const characters = [...oneLine(text)];
  if (characters.length <= MAX_SUBJECT_CHARACTERS) return characters.join('');
  return `${characters.slice(0, MAX_SUBJECT_CHARACTERS - 1).join('')}…`;
}

// Anybody can order in somebody else's name: a "first name" that is an advertisement with a link
// would be sent by the shop to a stranger.
function greets(name: string): boolean {
  return name !== '' && [...name].length <= MAX_GREETING_CHARACTERS && !/[@/\\]|www|\.\p{L}{2}/iu.test(name);
}

function webAddress(link: string): string {
  const url = new URL(link);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`Not a web address: ${url.protocol}`);
  }
  return url.href;
}

function telephoneAddress(phone: string): string {
  return `tel:${phone.replace('(0)', '').replace(/[^\d+]/g, '')}`;
}

function anchor(href: string, label: string): string {
  return `<a href="${escapeHtml(href)}" style="color:#0B5C6B;text-decoration:underline;white-space:nowrap">${escapeHtml(label)}</a>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
