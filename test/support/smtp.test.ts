import { createTransport } from 'nodemailer';
import { type MailServer, startSmtp } from './smtp';

let smtp: MailServer;

beforeEach(async () => {
  smtp = await startSmtp();
});
afterEach(() => smtp.stop());

function send(subject: string) {
  return createTransport({ host: smtp.host, port: smtp.port }).sendMail({
    from: 'Atelier <shop@example.test>',
    to: 'Léa <lea@example.test>',
    bcc: 'archive@example.test',
    subject,
    text: 'Votre épreuve est prête.',
    html: '<p>Votre épreuve est prête.</p>',
    headers: { 'X-Order': '26-0001' },
    attachments: [{ filename: 'reçu.pdf', content: Buffer.from('%PDF-') }],
  });
}

test('a mail arrives as it was written, with the addresses it was really sent to', async () => {
  await send('Bon à tirer n° 1');
  const mail = await smtp.waitFor(({ subject }) => subject === 'Bon à tirer n° 1');
  expect(mail).toMatchObject({
    from: 'shop@example.test',
    to: ['lea@example.test', 'archive@example.test'],
    text: expect.stringContaining('Votre épreuve est prête.'),
    html: expect.stringContaining('<p>Votre épreuve est prête.</p>'),
    attachments: [{ filename: 'reçu.pdf', type: 'application/pdf', content: Buffer.from('%PDF-') }],
    headers: { 'x-order': '26-0001' },
  });
  expect(await smtp.messages()).toHaveLength(1);
});

test.each([550, 451] as const)(
  'a server told to answer %d keeps nothing until it is told otherwise',
  async (code) => {
    smtp.refuseWith(code);
    await expect(send('Refused')).rejects.toMatchObject({ responseCode: code });
    expect(await smtp.messages()).toEqual([]);
    smtp.refuseWith(null);
    await send('Welcome');
    expect(await smtp.messages()).toHaveLength(1);
  },
);
