// Letters leave through a real mail server, in the customer's language, and a server that refuses is shown to staff.
import * as message from '../../server/models/message';
import { fillDraft, placeDraft } from '../support/journey';
import { startShop, type TestShop } from '../support/portal';
import { type MailServer, startSmtp } from '../support/smtp';

let smtp: MailServer;
let shop: TestShop;
beforeAll(async () => {
  smtp = await startSmtp();
  shop = await startShop({ env: { SMTP_URL: `smtp://${smtp.host}:${smtp.port}` } });
});
afterAll(async () => {
  await shop.close();
  await smtp.stop();
});

test.each([
  ['fr', /est bien arrivée – merci/, /Votre épreuve est prête/],
  ['en', /^We have your order/, /^Your proof is ready/],
] as const)(
  'in %s the order and the proof are announced, in plain text and in HTML',
  async (language, received, ready) => {
    const visit = shop.visitor({ language });
    const address = await placeDraft(visit, await fillDraft(shop, visit), 'counter');
    await shop.settled();
    const letters = (await smtp.messages()).filter((letter) => letter.text?.includes(address));
    expect(letters.map((letter) => letter.subject)).toEqual(
      expect.arrayContaining([expect.stringMatching(received), expect.stringMatching(ready)]),
    );
    for (const letter of letters) {
      expect(letter.text).toContain(`${shop.url}${address}`);
      expect(letter.html).toContain(`${shop.url}${address}`);
      expect(letter.html).toContain(`lang="${language}"`);
    }
  },
);

test('a mailbox that does not exist is told to staff, and the order goes on', async () => {
  smtp.refuseWith(550);
  const visit = shop.visitor();
  const address = await placeDraft(visit, await fillDraft(shop, visit), 'counter');
  await shop.settled();
  smtp.refuseWith(null);
  const { state, id } = await shop
    .db('orders')
    .where({ state: 'proofed' })
    .orderBy('created_at', 'desc')
    .first();
  expect(state).toBe('proofed');
  expect(new Set((await message.ofOrder(shop.db, id)).map((letter) => letter.state))).toEqual(
    new Set(['refused']),
  );
  expect((await visit.get(address)).status).toBe(200);
});

test('a mail server that is busy gets the same letter later, once', async () => {
  smtp.refuseWith(451);
  const visit = shop.visitor();
  const address = await placeDraft(visit, await fillDraft(shop, visit, { file: null }), 'counter');
  const waiting = () =>
    shop.db('tasks').where({ kind: 'send_message' }).whereIn('state', ['ready', 'leased']);
  for (let looks = 0; looks < 200; looks += 1) {
    if ((await waiting()).some((row) => row.attempts > 0 && row.state === 'ready')) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  smtp.refuseWith(null);
  await shop
    .db('tasks')
    .where({ kind: 'send_message', state: 'ready' })
    .update({ run_at: new Date().toISOString() });
  await shop.settled();
  const letters = (await smtp.messages()).filter((letter) => letter.text?.includes(address));
  expect(letters).toHaveLength(1);
});
