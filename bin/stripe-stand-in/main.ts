import { startStandIn } from './index';

const DEFAULT_PORT = 12111;
const { env } = process;

async function main() {
  const { STAND_IN_WEBHOOK_URL: url, STAND_IN_WEBHOOK_SECRET: secret } = env;
  if (Boolean(url) !== Boolean(secret)) {
    throw new Error('Set STAND_IN_WEBHOOK_URL and STAND_IN_WEBHOOK_SECRET together.');
  }
  const standIn = await startStandIn({
    port: Number(env.STAND_IN_PORT ?? DEFAULT_PORT),
    host: env.STAND_IN_HOST,
    webhook: url && secret ? { url, secret } : undefined,
    state_file: env.STAND_IN_STATE,
    public_base: env.STAND_IN_PUBLIC_BASE,
    shop_name: env.STAND_IN_SHOP_NAME,
  });
  console.log(`Stripe stand-in: ${standIn.url} (demonstration, no money moves)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void standIn.stop().then(() => process.exit(0)));
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
