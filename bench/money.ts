// Plays the money machine for as many runs as are asked: `npm run bench -- money 5000 [first seed]`.
import { makeTemplate, runMoney } from '../test/support/money-machine';
import { startShop } from '../test/support/portal';

const DEFAULT_RUNS = 1_000;

export async function play(runs = DEFAULT_RUNS, first = Math.floor(Math.random() * 1e9)): Promise<number> {
  (globalThis as { __DATABASE__?: string }).__DATABASE__ = 'sqlite';
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
  return broken;
}

if (require.main === module) {
  const [runs, first] = process.argv.slice(2).map(Number);
  play(runs, first).then((broken) => process.exit(broken > 0 ? 1 : 0));
}
