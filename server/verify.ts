// npm run -s verify -- PACK.zip: checks a court pack, one line a check. It needs no shop and asks nobody.
import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkPack } from './packs/check-pack';

const USAGE = `Usage: npm run -s verify -- PACK.zip [--root FINGERPRINT]
Ends with 0 when every check holds, with 1 otherwise. FINGERPRINT is the SHA-256 of the shop's root certificate, as it
is printed on the customer's certificate.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { root: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [path, ...rest] = positionals;
  if (values.help || !path || rest.length > 0) {
    console.error(USAGE);
    return values.help ? 0 : 1;
  }
  await access(path).catch(() => {
    throw new Error(`${path} cannot be read.`);
  });
  const root = values.root?.replace(/[\s:]/g, '').toLowerCase() ?? null;
  const checks = await checkPack(path, root);
  for (const { holds, text } of checks) console.log(`${holds ? 'ok  ' : 'FAIL'}  ${text}`);
  const failed = checks.filter(({ holds }) => !holds).length;
  console.log(failed === 0 ? 'Every check holds.' : `${failed} of ${checks.length} checks FAILED.`);
  return failed === 0 ? 0 : 1;
}

main()
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
