// A real mail server on loopback that keeps what it is given.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

const WAIT_MS = 10_000;

export interface ReceivedMail {
  /** Addresses of the envelope, which is where the mail really goes, whatever its headers say. */
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  attachments: Array<{ filename: string; type: string; content: Buffer }>;
  /** Names in lower case. */
  headers: Record<string, string>;
}

export interface MailServer {
  host: string;
  port: number;
  /** All that was accepted, oldest first. */
  messages(): Promise<ReceivedMail[]>;
  /** The first message that fits; an error that lists what did arrive when none does within ten seconds. */
  waitFor(fits: (mail: ReceivedMail) => boolean): Promise<ReceivedMail>;
  /** Answers every recipient with this code from now on: 550 never, 451 not now, `null` welcome again. */
  refuseWith(code: 550 | 451 | null): void;
  stop(): Promise<void>;
}

export async function startSmtp(): Promise<MailServer> {
  const received: Array<Promise<ReceivedMail>> = [];
  let refusal: number | null = null;

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 200,
    onRcptTo(_address, _session, done) {
      done(refusal === null ? null : Object.assign(new Error('Refused'), { responseCode: refusal }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = session.envelope.mailFrom;
        received.push(
          read(
            Buffer.concat(chunks),
            from ? from.address : '',
            session.envelope.rcptTo.map(({ address }) => address),
          ),
        );
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const messages = () => Promise.all(received);

  return {
    host: '127.0.0.1',
    port,
    messages,
    async waitFor(fits) {
      const giveUpAt = Date.now() + WAIT_MS;
      for (;;) {
        const found = (await messages()).find(fits);
        if (found) return found;
        if (Date.now() > giveUpAt) throw new Error(`No such mail. Received: ${list(await messages())}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    refuseWith(code) {
      refusal = code;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function read(raw: Buffer, from: string, to: string[]): Promise<ReceivedMail> {
  const mail = await PostalMime.parse(raw);
  return {
    from,
    to,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      filename: filename ?? '',
      type: mimeType,
      content: Buffer.from(content as ArrayBuffer),
    })),
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
  };
}

function list(mails: ReceivedMail[]): string {
  return mails.map(({ to, subject }) => `"${subject}" to ${to.join(', ')}`).join('; ') || 'none';
}
