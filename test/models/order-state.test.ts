import { Conflict, NotFound } from '../../server/errors';
import {
  MOVES,
  may,
  move,
  type OrderState,
  STATES,
  unreachableStates,
  verbsFrom,
} from '../../server/models/order-state';
import * as ticket from '../../server/models/ticket';
import { placedOrder } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

test('money is captured only from an approved order, and a job released only from a paid one', () => {
  expect(MOVES.capture_payment.from).toEqual(['approved']);
  expect(MOVES.release.from).toEqual(['paid']);
  expect(MOVES.start_printing.from).toEqual(['released']);
  const leadsTo = (state: OrderState) => Object.values(MOVES).filter((each) => each.to === state);
  expect(leadsTo('paid')).toHaveLength(1);
  expect(leadsTo('released')).toHaveLength(1);
  expect(leadsTo('printing')).toHaveLength(1);
});

test('every state is reached from a draft, and a table that forgets one is noticed', () => {
  expect(unreachableStates()).toEqual([]);
  const { release, ...without } = MOVES;
  expect(unreachableStates(without as never)).toEqual([
    'released',
    'printing',
    'finishing',
    'ready',
    'handed_over',
  ]);
});

test('what is handed over or cancelled stays so', () => {
  expect(verbsFrom('handed_over')).toEqual([]);
  expect(verbsFrom('cancelled')).toEqual([]);
});

test.each(STATES.filter((state) => state !== 'released'))(
  'an order that is %s cannot be started on press',
  (state) => {
    expect(may('start_printing', state)).toBe(false);
  },
);

test('a move that comes second conflicts and changes nothing', async () => {
  const { id } = await placedOrder(shop);
  await shop.db.transaction((trx) => move(trx, id, 'refuse_artwork'));
  await expect(shop.db.transaction((trx) => move(trx, id, 'refuse_artwork'))).rejects.toBeInstanceOf(
    Conflict,
  );
});

test.each(['printing', 'finishing', 'ready', 'handed_over'] as const)(
  'a job that nobody signed cannot be moved to %s',
  async (step) => {
    const { id } = await placedOrder(shop);
    await expect(ticket.advance(shop.db, id, step, shop.lea.id)).rejects.toBeInstanceOf(Conflict);
  },
);

test('a scan of an unknown code finds nothing', async () => {
  await expect(ticket.findByScanCode(shop.db, 'NOTACODE22')).rejects.toBeInstanceOf(NotFound);
});
