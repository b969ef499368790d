// The shop's own side over HTTP: who gets in, what may be done to an order, and what may not by any way.
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { linkToken } from '../../server/link';
import * as event from '../../server/models/event';
import * as message from '../../server/models/message';
import * as order from '../../server/models/order';
import * as setting from '../../server/models/setting';
import * as ticket from '../../server/models/ticket';
import { WRONG_PASSWORDS } from '../../server/routes';
import { STROKES } from '../fixtures/world';
import { CARD, fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { type Answer, PASSWORD, startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let lea: Visitor;
let owner: Visitor;
let marie: Visitor;
beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  owner = await shop.colleague('owner');
  marie = shop.visitor();
});
afterAll(() => shop.close());

const JSON_ONLY = { Accept: 'application/json' };
const STEPS = ['printing', 'finishing', 'ready', 'handed_over'];

const JOB = {
  size_key: '85x55',
  quantity: '250',
  'options[sides]': 'both',
  delivery: 'pickup',
  contact_name: 'Paul Durand',
  contact_phone: '06 98 76 54 32',
  contact_email: 'paul@example.com',
  language: 'fr',
  payment_method: 'counter',
};

/** What the intake form sends when a colleague only writes a name: every other answer as it stood. */
async function intakeFields(): Promise<Record<string, string>> {
  const { text } = await lea.get('/staff/orders/new?product=business-cards');
  const options = [
    ...text.matchAll(/<select[^>]*name="(options\[[^"]+\])"[\s\S]*?<option value="([^"]+)" selected/g),
  ];
  return { ...JOB, ...Object.fromEntries(options.map(([, name, value]) => [name, value])) };
}

const refIn = (answer: Answer) => /\/staff\/orders\/([A-Z0-9]{3}-\d{3})/.exec(answer.location)?.[1] as string;

async function takeIn(file: string | null = CARD): Promise<order.Order> {
  const path = '/staff/orders/new?product=business-cards';
  const fields = await intakeFields();
  const answer = file ? await lea.upload(path, file, fields) : await lea.post(path, fields);
  expect(answer.status).toBe(303);
  await shop.settled();
  return order.findByRef(shop.db, refIn(answer));
}

const now = (known: order.Order) => order.findOrder(shop.db, known.id);
const page = (known: order.Order, rest = '') => `/staff/orders/${known.ref}${rest}`;

/** A customer's own order, paid at the counter, with its proof on the screen. */
async function proofed(): Promise<{ known: order.Order; proof: string }> {
  const address = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const proof = await lookAtProof(shop, marie, address);
  return { known: await order.findByLink(shop.db, address.split('/')[2]), proof };
}

async function signed(): Promise<order.Order> {
  const { known, proof } = await proofed();
  expect((await marie.post(`${proof}/approval`, await signedForm(marie, proof))).status).toBe(303);
  return now(known);
}

const payment = (known: order.Order) => ({
  amount_cents: String(known.total_cents),
  tender: 'terminal',
  receipt_ref: '0042-17',
});

async function released(): Promise<order.Order> {
  const known = await signed();
  expect((await lea.post(page(known, '/payments'), payment(known))).status).toBe(303);
  return now(known);
}

/** Photographed with the page of its own proof, and counted. */
async function makeReady(known: order.Order): Promise<void> {
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  const taken = await lea.uploadBytes(page(known, '/photos'), picture, 'a.png', { page: '1' }, 'photo');
  expect(taken.status).toBe(303);
  expect((await lea.post(page(known, '/check'), { counted: '250' })).status).toBe(303);
}

const SIGNED_FOR = {
  how: 'collected',
  typed_name: 'Marie Lefèvre',
  signature_method: 'drawn',
  signature_strokes: JSON.stringify(STROKES),
};

describe('signing in', () => {
  test('an unknown address and a wrong password get the same answer', async () => {
    const visit = shop.visitor();
    const known = await visit.post('/staff/login', { email: 'lea@lilas.example', password: 'not this one' });
    const unknown = await visit.post('/staff/login', {
      email: 'nobody@lilas.example',
      password: 'not this one',
    });
    expect(known.status).toBe(422);
    expect(unknown.status).toBe(422);
    const page = (answer: Answer) => answer.text.replaceAll(/(lea|nobody)@lilas\.example/g, '');
    expect(page(unknown)).toBe(page(known));
    expect((await visit.get('/staff')).status).toBe(303);
  });

  test.each([
    ['/staff/queue?state=ready', '/staff/queue?state=ready'],
    ['https://elsewhere.example/', '/staff'],
    ['//elsewhere.example', '/staff'],
    ['/\\elsewhere.example', '/staff'],
  ])('with ?back=%s a colleague lands on %s', async (back, lands) => {
    const visit = shop.visitor();
    const answer = await visit.post('/staff/login', { email: 'lea@lilas.example', password: PASSWORD, back });
    expect(answer.location).toBe(lands);
    expect((await visit.get('/staff')).status).toBe(200);
    await visit.post('/staff/logout');
    expect((await visit.get('/staff')).location).toMatch(/^\/staff\/login/);
  });

  test('ten wrong passwords close an account for a while, whoever types them', async () => {
    const quiet = await startShop({ worker: false, env: { TRUST_PROXY: '1' } });
    try {
      const attempt = (address: number, password: string) =>
        quiet
          .visitor()
          .post(
            '/staff/login',
            { email: 'lea@lilas.example', password },
            { 'X-Forwarded-For': `10.0.0.${address}` },
          );
      for (let tries = 1; tries <= WRONG_PASSWORDS; tries += 1) {
        expect((await attempt(tries, 'not this one')).status).toBe(422);
      }
      expect((await attempt(99, PASSWORD)).status).toBe(429);
    } finally {
      await quiet.close();
    }
  });

  test('a new password closes every other session', async () => {
    const fields = { name: 'Noé Petit', email: 'noe@lilas.example', role: 'staff', password: PASSWORD };
    expect((await owner.post('/owner/staff', fields)).status).toBe(303);
    const signIn = async (password: string) => {
      const visit = shop.visitor();
      return { visit, status: (await visit.post('/staff/login', { email: fields.email, password })).status };
    };
    const first = (await signIn(PASSWORD)).visit;
    const second = (await signIn(PASSWORD)).visit;
    const next = { password: PASSWORD, new_password: 'another long password' };
    expect((await first.post('/staff/password', { ...next, new_password: 'short' })).status).toBe(422);
    expect((await first.post('/staff/password', { ...next, password: 'not mine' })).status).toBe(422);
    expect((await first.post('/staff/password', next)).status).toBe(303);
    expect((await first.get('/staff')).status).toBe(200);
    expect((await second.get('/staff')).status).toBe(303);
    expect((await signIn(PASSWORD)).status).toBe(422);
  });
});

describe('who may see what', () => {
  let known: order.Order;
  beforeAll(async () => {
    known = await signed();
  });
  const pages = [
    '/staff',
    '/staff/board',
    '/staff/queue',
    '/staff/search?q=a',
    '/staff/letters',
    '/staff/parked',
  ];

  test.each([...pages, '/staff/orders/new', '/owner', '/owner/shop', '/s/ABCDEFGHJK'])(
    '%s asks a stranger to sign in, and comes back to it',
    async (path) => {
      const answer = await shop.visitor().get(path);
      expect(answer.status).toBe(303);
      expect(answer.location).toBe(`/staff/login?back=${encodeURIComponent(path)}`);
    },
  );

  test('a stranger can write nothing', async () => {
    const stranger = shop.visitor();
    await stranger.post(page(known, '/payments'), payment(known));
    await stranger.post(page(known, '/cancellation'), { reason: 'mischief' });
    await stranger.post('/owner/shop', { name: 'Mischief' });
    expect((await now(known)).state).toBe('approved');
  });

  test.each(['/owner', '/owner/shop', '/owner/products', '/owner/staff', '/owner/audit/AAA-000'])(
    '%s is closed to a colleague who is not the owner',
    async (path) => {
      const answer = await lea.get(path);
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('This page is for the owner');
      const written = await lea.post(path, { name: 'Mine now' });
      expect([403, 404]).toContain(written.status);
    },
  );

  test('only the owner tries a parked task again', async () => {
    expect((await lea.post('/staff/parked/1/retry')).status).toBe(403);
  });

  test('what comes from another site is refused', async () => {
    const answer = await lea.post(page(known, '/payments'), payment(known), {
      Origin: 'https://elsewhere.example',
    });
    expect(answer.status).toBe(403);
    expect((await now(known)).state).toBe('approved');
  });

  test('what writes cannot be reached by following a link', async () => {
    for (const path of ['/steps', '/payments', '/revisions', '/cancellation', '/withdrawal', '/link']) {
      expect((await lea.get(page(known, path))).status).toBe(404);
    }
  });
});

describe('an order taken at the counter', () => {
  test('is created in one form, and its ticket says not to print it', async () => {
    const known = await takeIn();
    expect(known).toMatchObject({
      state: 'proofed',
      channel: 'counter',
      staff_id: shop.lea.id,
      language: 'fr',
    });
    const ticketPage = await lea.get(page(known, '/ticket'));
    expect(ticketPage.text).toContain('Not approved – do not print');
    expect(ticketPage.text).toContain('Non validé – ne pas imprimer');
    expect(ticketPage.text).not.toContain('/s/');
    expect(ticketPage.text).not.toContain('thumbnail.webp');
  });

  test('may wait for its file, which a colleague adds later', async () => {
    const known = await takeIn(null);
    expect(known.state).toBe('awaiting_artwork');
    expect((await lea.post(page(known, '/artworks'))).status).toBe(422);
    expect((await lea.upload(page(known, '/artworks'), CARD)).status).toBe(303);
    await shop.settled();
    expect((await now(known)).state).toBe('proofed');
    expect((await lea.upload(page(known, '/artworks'), CARD)).status).toBe(409);
  });

  test('keeps what was written when something is missing', async () => {
    const fields = { ...(await intakeFields()), contact_phone: '', contact_email: '', contact_name: 'Inès' };
    const answer = await lea.post('/staff/orders/new?product=business-cards', fields);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Please note a telephone number or an e-mail address.');
    expect(answer.text).toContain('value="Inès"');
  });

  test('needs an e-mail address when the customer will pay online', async () => {
    const fields = { ...(await intakeFields()), contact_email: '', payment_method: 'card' };
    expect((await lea.post('/staff/orders/new?product=business-cards', fields)).status).toBe(422);
  });
});

describe('a job that is not signed and paid for', () => {
  async function refusesEveryStep(known: order.Order, why: RegExp) {
    const { state } = await now(known);
    for (const step of STEPS) {
      const answer = await lea.post(page(known, '/steps'), { step });
      expect([step, answer.status]).toEqual([step, 409]);
      const json = await lea.post(page(known, '/steps'), { to: step }, JSON_ONLY);
      expect([step, json.status]).toEqual([step, 409]);
      expect(json.json().error).toMatch(why);
    }
    expect((await now(known)).state).toBe(state);
    expect(await ticket.findOrNull(shop.db, known.id)).toBeNull();
    expect((await lea.get(page(known, '/ticket'))).text).toContain('Not approved – do not print');
    expect((await lea.get(page(known, '/handover'))).text).not.toContain('value="handed_over"');
  }

  test('cannot be started while there is no file', async () => {
    await refusesEveryStep(await takeIn(null), /waiting for a file/);
  });

  test('cannot be started while the customer has not signed, nor paid for', async () => {
    const { known } = await proofed();
    await refusesEveryStep(known, /has not signed version 1/);
    const paid = await lea.post(page(known, '/payments'), payment(known));
    expect(paid.status).toBe(409);
    expect(paid.text).toContain('before the customer has signed');
    await refusesEveryStep(known, /has not signed version 1/);
  });

  test('cannot be started while changes are asked for', async () => {
    const { known, proof } = await proofed();
    await marie.post(`${proof}/changes`, { note: 'A warmer green, please' });
    await refusesEveryStep(known, /asked for changes/);
  });

  test('cannot be started while it is signed but not paid', async () => {
    await refusesEveryStep(await signed(), /signed, but not paid/);
  });

  test('cannot be started once it is cancelled', async () => {
    const { known } = await proofed();
    expect((await lea.post(page(known, '/cancellation'), { reason: '' })).status).toBe(422);
    expect((await lea.post(page(known, '/cancellation'), { reason: 'The customer telephoned' })).status).toBe(
      303,
    );
    await refusesEveryStep(known, /is cancelled/);
  });

  test('is moved by the steps of production alone, whatever else is sent', async () => {
    const known = await signed();
    const sent = ['proofing', 'customer', 'approved', 'released', 'paid', 'start_printing', '__proto__', ''];
    for (const to of sent) {
      const answer = await lea.post(page(known, '/steps'), { to }, JSON_ONLY);
      expect([to, answer.status]).toEqual([to, 409]);
    }
    expect((await now(known)).state).toBe('approved');
  });
});

describe('paying at the counter', () => {
  test('releases a signed job, and the record says who took the money', async () => {
    const known = await signed();
    for (const [change, status] of [
      [{ tender: '' }, 422],
      [{ receipt_ref: '' }, 422],
      [{ amount_cents: '1' }, 409],
      [{ amount_cents: 'NaN' }, 409],
    ] as const) {
      expect((await lea.post(page(known, '/payments'), { ...payment(known), ...change })).status).toBe(
        status,
      );
    }
    expect((await now(known)).state).toBe('approved');
    expect((await lea.post(page(known, '/payments'), payment(known))).status).toBe(303);
    expect((await now(known)).state).toBe('released');
    const [paid] = await shop.db('payments').where({ order_id: known.id });
    expect(paid).toMatchObject({
      tender: 'terminal',
      receipt_ref: '0042-17',
      staff_id: shop.lea.id,
      state: 'captured',
    });
    expect((await lea.get(page(known))).text).toContain('Léa Martin');
  });

  test('twenty clicks are one payment and one ticket', async () => {
    const known = await signed();
    const fields = { ...payment(known), tender: 'cash' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => lea.post(page(known, '/payments'), fields)),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    expect(await shop.db('payments').where({ order_id: known.id })).toHaveLength(1);
    expect(await shop.db('tickets').where({ order_id: known.id })).toHaveLength(1);
  });
});

describe('a released job', () => {
  test('has a ticket that names the signature, the version and the fingerprint', async () => {
    const known = await released();
    const held = await ticket.findOrNull(shop.db, known.id);
    const { text } = await lea.get(page(known, '/ticket'));
    expect(text).not.toContain('Not approved');
    expect(text).toContain('Marie Lefèvre');
    expect(text).toContain(held!.proof_sha256.slice(0, 8));
    expect(text).toContain('version 1');
    expect(text).toContain(`Code ${held!.scan_code}`);
    expect(text).not.toMatch(/\sstyle=/);
  });

  test('moves step by step, and the scanned ticket offers the next one', async () => {
    const known = await released();
    const { scan_code } = (await ticket.findOrNull(shop.db, known.id))!;
    const scan = () => lea.get(`/s/${scan_code}`);
    expect((await lea.post(page(known, '/steps'), { step: 'handed_over' })).status).toBe(409);
    for (const step of ['printing', 'finishing']) {
      expect((await scan()).text).toContain(`value="${step}"`);
      const answer = await lea.post(page(known, '/steps'), { step, back: `/s/${scan_code}` });
      expect(answer.location).toBe(`/s/${scan_code}`);
      expect((await now(known)).state).toBe(step);
    }
    expect((await scan()).text).toContain(page(known, '/check'));
    await makeReady(known);
    const again = await lea.post(page(known, '/steps'), { step: 'printing' }, JSON_ONLY);
    expect(again.json().error).toMatch(/“Ready”.*“Printing” does not follow/);
    const handover = await lea.get(page(known, '/handover'));
    expect(handover.text).toContain('/proof/1/pages/1/image.webp');
    expect((await lea.post(page(known, '/handover'), SIGNED_FOR)).status).toBe(303);
    const last = (await event.history(shop.db, known.id)).findLast(({ type }) => type === 'job.handed_over');
    expect(last?.actor).toEqual({ kind: 'staff', id: shop.lea.id });
    expect((await scan()).text).toContain('Nothing to do now');
    await shop.settled();
  });

  test('is on the board without its price', async () => {
    const known = await released();
    const { text } = await lea.get('/staff/board');
    expect(text).toContain(known.ref);
    expect(text.slice(text.indexOf('<main'))).not.toMatch(/€|EUR/);
  });

  test('can no longer be cancelled, unsigned or paid again', async () => {
    const known = await released();
    expect((await lea.post(page(known, '/cancellation'), { reason: 'too late' })).status).toBe(409);
    expect((await lea.post(page(known, '/withdrawal'), { reason: 'too late' })).status).toBe(409);
    expect((await lea.post(page(known, '/payments'), payment(known))).status).toBe(409);
    const { text } = await lea.get(page(known));
    for (const path of ['/cancellation', '/withdrawal', '/payments', '/revisions', '/artworks"']) {
      expect(text).not.toContain(`action="${page(known, path)}`);
    }
  });
});

test('a signature is taken back at the customer’s word, and the same proof can be signed again', async () => {
  const { known, proof } = await proofed();
  await marie.post(`${proof}/approval`, await signedForm(marie, proof));
  expect((await lea.post(page(known, '/withdrawal'), { reason: '' })).status).toBe(422);
  expect((await lea.post(page(known, '/withdrawal'), { reason: 'Wrong telephone number' })).status).toBe(303);
  expect((await now(known)).state).toBe('proofed');
  expect((await marie.post(`${proof}/approval`, await signedForm(marie, proof))).status).toBe(303);
});

describe('changes that the customer asked for', () => {
  async function asked() {
    const { known, proof } = await proofed();
    await marie.post(`${proof}/changes`, {
      'points[0][page]': '1',
      'points[0][reason]': 'text',
      'points[0][text]': 'Replace rue by avenue',
      'points[1][page]': '2',
      'points[1][reason]': 'colour',
      'points[1][text]': 'A warmer green',
    });
    const points = await shop
      .db('change_points')
      .join('change_requests', 'change_requests.id', 'change_points.change_request_id')
      .where({ order_id: known.id })
      .orderBy('number')
      .select('change_points.id');
    return { known, points: points.map(({ id }) => page(known, `/points/${id}/answer`)) };
  }

  test('are answered one by one, a no with its reason, before the next version goes out', async () => {
    const { known, points } = await asked();
    const blocked = await lea.upload(page(known, '/revisions'), CARD);
    expect(blocked.status).toBe(409);
    expect(blocked.text).toContain('2 points must be answered first');
    expect((await lea.post(points[0], { answer: 'done' })).status).toBe(303);
    const noReason = await lea.post(points[1], { answer: 'not_done', text: ' ' });
    expect(noReason.status).toBe(422);
    expect((await lea.post(points[1], { answer: 'question', text: 'Which green?' })).status).toBe(303);
    expect((await lea.upload(page(known, '/revisions'), CARD)).status).toBe(409);
    expect(
      (await lea.post(points[1], { answer: 'not_done', text: 'The press has no warmer one' })).status,
    ).toBe(303);
    expect((await lea.post(page(known, '/revisions'))).status).toBe(422);
    expect((await lea.upload(page(known, '/revisions'), CARD, {}, 'corrected.pdf')).status).toBe(303);
    await shop.settled();
    expect((await now(known)).state).toBe('proofed');
    const { text } = await lea.get(page(known));
    expect(text).toContain('Version 2');
    expect(text).toContain('The press has no warmer one');
    expect((await lea.get(page(known, '/proof/1/pages/1/thumbnail.webp'))).headers.get('content-type')).toBe(
      'image/webp',
    );
  });

  test('belong to their own order', async () => {
    const { points } = await asked();
    const { known } = await asked();
    const foreign = points[0].replace(/\/staff\/orders\/[^/]+/, page(known));
    expect((await lea.post(foreign, { answer: 'done' })).status).toBe(404);
  });
});

test('a file goes out as a download that can do nothing, under the order’s name', async () => {
  const known = await takeIn();
  const { headers, status } = await lea.get(page(known, `/artworks/${known.current_artwork_id}`));
  expect(status).toBe(200);
  expect(headers.get('content-disposition')).toContain('attachment');
  expect(headers.get('content-disposition')).toContain(known.ref);
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-security-policy')).toContain('sandbox');
  const other = await takeIn();
  expect((await lea.get(page(other, `/artworks/${known.current_artwork_id}`))).status).toBe(404);
});

describe('letters', () => {
  test('are readable in the shop, and the link can be sent again', async () => {
    const known = await takeIn();
    expect((await lea.post(page(known, '/link'))).status).toBe(303);
    await shop.settled();
    const letter = (await message.ofOrder(shop.db, known.id)).find(
      ({ template }) => template === 'order-link',
    )!;
    const read = await lea.get(`/staff/letters/${letter.id}`);
    expect(read.text).toContain(linkToken(shop.config, known.id));
    const shown = await lea.get(`/staff/letters/${letter.id}/letter.html`);
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    const types = (await event.history(shop.db, known.id)).map(({ type, actor }) => `${type} ${actor.kind}`);
    expect(types).toContain('link.sent staff');
  });

  test('with a code that went to the customer stay closed', async () => {
    const known = await takeIn();
    const visit = shop.visitor();
    const address = `/o/${linkToken(shop.config, known.id)}`;
    await visit.post(`${address}/proof/1/code`);
    await shop.settled();
    const letter = (await message.ofOrder(shop.db, known.id)).find(
      ({ template }) => template === 'sign-code',
    )!;
    const code = /\b\d{3}\s?\d{3}\b/.exec(letter.text)![0];
    expect((await lea.get(`/staff/letters/${letter.id}`)).text).toContain(code);
    await shop.db('messages').where({ id: letter.id }).update({ state: 'sent' });
    expect((await lea.get(`/staff/letters/${letter.id}`)).text).not.toContain(code);
    expect((await lea.get(`/staff/letters/${letter.id}/letter.html`)).status).toBe(303);
  });
});

test('the search finds an order by name, by telephone and by its reference', async () => {
  const known = await takeIn(null);
  for (const words of ['paul dur', '98765432', 'paul@example']) {
    expect((await lea.get(`/staff/search?q=${encodeURIComponent(words)}`)).text).toContain(known.ref);
  }
  expect((await lea.get(`/staff/search?q=${known.ref.toLowerCase()}`)).location).toBe(page(known));
  expect((await lea.get('/staff/search?q=%25')).text).toContain('No order for');
});

describe('the owner', () => {
  test('describes the shop, and every mistake is said at once', async () => {
    const { text } = await owner.get('/owner/shop');
    const fields: Record<string, string> = {};
    for (const [, name, value] of text.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g))
      fields[name] = value;
    for (const [, name, value] of text.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</g))
      fields[name] = value;
    const given = { ...fields, language: 'fr', withdrawal_notice: '' };
    const wrong = { ...given, 'hours-1': '18:00-9:00', email: 'no', delivery: '-3', time_zone: 'Mars/Base' };
    const refused = await owner.post('/owner/shop', wrong);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('Please check 4 points');
    const change = { name: 'Atelier Canut', delivery: '7,50', 'hours-7': '9h-12:30, 14:00-18:30' };
    expect((await owner.post('/owner/shop', { ...given, ...change })).status).toBe(422);
    const sunday = { ...change, 'hours-7': '9h00-12:30, 14:00-18:30' };
    expect((await owner.post('/owner/shop', { ...given, ...sunday })).status).toBe(303);
    const { opening_hours, delivery_cents } = await setting.shop(shop.db);
    expect(opening_hours['7']).toEqual([
      ['09:00', '12:30'],
      ['14:00', '18:30'],
    ]);
    expect(opening_hours['1']).toEqual([['00:00', '23:59']]);
    expect(delivery_cents).toBe(750);
    expect((await shop.visitor().get('/')).text).toContain('Atelier Canut');
  });

  test('edits the catalogue as data, and what does not hold together is refused in words', async () => {
    const path = '/owner/products/postcards';
    const { text } = await owner.get(path);
    const definition = JSON.parse(
      /<textarea[^>]*>([\s\S]*?)<\/textarea>/
        .exec(text)![1]
        .replaceAll('&#34;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&'),
    );
    const send = (change: object | string, version = '1') =>
      owner.post(path, {
        version,
        definition: typeof change === 'string' ? change : JSON.stringify({ ...definition, ...change }),
      });
    for (const [change, status, says] of [
      ['{"key":', 422, /not complete JSON/],
      [{ sizes: [] }, 422, /At sizes/],
      [{ key: 'other' }, 422, /has to stay/],
    ] as const) {
      const answer = await send(change);
      expect([answer.status, says.test(answer.text)]).toEqual([status, true]);
    }
    expect((await send({ name: { en: 'Picture cards', fr: 'Cartes illustrées' } })).status).toBe(303);
    expect((await send({})).status).toBe(409);
    expect((await shop.visitor().get('/order/new')).text).toContain('Picture cards');
    await owner.post(`${path}/retirement`);
    expect((await shop.visitor().get('/order/new')).text).not.toContain('Picture cards');
    await owner.post(`${path}/return`);
    expect((await shop.visitor().get('/order/new')).text).toContain('Picture cards');
  });

  test('takes a colleague’s access away at once, but never their own', async () => {
    const fields = { name: 'Zoé Roux', email: 'zoe@lilas.example', role: 'staff', password: PASSWORD };
    expect((await owner.post('/owner/staff', { ...fields, password: 'short' })).status).toBe(422);
    expect((await owner.post('/owner/staff', fields)).status).toBe(303);
    expect((await owner.post('/owner/staff', { ...fields, email: 'ZOE@lilas.example' })).status).toBe(422);
    const zoe = shop.visitor();
    await zoe.post('/staff/login', { email: fields.email, password: PASSWORD });
    expect((await zoe.get('/staff')).status).toBe(200);
    const { id } = await shop.db('staff').where({ email: fields.email }).first('id');
    await owner.post(`/owner/staff/${id}/deactivation`);
    expect((await zoe.get('/staff')).status).toBe(303);
    expect((await zoe.post('/staff/login', { email: fields.email, password: PASSWORD })).status).toBe(422);
    expect((await owner.post(`/owner/staff/${shop.owner.id}/deactivation`)).status).toBe(422);
    expect((await owner.get('/owner/staff')).text).not.toContain('$argon2');
  });

  test('exports a history that a stranger can check', async () => {
    const known = await released();
    const answer = await owner.get(`/owner/audit/${known.ref}/events.json`);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    const { chain, events } = answer.json<{
      chain: { holds: boolean };
      events: Array<{ body: string; hash: string; prev_hash: string }>;
    }>();
    expect(chain.holds).toBe(true);
    let before = '0'.repeat(64);
    for (const { body, hash, prev_hash } of events) {
      expect(prev_hash).toBe(before);
      expect(createHash('sha256').update(body).digest('hex')).toBe(hash);
      before = hash;
    }
    expect((await owner.get(`/owner/audit/${known.ref}`)).text).toContain(before);
  });
});

test('every page of the shop is there in both languages', async () => {
  const known = await released();
  const french = await shop.colleague();
  french.cookies.set('hl', 'fr');
  const paths = [
    '/staff',
    '/staff/board',
    '/staff/queue',
    '/staff/letters',
    '/staff/parked',
    '/staff/orders/new',
  ];
  for (const path of [
    ...paths,
    page(known),
    page(known, '/ticket'),
    page(known, '/check'),
    page(known, '/handover'),
  ]) {
    const [english, said] = await Promise.all([lea.get(path), french.get(path)]);
    expect([path, english.status, said.status]).toEqual([path, 200, 200]);
    expect(english.text).toContain('<html lang="en"');
    expect(said.text).toContain('<html lang="fr"');
  }
});
