// Random hands on the whole money machine; a seed that breaks it is printed and can be run again by itself.
import { databaseName } from '../support/database';
import { makeTemplate, runMoney, type Template } from '../support/money-machine';
import { startShop, type TestShop } from '../support/portal';

/** How long the suite plays; `npm run bench -- money 5000` plays thousands. */
const PLAY_MS = 10_000;
const LEAST_RUNS = 12;
const FIRST_SEED = 1;

const onSqlite = databaseName() === 'sqlite' ? describe : describe.skip;

onSqlite('whoever does whatever in whatever order', () => {
  let shop: TestShop;
  let template: Template;
  beforeAll(async () => {
    shop = await startShop({ worker: false });
    template = await makeTemplate(shop);
  });
  afterAll(() => shop.close());

  test('nothing is charged unsigned, twice, or too much; nothing is printed unpaid; everything heals or is shown', async () => {
    const until = Date.now() + PLAY_MS;
    let runs = 0;
    for (; runs < LEAST_RUNS || Date.now() < until; runs++) await runMoney(template, FIRST_SEED + runs);
    expect(runs).toBeGreaterThanOrEqual(LEAST_RUNS);
  }, 120_000);
});
