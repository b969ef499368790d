// Plays the money machine with random hands: `npm run bench -- money 5000`, or `… money 1 SEED` for one that broke.
import { makeTemplate, runMoney } from '../test/support/money-machine';
import { startShop } from '../test/support/portal';

const DEFAULT_RUNS = 1_000;
const SEEDS = 1e9;

/** Runs and first seed come from the command line; ends with 1 when a run broke a promise. */
export async function run(): Promise<void> {
  const [runs = DEFAULT_RUNS, first = Math.floor(Math.random() * SEEDS)] = process.argv.slice(3).map(Number);
  const shop = await startShop({ worker: false });
  const template = await makeTemplate(shop);
  let broken = 0;
  console.log(`${runs} runs from seed ${first}`);
  for (let seed = first; seed < first + runs; seed++) {
    try {
      await runMoney(template, seed);
    } catch (error) {
      broken += 1;
      console.log(error instanceof Error ? error.message : error);
    }
  }
  console.log(`${runs} runs, ${broken} broken`);
  await shop.close();
  process.exit(broken > 0 ? 1 : 0);
}
