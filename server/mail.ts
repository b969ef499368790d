// E-mail leaves the shop through here: over SMTP, or into a folder when no server is set.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import nodemailer from 'nodemailer';

export type { ComposedMail, MailRequest, MailTemplate, MailValues } from './papers/letter';
export { composeMail, MAIL_TEMPLATES } from './papers/letter';

export const CONNECTION_LIMIT_MS = 15_000;
export const GREETING_LIMIT_MS = 15_000;
export const SILENCE_LIMIT_MS = 60_000;
/** For one message from hand-over to answer, waiting for a free connection included. */
export const MESSAGE_LIMIT_MS = 180_000;
export const POOL_CONNECTIONS = 2;
/** How often nodemailer itself starts again when a connection closes under a message. */
export const RECONNECTIONS = 1;

export interface Attachment {
  filename: string;
  content_type: string;
  path?: string;
  content?: Uint8Array;
}

export interface Message {
  /** Chosen by the caller and kept over retries, so that a mailbox which got both shows one. With or without < >. */
  message_id: string;
  to: string;
  reply_to: string;
  subject: string;
  html: string;
  text: string;
  attachments?: Attachment[];
}

/** `reply` is the last line of the mail server, or the name of the file in the outbox. */
export interface Sent {
  message_id: string;
  reply: string;
}

export interface Mail {
  /** @throws MailRefused */
  send(message: Message): Promise<Sent>;
  close(): void;
}

/** `permanent`: trying the same message again cannot help. Otherwise try later. */
export class MailRefused extends Error {
  constructor(
    readonly permanent: boolean,
    readonly reply: string,
  ) {
    super(reply);
    this.name = 'MailRefused';
  }
}

/** `from` is one address, with or without a name: `Imprimerie Lilas <bonjour@lilas.example>`. */
export function openMail(settings: { smtp_url: string | null; from: string; outbox_folder: string }): Mail {
  return settings.smtp_url === null
    ? openOutbox(settings.outbox_folder, settings.from)
    : openSmtp(settings.smtp_url, settings.from);
}

/** A letter as a file (RFC 5322), dated `date` (ISO-8601). */
export async function composeEml(message: Message, from: string, date: string): Promise<Buffer> {
  const transport = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableUrlAccess: true,
  });
  const written = await transport.sendMail({ ...rfc822(message, from), date: new Date(date) });
  return written.message as Buffer;
}

function openSmtp(smtpUrl: string, from: string): Mail {
  const transport = nodemailer.createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: POOL_CONNECTIONS,
    maxRequeues: RECONNECTIONS,
    connectionTimeout: CONNECTION_LIMIT_MS,
    greetingTimeout: GREETING_LIMIT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      const signal = AbortSignal.timeout(MESSAGE_LIMIT_MS);
      const letter = { ...rfc822(message, from), signal };
      const sent = await transport.sendMail(letter).catch((error) => {
        throw refusal(error);
      });
      return { message_id: messageId(message), reply: sent.response };
    },
    close: () => transport.close(),
  };
}

function openOutbox(folder: string, from: string): Mail {
  const transport = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      const letter = rfc822(message, from);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const ending = `-${fileNameOf(messageId(message))}.eml`;
      const earlier = (await readdir(folder)).find((name) => name.endsWith(ending));
      if (earlier) return { message_id: messageId(message), reply: earlier };
      const written = await transport.sendMail(letter);
      const name = `${new Date().toISOString().replaceAll(':', '')}${ending}`;
      const unfinished = path.join(folder, `.${name}.${randomBytes(4).toString('hex')}`);
      await writeFile(unfinished, written.message as Buffer, { mode: 0o600 });
      await rename(unfinished, path.join(folder, name));
      return { message_id: messageId(message), reply: name };
    },
    close: () => transport.close(),
  };
}

function rfc822(message: Message, from: string) {
  return {
    from,
    to: oneAddress(message.to),
    replyTo: oneAddress(message.reply_to),
    messageId: messageId(message),
    subject: message.subject.replace(/\p{Cc}+/gu, ' '),
    text: message.text,
    html: message.html,
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: (message.attachments ?? []).map((attachment) => ({
      filename: attachment.filename,
      contentType: attachment.content_type,
      ...(attachment.path === undefined
        ? { content: Buffer.from(attachment.content ?? []) }
        : { path: attachment.path }),
    })),
  };
}

// nodemailer reads "a@b.example, c@d.example" as two recipients.
function oneAddress(address: string): { name: string; address: string } {
  if (!/^[^\s\p{Cc},;:<>()"\\@]+@[^\s\p{Cc},;:<>()"\\@]+$/u.test(address)) {
    throw new MailRefused(true, 'not one e-mail address');
  }
  return { name: '', address };
}

function messageId({ message_id }: Message): string {
  const id = message_id.replace(/^<|>$/g, '');
  if (!/^[\x21-\x3b\x3d\x3f-\x7e]{1,200}$/.test(id))
    throw new TypeError('message_id: plain ASCII, at most 200');
  return `<${id}>`;
}

function fileNameOf(id: string): string {
  const bare = id.slice(1, -1);
  const safe = bare.replace(/[^\w.@+-]/g, '_');
  return safe === bare ? safe : `${safe}-${createHash('sha256').update(bare).digest('hex').slice(0, 12)}`;
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

const ABOUT_THIS_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);
const AUTHENTICATION_REPLIES = new Set([530, 534, 535, 538]);

function refusal(error: SmtpError): Error {
  const { code = '', responseCode, response } = error;
  // A file that cannot be attached is our own defect, not an answer of the mail server.
  if (error instanceof MailRefused || code === 'ESTREAM' || code === 'ENOENT') return error;
  // A wrong password is answered with 5xx too: the letter is good and must wait until the setting is mended.
  const isAboutMessage = ABOUT_THIS_MESSAGE.has(code) && !AUTHENTICATION_REPLIES.has(responseCode ?? 0);
  const permanent = isAboutMessage && (responseCode === undefined || responseCode >= 500);
  return new MailRefused(permanent, response ?? error.message);
}
