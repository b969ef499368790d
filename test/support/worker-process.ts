// A worker in a process of its own, which a test may kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestShop } from './portal';
import { ROOT } from './sources';

/** Works for this shop until it is killed; `more` is added to its environment. */
export function startWorkerProcess(shop: TestShop, more: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'dist', 'server', 'worker.js')], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      DATA_DIR: shop.config.data_dir,
      DATABASE_URL: shop.config.database_url,
      BASE_URL: shop.url,
      STRIPE_API_BASE: shop.bank!.url,
      ...more,
    },
  });
}
