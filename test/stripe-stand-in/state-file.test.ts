import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startStandIn } from '../../bin/stripe-stand-in';
import { heldPayment, openTill, stripeAt } from './support';

test('holds, keys and waiting webhooks survive a restart', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stand-in-'));
  const state_file = path.join(folder, 'state.json');
  try {
    const before = await openTill({ state_file });
    const { id } = await heldPayment(before.stripe);
    await before.standIn.control.settled();
    before.standIn.control.webhooks({ paused: true });
    await before.stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
    before.standIn.control.advance(60);
    await before.close();

    const after = await startStandIn({ state_file });
    const stripe = stripeAt(after);
    const again = await stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'op-1' });
    expect(again).toMatchObject({ status: 'succeeded', amount_received: 8640 });
    const state = after.control.state();
    expect(state.ahead_s).toBe(60);
    expect(Object.values(state.deliveries).filter((one) => one.state === 'waiting')).toHaveLength(2);
    await after.stop();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('without a state file everything is forgotten', async () => {
  const before = await startStandIn();
  await stripeAt(before).customers.create({});
  await before.stop();
  const after = await startStandIn();
  expect((await stripeAt(after).customers.list()).data).toEqual([]);
  await after.stop();
});
