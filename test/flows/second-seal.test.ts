// A whole order under the second seal: nothing of the portal hangs on the first.
import { join } from 'node:path';
import * as proof from '../../server/models/proof';
import { fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { startShop, type TestShop } from '../support/portal';
import { openSecondSealer } from '../support/second-seal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
  shop.portal.sealer = openSecondSealer(join(shop.config.data_dir, 'second-keys'), 'lilas.example');
});
afterAll(() => shop.close());

test('proof and record carry it, are signed and known as genuine, and an altered one as altered', async () => {
  const visit = shop.visitor();
  const base = await placeDraft(visit, await fillDraft(shop, visit), 'counter');
  const url = await lookAtProof(shop, visit, base);
  const answer = await visit.post(`${url}/approval`, await signedForm(visit, url));
  expect(answer.status).toBe(303);
  await shop.settled();
  const [kept] = (await shop.db('proofs').select('id', 'sha256')) as proof.Proof[];
  const record = await shop.db('papers').where({ kind: 'record' }).first('sha256');
  expect((await proof.findProof(shop.db, kept.id)).seal_fingerprint).toBe(
    shop.portal.sealer.certificate.fingerprint_sha256,
  );
  for (const { sha256 } of [kept, record]) {
    const { stream } = await shop.portal.storage.open(sha256);
    const bytes = Buffer.concat(await stream.toArray());
    const check = async (file: Buffer) =>
      (await shop.visitor().uploadBytes('/verify', file, 'paper.pdf', {}, 'paper')).text;
    expect(await check(bytes)).toContain('This file is genuine');
    const altered = Buffer.from(bytes);
    altered[200] ^= 1;
    expect(await check(altered)).toContain('This file is not as we issued it');
  }
});
