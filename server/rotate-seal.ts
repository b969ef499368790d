// npm run -s rotate-seal: a new certificate for the seal, under the same root.
import { ConfigError, readConfig } from './config';
import { sealKeysOf, shopHost } from './seal';
import { fingerprint, rotateKeys, validUntil } from './seal-keys';

try {
  const config = readConfig();
  const folder = sealKeysOf(config);
  const { leaf } = rotateKeys(folder, shopHost(config));
  console.log(
    [
      `The seal has a new certificate, valid until ${validUntil(leaf).toISOString().slice(0, 10)}.`,
      `Fingerprint (SHA-256): ${fingerprint(leaf)}`,
      `The old certificate is kept in ${folder}; what it sealed stays sealed.`,
      'Restart the portal now: until then it goes on with the old one.',
    ].join('\n'),
  );
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
