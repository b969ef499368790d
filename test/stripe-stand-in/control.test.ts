import { heldPayment, openTill, type Till } from './support';

let till: Till;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

async function pull(string: string, body: object, type = 'application/json') {
  const answer = await fetch(`${till.standIn.url}/_stand_in/${string}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { now?: number } };
}

test('the strings can be pulled over HTTP', async () => {
  const { id } = await heldPayment(till.stripe);
  expect((await pull('clock', { advance_seconds: 60 })).body.now).toBeGreaterThan(Date.now() / 1000 + 50);
  expect((await pull('fault', { next: 'slow', ms: 1, path: '/nowhere' })).status).toBe(200);
  expect((await pull('webhooks', { paused: true })).status).toBe(200);
  expect((await pull('expire_hold', { payment_intent: id })).status).toBe(200);
  const answer = await fetch(`${till.standIn.url}/_stand_in/`);
  const state = (await answer.json()) as ReturnType<Till['standIn']['control']['state']>;
  expect(state).toMatchObject({ ahead_s: 60, webhooks: { paused: true } });
  expect(state.payment_intents[id]!.status).toBe('canceled');
  expect(state.faults).toHaveLength(1);
});

test('a string that leads nowhere says so', async () => {
  expect((await pull('expire_hold', { payment_intent: 'pi_none' })).status).toBe(400);
  expect((await pull('clock', { advance_seconds: -5 })).status).toBe(400);
  expect((await pull('fault', { next: 'fire' })).status).toBe(400);
});

test('another site’s form cannot pull a string', async () => {
  expect((await pull('clock', { advance_seconds: 60 }, 'text/plain')).status).toBe(400);
  expect(till.standIn.control.state().ahead_s).toBe(0);
});
