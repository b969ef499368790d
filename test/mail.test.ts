import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import {
  type ComposedMail,
  composeMail,
  MAIL_TEMPLATES,
  MailRefused,
  type MailRequest,
  type MailTemplate,
  type Message,
  openMail,
} from '../server/mail';
import { MAX_GREETING_CHARACTERS, MAX_SUBJECT_CHARACTERS } from '../server/papers/letter';
import type { Language } from '../server/papers/words';
import { type MailServer, startSmtp } from './support/smtp';

const LINK = 'https://lilas.example/o/3fK9xQ2mB7';
const STOP_LINK = 'https://lilas.example/o/3fK9xQ2mB7/stop';
const MAX_WORDS = 90;
const MIN_WORDS = 25;

const everywhere = {
  first_name: 'Marie',
  ref: 'K7F-204',
  staff_name: 'Léa',
  shop: 'Imprimerie Lilas',
  phone: '04 78 55 01 22',
  link: LINK,
  qty: '500',
  v: '2',
  v_next: '3',
  last4: '4242',
  code: '482913',
  stop_link: STOP_LINK,
  paid_at_counter: false as const,
  tender: 'card' as const,
  customer: 'Marie Lefèvre',
  due: '3 December',
  is_won: true,
  same_amount: false,
  was_signed: true,
  next: 'sign' as const,
  must_reserve: true,
  person: 'Léa Martin',
  name: 'Marie Lefèvre',
  carrier: 'Colissimo',
  tracking_number: '8R00012345678',
  address: '12 rue des Lilas, 69003 Lyon',
};

const VALUES = {
  en: {
    ...everywhere,
    product: 'business cards',
    proof_time: '15:40 today',
    order_date: '24 November',
    cutoff: 'Tuesday 17:00',
    ready_date: 'Friday 27 November',
    list_of_changes: ['Replace “rue” by “avenue”', 'The logo a little larger'],
    date: '24 November',
    time: '14:02',
    amount: '€48.00',
    charge_time: '14:17',
    recall_time: '14:17' as string | null,
    reason: 'The PDF is protected by a password. Please save it without one.',
    changes: ['Quantity: 250 → 500'],
    old_amount: '€42.00',
    statement: 'Recorded by Léa Martin on Mon 23 Nov, 14:02, not signed by the customer here.',
    stop_time: 'Mon 23 Nov, 14:32' as string | null,
    day: 'Monday 23 November',
  },
  fr: {
    ...everywhere,
    product: 'cartes de visite',
    proof_time: '15 h 40 aujourd’hui',
    order_date: '24 novembre',
    cutoff: 'mardi 17 h',
    ready_date: 'vendredi 27 novembre',
    list_of_changes: ['Remplacer « rue » par « avenue »', 'Le logo un peu plus grand'],
    date: '24 novembre',
    time: '14 h 02',
    amount: '48,00 €',
    charge_time: '14 h 17',
    recall_time: '14 h 17' as string | null,
    reason: 'Le PDF est protégé par un mot de passe. Enregistrez-le sans mot de passe.',
    changes: ['Quantité\u00a0: 250 → 500'],
    old_amount: '42,00 €',
    statement: 'Noté par Léa Martin, lun 23 nov à 14 h 02, sans signature du client ici.',
    stop_time: 'lun 23 nov à 14 h 32' as string | null,
    day: 'lundi 23 novembre',
  },
};

function compose(template: MailTemplate, language: Language = 'en', changed: object = {}): ComposedMail {
  return composeMail({ template, language, values: { ...VALUES[language], ...changed } } as MailRequest);
}

function readableText(html: string): string {
  return html
    .replace(/<(style|title)>[\s\S]*?<\/\1>|<div aria-hidden[\s\S]*?<\/div>|<!--[\s\S]*?-->/g, '')
    .replace(/<\/?a\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&');
}

const squeezed = (text: string) => text.replace(/[ \n]+/g, ' ').trim();

function wordCount({ text }: ComposedMail): number {
  const words = text.replace(/https?:\S+/g, '').split(/[ \n]+/);
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

const cases = MAIL_TEMPLATES.flatMap((template) =>
  (['en', 'fr'] as const).map((language): [MailTemplate, Language] => [template, language]),
);

describe.each(cases)('the e-mail %s (%s)', (template, language) => {
  const mail = compose(template, language);
  const variants = [
    mail,
    compose(template, language, { paid_at_counter: true, has_receipt: false, recall_time: null }),
    compose(template, language, { list_of_changes: ['One'], round_price: '12 €' }),
  ];

  test('has at least 25 and at most 90 words', () => {
    for (const variant of variants) {
      expect(wordCount(variant)).toBeGreaterThanOrEqual(MIN_WORDS);
      expect(wordCount(variant)).toBeLessThanOrEqual(MAX_WORDS);
    }
  });

  test('greets, says why, gives the link and the phone, and is signed by a person', () => {
    const [greeting, why, ...rest] = mail.text.trim().split('\n\n');
    expect(greeting).toBe(language === 'en' ? 'Hello Marie,' : 'Bonjour Marie,');
    expect(why.length).toBeGreaterThan(20);
    expect(rest.join('\n')).toContain(`\n${LINK}`);
    expect(rest.at(-1)).toMatch(
      /^(Kind regards|Have a good day|Bien cordialement|Bonne journée),\nLéa, Imprimerie Lilas/,
    );
    expect(mail.text.split(VALUES[language].phone)).toHaveLength(2);
  });

  test('names the order in the subject, which does not start with the shop', () => {
    expect(mail.subject).toContain('K7F-204');
    expect(mail.subject).not.toMatch(/^Imprimerie/);
  });

  test('leaves no blank to fill in', () => {
    for (const { subject, text, html } of variants) {
      expect(subject + text + html).not.toMatch(/\{\{|\bundefined\b|(?<!\p{L})null(?!\p{L})|\[object/u);
    }
  });

  test('says the same in plain text and in HTML', () => {
    const html = squeezed(readableText(mail.html));
    const paragraphs = mail.text.trim().split(/\n+/);
    for (const paragraph of paragraphs) {
      const words = squeezed(
        paragraph
          .replace(/^\d\. /, '')
          .replace(/ ?:?\s?https?:\S+$/, '')
          .replace(/\s?:$/, ''),
      );
      expect(html).toContain(words);
    }
    expect(mail.html).toContain(`href="${LINK}"`);
    expect(mail.html.match(new RegExp(`href="${LINK}"`, 'g'))).toHaveLength(1);
  });

  test('can be called with one tap, loads nothing from elsewhere, and names its language', () => {
    expect(mail.html).toContain('href="tel:0478550122"');
    expect(mail.html).toContain(`<html lang="${language}">`);
    expect(mail.html).not.toMatch(/<img|<script|<link|src=|url\(/);
  });
});

test('French e-mails keep « : ; ? ! » on the line of the word before', () => {
  for (const template of MAIL_TEMPLATES) {
    const { subject, text } = compose(template, 'fr', { list_of_changes: ['Un'], reason: 'Raison.' });
    expect(`${subject}\n${text}`.replace(/https?:/g, '')).not.toMatch(
      /[ \p{L}\d][:;?!](?!\d)(?<![\u00a0\u202f].)/u,
    );
  }
});

describe('what an e-mail promises', () => {
  test('the order can be stopped only while there is a window to stop it', () => {
    expect(compose('approved').html).toContain(`href="${STOP_LINK}"`);
    expect(compose('approved').text).toContain(`Until 14:17 you can still stop the order: ${STOP_LINK}`);
    const without = compose('approved', 'en', { recall_time: null, stop_link: null });
    expect(without.text + without.html).not.toMatch(/stop/i);
  });

  test('a window to stop without a link to stop is refused', () => {
    expect(() => compose('approved', 'en', { stop_link: null })).toThrow(/stop/);
  });

  test('a card is never mentioned to somebody who pays at the counter', () => {
    for (const template of ['order-received', 'approved', 'order-cancelled'] as const) {
      expect(compose(template).text).toMatch(/card/);
      const { text } = compose(template, 'en', { paid_at_counter: true, product: 'posters' });
      expect(text).not.toMatch(/card/);
    }
  });

  test('a receipt is announced only when it is enclosed', () => {
    expect(compose('approved').subject + compose('approved').text).toMatch(/receipt/);
    const without = compose('approved', 'en', { has_receipt: false });
    expect(without.subject + without.text).not.toMatch(/receipt/);
  });

  test('every change is repeated word for word, and one change is not called several', () => {
    const { subject, text } = compose('changes-received', 'fr', {
      list_of_changes: ['Tout en bleu : #0B5C6B'],
    });
    expect(subject).toBe('Votre correction est bien arrivée – commande K7F-204');
    expect(text).toContain('votre correction\u00a0:\n\n1. Tout en bleu : #0B5C6B\n');
    expect(compose('changes-received').subject).toBe('We have your 2 changes – order K7F-204');
  });

  test('a round that costs money is not called included', () => {
    expect(compose('changes-received').text).toContain('This round is included in your price.');
    const priced = compose('changes-received', 'en', { round_price: '€12.00' }).text;
    expect(priced).toContain('This round costs €12.00.');
    expect(priced).not.toContain('included');
  });

  test('the code stands alone on its line and is not in the subject', () => {
    const { subject, text } = compose('sign-code');
    expect(text).toContain('\n\n482913\n\n');
    expect(text).toContain('valid for 10 minutes');
    expect(subject).not.toContain('482913');
  });

  test('a value that is missing is an error, not a hole', () => {
    expect(() => compose('proof-ready', 'en', { cutoff: undefined })).toThrow(/cutoff/);
  });
});

describe('text from strangers', () => {
  test('is shown as it is and never becomes HTML', () => {
    const nasty = `<script>alert("1")</script> & 'x'`;
    const mail = compose('artwork-needed', 'en', { reason: nasty, shop: '<b>Shop</b>' });
    expect(mail.html).not.toMatch(/<script|<b>/);
    expect(readableText(mail.html)).toContain(nasty);
    expect(mail.text).toContain(nasty);
    const list = compose('changes-received', 'en', { list_of_changes: ['<img src=x onerror=y>'] });
    expect(list.html).not.toContain('<img');
  });

  test('is not read as one of our own blanks', () => {
    const { text } = compose('changes-received', 'en', {
      list_of_changes: ['{{phone}} $t(regards)'],
      first_name: '$t(regards)',
    });
    expect(text).toContain('1. {{phone}} $t(regards)');
    expect(text).toContain('Hello $t(regards),');
  });

  test('cannot start a new line, in a subject or in a paragraph', () => {
    const mail = compose('order-received', 'en', {
      ref: 'K7F\r\nBcc: thief@evil.example\u2028',
      product: 'cards\n\nPay here',
    });
    expect(mail.subject).toBe('We have your order K7F Bcc: thief@evil.example – thank you');
    expect(mail.text).toContain('500 cards Pay here.');
  });

  test('cannot make a subject longer than a mail client shows', () => {
    const { subject } = compose('order-received', 'en', { ref: '𝔸'.repeat(400) });
    expect([...subject]).toHaveLength(MAX_SUBJECT_CHARACTERS);
    expect(subject.endsWith('…')).toBe(true);
  });

  test.each([
    'www.evil.example',
    'Win at evil.example now',
    'see https://evil.example',
    'a@b.example',
    '',
    'M'.repeat(MAX_GREETING_CHARACTERS + 1),
  ])('a first name that is an advertisement or no name is left out: %j', (first_name) => {
    expect(compose('order-received', 'en', { first_name }).text).toMatch(/^Hello,\n/);
  });

  test.each(['J.-P.', 'Anne Marie', 'O’Neil', '李雷', 'M'.repeat(MAX_GREETING_CHARACTERS)])(
    'the first name %s is used',
    (first_name) => {
      expect(compose('order-received', 'en', { first_name }).text.startsWith(`Hello ${first_name},\n`)).toBe(
        true,
      );
    },
  );

  test.each(['javascript:alert(1)', 'data:text/html,x', 'not a link'])(
    'a link that is not of the web is refused: %s',
    (link) => {
      expect(() => compose('order-received', 'en', { link })).toThrow(/address|URL/);
      expect(() => compose('approved', 'en', { stop_link: link })).toThrow(/address|URL/);
    },
  );

  test('keeps every subject on one line and every angle bracket harmless, whatever it is', () => {
    const tags = (html: string) => [...html.matchAll(/<\/?[a-z!][^\s>]*/gi)].map(([tag]) => tag).join(' ');
    const usual = tags(compose('artwork-needed').html);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom('<', '"', "'", '\r\n', '{{x}}'),
        (text, mark) => {
          const value = `a${mark}${text}`;
          const mail = compose('artwork-needed', 'en', {
            reason: value,
            shop: value,
            staff_name: value,
            ref: value,
          });
          expect(mail.subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect(tags(mail.html)).toBe(usual);
        },
      ),
      { numRuns: 200 },
    );
  });
});

const message: Message = {
  message_id: 'approved.17@lilas.example',
  to: 'marie@fleurs.example',
  reply_to: 'bonjour@lilas.example',
  ...compose('approved', 'fr'),
  attachments: [
    {
      filename: 'bon-à-tirer-K7F-204.pdf',
      content_type: 'application/pdf',
      content: Buffer.from('%PDF-1.7 record'),
    },
  ],
};
const from = 'Imprimerie Lilas <bonjour@lilas.example>';

describe('sending', () => {
  let server: MailServer;
  let folder: string;

  beforeAll(async () => {
    server = await startSmtp();
    folder = await mkdtemp(path.join(tmpdir(), 'mail-'));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const open = (port = server.port) =>
    openMail({ smtp_url: `smtp://127.0.0.1:${port}`, from, outbox_folder: folder });

  test('delivers both parts, the attachments and the headers that keep robots from answering', async () => {
    const file = path.join(folder, 'receipt.pdf');
    await writeFile(file, '%PDF-1.7 receipt');
    const mail = open();
    const attachments = [
      ...message.attachments!,
      { filename: 'reçu.pdf', content_type: 'application/pdf', path: file },
    ];
    const sent = await mail.send({ ...message, attachments });
    mail.close();
    expect(sent.message_id).toBe('<approved.17@lilas.example>');
    expect(sent.reply).toMatch(/^250 /);
    const received = await server.waitFor(({ to }) => to.includes('marie@fleurs.example'));
    expect(received.to).toEqual(['marie@fleurs.example']);
    expect(received.from).toBe('bonjour@lilas.example');
    expect(received.subject).toBe(message.subject);
    expect(received.text.trim()).toBe(message.text.trim());
    expect(received.html.trim()).toBe(message.html.trim());
    expect(received.headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'reply-to': 'bonjour@lilas.example',
      'message-id': '<approved.17@lilas.example>',
      from,
    });
    expect(
      received.attachments.map(({ filename, type, content }) => [filename, type, String(content)]),
    ).toEqual([
      ['bon-à-tirer-K7F-204.pdf', 'application/pdf', '%PDF-1.7 record'],
      ['reçu.pdf', 'application/pdf', '%PDF-1.7 receipt'],
    ]);
  });

  test.each([
    [550, true],
    [451, false],
  ] as const)('a %i from the server is a refusal with its reply', async (code, permanent) => {
    server.refuseWith(code);
    const mail = open();
    const refused = await mail.send(message).catch((error) => error);
    mail.close();
    server.refuseWith(null);
    expect(refused).toBeInstanceOf(MailRefused);
    expect(refused).toMatchObject({ permanent, reply: `${code} Refused` });
  });

  test('a server that is not there is a refusal to try again', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const mail = open(port);
    await expect(mail.send(message)).rejects.toMatchObject({ name: 'MailRefused', permanent: false });
    mail.close();
  });

  test('a wrong password is a setting to mend, not a reason to drop the letter', async () => {
    const mail = openMail({
      smtp_url: `smtp://lilas:wrong@127.0.0.1:${server.port}`,
      from,
      outbox_folder: folder,
    });
    await expect(mail.send(message)).rejects.toMatchObject({ name: 'MailRefused', permanent: false });
    mail.close();
  });

  test.each([
    'a@b.example, c@d.example',
    'a@b.example\r\nBcc: c@d.example',
    'a@b.example <c@d.example>',
    'nobody',
  ])('goes to one address or to none: %j', async (to) => {
    const before = (await server.messages()).length;
    const mail = open();
    await expect(mail.send({ ...message, to })).rejects.toMatchObject({ permanent: true });
    mail.close();
    expect(await server.messages()).toHaveLength(before);
  });

  test('a subject with a line end in it adds no header', async () => {
    const mail = open();
    await mail.send({ ...message, to: 'other@fleurs.example', subject: 'News\r\nX-Evil: 1' });
    mail.close();
    const received = await server.waitFor(({ to }) => to.includes('other@fleurs.example'));
    expect(received.headers).not.toHaveProperty('x-evil');
    expect(received.subject).toBe('News X-Evil: 1');
  });
});

describe('without a mail server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'outbox-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = () => openMail({ smtp_url: null, from, outbox_folder: path.join(folder, 'outbox') });
  const files = () => readdir(path.join(folder, 'outbox'));

  test('the whole message is put in the outbox', async () => {
    const mail = open();
    const { reply } = await mail.send(message);
    mail.close();
    expect(await files()).toEqual([reply]);
    expect(reply).toMatch(/^\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z-approved\.17@lilas\.example\.eml$/);
    const read = await PostalMime.parse(await readFile(path.join(folder, 'outbox', reply)));
    expect(read.subject).toBe(message.subject);
    expect(read.messageId).toBe('<approved.17@lilas.example>');
    expect(read.to).toMatchObject([{ address: 'marie@fleurs.example' }]);
    expect(read.text).toContain(STOP_LINK);
    expect(read.attachments).toHaveLength(1);
  });

  test('the same message twice is one file', async () => {
    const mail = open();
    const first = await mail.send(message);
    expect(await mail.send(message)).toEqual(first);
    await mail.send({ ...message, message_id: '<17@lilas.example>' });
    expect(await files()).toHaveLength(2);
  });

  test('a message id cannot leave the folder or hide another', async () => {
    const mail = open();
    await mail.send({ ...message, message_id: '../../../a@lilas.example' });
    await mail.send({ ...message, message_id: '..:..:..:a@lilas.example' });
    expect(await files()).toHaveLength(2);
    await expect(mail.send({ ...message, message_id: 'a\r\nX: 1' })).rejects.toThrow(TypeError);
  });
});
