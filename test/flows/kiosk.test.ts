// The counter tablet: what it shows, to whom, for how long, and what is left of it afterwards.
import { placeOrder } from '../../server/demo/orders';
import { later, now } from '../../server/models/database';
import * as order from '../../server/models/order';
import { ASLEEP_MS, GREETING_MS, PAIRING_VALID_MS } from '../../server/models/tablet';
import { type Answer, fieldsOf, startShop, type TestShop, type Visitor } from '../support/portal';

const MARIE = {
  name: 'Marie Aubertin',
  email: 'marie.aubertin@example.com',
  phone: '06 12 34 56 78',
  language: 'fr',
  product_key: 'business-cards',
  artwork: 'business-card.pdf',
} as const;
const PAUL = { ...MARIE, name: 'Paul Vernier', email: 'paul.vernier@example.com', phone: '06 98 76 54 32' };
const PRIVATE = /Aubertin|aubertin|Vernier|vernier|06[ .]?12|06[ .]?98|example\.com/;

let shop: TestShop;
let lea: Visitor;
let marie: order.Order;
let paul: order.Order;
let ana: order.Order;

beforeAll(async () => {
  shop = await startShop();
  lea = await shop.colleague();
  const [first, second, third] = await Promise.all([
    placeOrder(shop.portal, MARIE),
    placeOrder(shop.portal, PAUL),
    placeOrder(shop.portal, { ...MARIE, name: 'Ana Costa', artwork: null }),
  ]);
  await shop.settled();
  marie = await order.findOrder(shop.db, first);
  paul = await order.findOrder(shop.db, second);
  ana = await order.findOrder(shop.db, third);
  expect([marie.state, paul.state]).toEqual(['proofed', 'proofed']);
}, 60_000);

afterAll(() => shop?.close());

const codeOn = (page: Answer): string => /data-session="(\w{6})"/.exec(page.text)?.[1] ?? '';

async function newTablet(name = 'Counter left'): Promise<{ screen: Visitor; id: string }> {
  const screen = shop.visitor();
  const code = codeOn(await screen.get('/kiosk/pair'));
  const answer = await lea.post('/staff/tablets', { code, name });
  expect(answer.status).toBe(303);
  const { id } = await shop.db('tablets').where({ name }).orderBy('paired_at', 'desc').first('id');
  return { screen, id };
}

const push = (found: order.Order, tablet_id: string, replace = '') =>
  lea.post(`/staff/orders/${found.ref}/tablet`, { tablet_id, replace });

/** Touches a language on the greeting and follows to the first page. */
async function touch(screen: Visitor, language = 'fr'): Promise<Answer> {
  const greeting = await screen.get('/kiosk');
  await screen.post('/kiosk/language', { ...fieldsOf(greeting.text, '/kiosk/language'), language });
  const start = await screen.get('/kiosk/s');
  return screen.get(start.location);
}

async function sign(screen: Visitor, name: string): Promise<Answer> {
  for (const page of [1, 2]) await screen.post(`/kiosk/s/proof/1/pages/${page}/seen`);
  const page = await screen.get('/kiosk/s/proof/1');
  const action = '/kiosk/s/proof/1/approval';
  const ticks = [...page.text.matchAll(/name="(statements\[[^"]+\])"/g)].map(([, key]) => [key, 'on']);
  return screen.post(action, {
    ...fieldsOf(page.text, action),
    ...Object.fromEntries(ticks),
    typed_name: name,
    signature_method: 'typed',
    signature_typed_name: name,
    signature_typed_confirm: 'on',
  });
}

describe('pairing', () => {
  test('a new screen shows a code, its QR code and nothing else', async () => {
    const screen = shop.visitor();
    expect((await screen.get('/kiosk')).location).toBe('/kiosk/pair');
    const page = await screen.get('/kiosk/pair');
    expect(codeOn(page)).toMatch(/^[A-HJKMNP-Z2-9]{6}$/);
    expect(page.text).toContain('<svg');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(codeOn(await screen.get('/kiosk/pair'))).toBe(codeOn(page));
  });

  test('the tablet goes on by itself once a colleague has typed its code', async () => {
    const screen = shop.visitor();
    const code = codeOn(await screen.get('/kiosk/pair'));
    expect((await screen.get('/kiosk/pair/status.json')).json()).toEqual({
      session: code,
      page: '/kiosk/pair',
    });
    await lea.post('/staff/tablets', { code: code.toLowerCase(), name: 'Window' });
    expect((await screen.get('/kiosk/pair/status.json')).json()).toEqual({ session: '', page: '/kiosk' });
    expect((await screen.get('/kiosk')).status).toBe(200);
  });

  test('a code that ran out is refused, and the screen has a new one', async () => {
    const screen = shop.visitor();
    const code = codeOn(await screen.get('/kiosk/pair'));
    await shop
      .db('tablets')
      .where({ pairing_code: code })
      .update({ pairing_expires_at: later(now(), -PAIRING_VALID_MS) });
    const refused = await lea.post('/staff/tablets', { code, name: 'Too late' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('Too late');
    expect(codeOn(await screen.get('/kiosk/pair'))).not.toBe(code);
  });

  test('the cookie of a tablet is out of reach of scripts and of every other page', async () => {
    const page = await fetch(`${shop.url}/kiosk/pair`);
    expect(page.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^tablet=.+; Path=\/kiosk; .*HttpOnly/),
    ]);
  });

  test('a tablet opens no page of the staff, the owner or an order', async () => {
    const { screen, id } = await newTablet();
    for (const path of ['/staff', '/staff/tablets', `/staff/orders/${marie.ref}`, '/owner']) {
      expect((await screen.get(path)).location).toMatch(/^\/staff\/login/);
    }
    const answer = await screen.post(`/staff/orders/${marie.ref}/tablet`, { tablet_id: id });
    expect(answer.location).toBe('/staff/login');
    expect(await shop.db('counter_sessions').where({ tablet_id: id })).toEqual([]);
  });
});

describe('showing an order', () => {
  test('somebody without a paired tablet sees nothing', async () => {
    const { id } = await newTablet();
    await push(marie, id);
    const stranger = shop.visitor();
    for (const path of ['/kiosk', '/kiosk/s', '/kiosk/s/proof/1', '/kiosk/s/proof/1/pages/1/image.webp']) {
      expect(await stranger.get(path)).toMatchObject({ status: 303, location: '/kiosk/pair' });
    }
    expect((await stranger.post('/kiosk/language', { language: 'fr' })).location).toBe('/kiosk');
    expect((await stranger.post('/kiosk/s/finish')).location).toBe('/kiosk');
  });

  test('the tablet greets by first name and initial, in both languages', async () => {
    const { screen, id } = await newTablet();
    expect((await screen.get('/kiosk')).text).not.toContain('Marie');
    await push(marie, id);
    const greeting = await screen.get('/kiosk');
    expect(greeting.text).toContain('Votre épreuve est prête, Marie A.');
    expect(greeting.text).toContain('Your proof is ready, Marie A.');
    expect(greeting.text).not.toMatch(PRIVATE);
  });

  test('the tablet learns of it by asking', async () => {
    const { screen, id } = await newTablet();
    expect((await screen.get('/kiosk/state.json')).json()).toEqual({
      session: '',
      page: '/kiosk',
      help: null,
    });
    await push(marie, id);
    const state = (await screen.get('/kiosk/state.json')).json();
    expect(state).toMatchObject({ page: '/kiosk/s/proof/1' });
    expect(state.session).not.toBe('');
  });

  test('no page of a visit names more of the customer, or leads out of the kiosk', async () => {
    const { screen, id } = await newTablet();
    await push(marie, id);
    const pages = [
      await screen.get('/kiosk'),
      await touch(screen),
      await screen.get('/kiosk/s/proof/1/changes'),
      await screen.get('/kiosk/s/proof/99/changes'),
    ];
    for (const { text, headers } of pages) {
      expect(text).not.toMatch(PRIVATE);
      expect(headers.get('cache-control')).toBe('no-store');
      const addresses = [...text.matchAll(/<(?:a|form|button)\b[^>]*?(?:href|action)="([^"]*)"/g)].map(
        ([, to]) => to,
      );
      expect(addresses.filter((to) => !/^(#|\/kiosk(\/|$))/.test(to))).toEqual([]);
    }
    const image = await screen.get('/kiosk/s/proof/1/pages/1/image.webp');
    expect(image).toMatchObject({ status: 200 });
    expect(image.headers.get('cache-control')).toBe('no-store');
  });

  test('the name field keeps nothing for the next customer', async () => {
    const { screen, id } = await newTablet();
    await push(marie, id);
    const page = await touch(screen);
    const field = /<input[^>]*id="typed_name"[^>]*>/.exec(page.text)?.[0];
    for (const attribute of ['autocomplete="off"', 'autocorrect="off"', 'spellcheck="false"', 'value=""']) {
      expect(field).toContain(attribute);
    }
  });

  test('the language of one visit is not the language of the next', async () => {
    const { screen, id } = await newTablet();
    await push(marie, id);
    expect((await touch(screen, 'en')).text).toContain('<html lang="en"');
    expect(screen.cookies.has('hl')).toBe(false);
    await screen.post('/kiosk/s/idle');
    await push(marie, id);
    expect((await screen.get('/kiosk')).text).toContain('<html lang="fr"');
  });

  test('an order without a proof is not shown, and a sentence says why', async () => {
    const { id } = await newTablet();
    const answer = await push(ana, id);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain(`Order ${ana.ref} has no proof yet.`);
    expect(await shop.db('counter_sessions').where({ tablet_id: id })).toEqual([]);
  });

  test('a second order takes the place of the first only when staff say so', async () => {
    const { screen, id } = await newTablet();
    await push(marie, id);
    await touch(screen);
    const question = await push(paul, id);
    expect(question.status).toBe(409);
    expect(question.text).toContain('Marie A.');
    expect((await screen.get('/kiosk/s/proof/1')).status).toBe(200);

    expect((await push(paul, id, '1')).status).toBe(303);
    expect((await screen.get('/kiosk')).text).toContain('Paul V.');
  });

  test('a page of the customer before does not open the order of the next', async () => {
    const { screen, id } = await newTablet();
    await push(marie, id);
    await touch(screen);
    await push(paul, id, '1');
    for (const path of ['/kiosk/s', '/kiosk/s/proof/1', '/kiosk/s/proof/1/pages/1/image.webp']) {
      expect(await screen.get(path)).toMatchObject({ status: 303, location: '/kiosk' });
    }
    expect((await sign(screen, 'Marie Aubertin')).location).toBe('/kiosk');
    expect((await order.findOrder(shop.db, paul.id)).state).toBe('proofed');
  });
});

describe('staff beside the customer', () => {
  test('see who is at the tablet and how many pages were seen', async () => {
    const { screen, id } = await newTablet('Counter right');
    await push(marie, id);
    await touch(screen);
    await screen.post('/kiosk/s/proof/1/pages/2/seen');
    const page = await lea.get('/staff/tablets');
    const card = page.text.split('class="tablet-card').find((each) => each.includes('Counter right'));
    expect(card).toContain('Marie A.');
    expect(card).toContain('Pages seen: 1 of 2');
  });

  test('are called, and the customer reads who comes', async () => {
    const { screen, id } = await newTablet('Counter right');
    await push(marie, id);
    await touch(screen, 'en');
    const call = await screen.post('/kiosk/s/call', {}, { Accept: 'application/json' });
    expect(call.json()).toEqual({ help: 'We called Léa' });
    expect((await lea.get('/staff/tablets')).text).toContain('Marie A. asks for somebody');
    expect((await lea.get('/staff')).text).toContain('Somebody at a tablet asks for you');

    const owner = await shop.colleague('owner');
    await owner.post(`/staff/tablets/${id}/answer`);
    expect((await screen.get('/kiosk/state.json')).json()).toMatchObject({ help: 'Paul is coming' });
  });
});

describe('the end of a visit', () => {
  /** Everything that a curious person could try after somebody else. */
  const TWELVE: Array<(screen: Visitor) => Promise<Answer>> = [
    (screen) => screen.get('/kiosk'),
    (screen) => screen.get('/kiosk/state.json'),
    (screen) => screen.get('/kiosk/s'),
    (screen) => screen.get('/kiosk/s/proof/1'),
    (screen) => screen.get('/kiosk/s/proof/1/changes'),
    (screen) => screen.get('/kiosk/s/proof/1/pages/1/image.webp'),
    (screen) => screen.get('/kiosk/s/proof/1/pages/1/thumbnail.webp'),
    (screen) => screen.get('/kiosk/s/done'),
    (screen) => screen.get('/kiosk/s/changes-sent'),
    (screen) => screen.post('/kiosk/s/proof/1/approval', { typed_name: 'Somebody Else' }),
    (screen) => screen.post('/kiosk/s/proof/1/pages/1/seen', {}, { Accept: 'application/json' }),
    (screen) => screen.post('/kiosk/s/call', {}, { Accept: 'application/json' }),
  ];

  async function nothingIsLeft(screen: Visitor): Promise<void> {
    for (const attempt of TWELVE) {
      const answer = await attempt(screen);
      expect(answer.text).not.toMatch(/Marie|Paul V|[A-Z2-9]{3}-\d{3}|webp/);
      expect(answer.text).not.toMatch(PRIVATE);
      expect(answer.headers.get('content-type')).not.toMatch(/^image/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  }

  async function visit() {
    const { screen, id } = await newTablet();
    await push(paul, id);
    expect((await touch(screen)).status).toBe(200);
    const cookies = new Map(screen.cookies);
    return {
      screen,
      id,
      /** The screen with every cookie it had during the visit. */
      asBefore(): Visitor {
        for (const [name, value] of cookies) screen.cookies.set(name, value);
        return screen;
      },
    };
  }

  const because = async (tablet_id: string) =>
    (await shop.db('counter_sessions').where({ tablet_id }).orderBy('opened_at', 'desc').first())
      .closed_because;

  test('idle: nothing is left', async () => {
    const { screen, id, asBefore } = await visit();
    const answer = await screen.post('/kiosk/s/idle');
    expect(answer).toMatchObject({ status: 303, location: '/kiosk' });
    expect(answer.headers.get('clear-site-data')).toBe('"cache"');
    expect(await because(id)).toBe('idle');
    await nothingIsLeft(asBefore());
  });

  test('recalled by staff: nothing is left', async () => {
    const { id, asBefore } = await visit();
    await lea.post(`/staff/tablets/${id}/recall`);
    expect(await because(id)).toBe('recalled');
    await nothingIsLeft(asBefore());
  });

  test('forgotten: the tablet shows nothing, and is a stranger', async () => {
    const { screen, id, asBefore } = await visit();
    await lea.post(`/staff/tablets/${id}/forget`);
    await nothingIsLeft(asBefore());
    expect((await screen.get('/kiosk')).location).toBe('/kiosk/pair');
    expect(screen.cookies.has('tablet')).toBe(false);
  });

  test('a greeting that nobody touches goes away', async () => {
    const { screen, id } = await newTablet();
    await push(paul, id);
    await shop
      .db('counter_sessions')
      .where({ tablet_id: id })
      .update({ opened_at: later(now(), -GREETING_MS - 1) });
    expect((await screen.get('/kiosk')).text).not.toContain('Paul');
    expect(await because(id)).toBe('idle');
  });

  test('a tablet that was switched off in the middle wakes up empty', async () => {
    const { screen, id } = await visit();
    const asleepSince = later(now(), -ASLEEP_MS - 1);
    await shop
      .db('counter_sessions')
      .where({ tablet_id: id })
      .update({ opened_at: later(asleepSince, -1000) });
    await shop.db('tablets').where({ id }).update({ seen_at: asleepSince });
    await nothingIsLeft(screen);
    expect(await because(id)).toBe('idle');
  });

  test('changes asked for: thanked, then nothing is left', async () => {
    const asked = await order.findOrder(shop.db, await placeOrder(shop.portal, MARIE));
    await shop.settled();
    const { screen, id } = await newTablet();
    await push(asked, id);
    await touch(screen, 'en');
    const sent = await screen.post('/kiosk/s/proof/1/changes', {
      'points[0][page]': '1',
      'points[0][text]': 'avenue, not rue',
      'points[0][reason]': 'text',
    });
    expect(sent.location).toBe('/kiosk/s/changes-sent');
    const thanks = await screen.get(sent.location);
    expect(thanks.text).toContain('We have your correction.');
    expect(thanks.text).not.toMatch(PRIVATE);
    const cookies = new Map(screen.cookies);
    // Without scripts the page loads the start by itself.
    expect((await screen.get('/kiosk')).headers.get('clear-site-data')).toBe('"cache"');
    expect(await because(id)).toBe('done');
    for (const [name, value] of cookies) screen.cookies.set(name, value);
    await nothingIsLeft(screen);
    expect((await push(asked, id)).text).toContain(`Order ${asked.ref} is being corrected.`);
  }, 60_000);

  test('signed: no code, witnessed by staff on this tablet, thanked, then nothing is left', async () => {
    const { screen, id } = await newTablet();
    await push(marie, id);
    const page = await touch(screen, 'en');
    expect(page.text).not.toContain('name="code"');
    const signed = await sign(screen, 'Marie Aubertin');
    expect(signed).toMatchObject({ status: 303, location: '/kiosk/s/done' });

    const approval = await shop.db('approvals').where({ order_id: marie.id }).first();
    expect(approval).toMatchObject({ channel: 'counter', witness_staff_id: shop.lea.id, tablet_id: id });
    expect(JSON.parse(approval.identity).how).toBe('present_at_counter');
    expect(await shop.db('sign_codes').where({ order_id: marie.id })).toEqual([]);

    const done = await screen.get('/kiosk/s/done');
    expect(done.text).toContain('Thank you, Marie A.');
    expect(done.text).toMatch(/Please pay €\d+\.\d\d at the counter\./);
    expect(done.text).toContain('Please hand the tablet back.');
    expect(done.text).not.toMatch(PRIVATE);
    expect((await screen.get('/kiosk/s/proof/1')).location).toBe('/kiosk/s');

    const cookies = new Map(screen.cookies);
    const finished = await screen.post('/kiosk/s/finish');
    expect(finished).toMatchObject({ status: 303, location: '/kiosk' });
    expect(finished.headers.get('clear-site-data')).toBe('"cache"');
    expect(await because(id)).toBe('done');
    for (const [name, value] of cookies) screen.cookies.set(name, value);
    await nothingIsLeft(screen);
    expect((await push(marie, id)).text).toContain(`Order ${marie.ref} is signed already.`);
  });
});
