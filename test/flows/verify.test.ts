// "Is this paper yours?", asked by anybody: what the page answers, and all that it does not tell.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import fc from 'fast-check';
import { greeting } from '../../server/demo/greeting';
import { readVerificationCode, verificationCode } from '../../server/link';
import { CHECK_LIMIT_BYTES, measure, measuredOrNull, measureUpload } from '../../server/middleware/measure';
import * as event from '../../server/models/event';
import * as proof from '../../server/models/proof';
import * as verification from '../../server/models/verification';
import { openSealer, WARN_DAYS } from '../../server/seal';
import { LEAF_YEARS } from '../../server/seal-certificate';
import { pageTexts } from '../papers/reader';
import { CARD, fillDraft, lookAtProof, placeDraft, signedForm } from '../support/journey';
import { startShop, type TestShop, type Visitor } from '../support/portal';

let shop: TestShop;
let stranger: Visitor;
let marie: Visitor;
let order: string;
let sealed: Buffer;
let record: Buffer;
let shown: proof.Proof;
let approval_id: string;

beforeAll(async () => {
  shop = await startShop({ settings: { stop_window_minutes: 0 } });
  marie = shop.visitor();
  stranger = shop.visitor();
  order = await placeDraft(marie, await fillDraft(shop, marie), 'counter');
  const proofUrl = await lookAtProof(shop, marie, order);
  sealed = await download(`${proofUrl}/proof.pdf`);
  await marie.post(`${proofUrl}/approval`, await signedForm(marie, proofUrl));
  await shop.settled();
  record = await download(`${order}/record.pdf`);
  shown = await proof.findProof(shop.db, (await shop.db('proofs').first('id')).id);
  approval_id = (await shop.db('approvals').first('id')).id;
}, 90_000);
afterAll(() => shop.close());

async function download(path: string): Promise<Buffer> {
  const cookie = [...marie.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(new URL(path, shop.url), { headers: { Cookie: cookie } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

const check = (bytes: Uint8Array, visit = stranger) =>
  visit.uploadBytes('/verify', bytes, 'paper.pdf', {}, 'paper');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What the page would say of these bytes, without the page. */
async function verdict(bytes: Uint8Array, pieces: number[] = []): Promise<string> {
  const ends = [...pieces.map((part) => part % bytes.length).sort((a, b) => a - b), bytes.length];
  let start = 0;
  async function* chunks() {
    for (const end of ends) {
      yield Buffer.from(bytes.subarray(start, end));
      start = end;
    }
  }
  const measured = await measure(chunks(), shop.portal.sealer.marks);
  if (await verification.isIssued(shop.db, measured.sha256)) return 'genuine';
  return measured.isMarked ? 'altered' : 'unknown';
}

test('the customer gets exactly the sealed bytes that the order names', async () => {
  expect(sha256(sealed)).toBe(shown.sha256);
  const issued = (await event.history(shop.db, shown.order_id)).find((line) => line.type === 'proof.issued');
  const { fingerprint_sha256 } = shop.portal.sealer.certificate;
  expect(issued?.data).toMatchObject({ sha256: shown.sha256, seal_fingerprint: fingerprint_sha256 });
  expect(shown.seal_fingerprint).toBe(fingerprint_sha256);
  expect(sealed.toString('latin1')).toContain('ETSI.CAdES.detached');
  expect(record.toString('latin1')).toContain('ETSI.CAdES.detached');
});

test('which certificate sealed a proof cannot be rewritten', async () => {
  const rewrite = Promise.resolve(shop.db('proofs').update({ seal_fingerprint: 'ab' })).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  expect(await rewrite).toMatch('written once');
});

test('a proof and a record are genuine to anybody who holds them, in both languages', async () => {
  expect((await check(sealed)).text).toContain('This file is genuine');
  expect((await check(record)).text).toContain('This file is genuine');
  expect((await check(sealed, shop.visitor({ language: 'fr' }))).text).toContain(
    'Ce fichier est authentique',
  );
});

test('a proof of which one byte was changed is altered', async () => {
  const changed = Buffer.from(sealed);
  changed[2000] ^= 1;
  expect((await check(changed)).text).toContain('This file is not as we issued it');
  expect((await check(Buffer.concat([sealed, Buffer.from('\n')]))).text).toContain('not as we issued');
});

test('a changed byte is noticed wherever it is', async () => {
  const place = fc.integer({ min: 0, max: sealed.length - 1 });
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(sealed);
      changed[at] ^= flip;
      expect(await verdict(changed)).toBe('altered');
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('the answer does not depend on the pieces in which a file arrives', async () => {
  const [mark] = shop.portal.sealer.marks;
  const traced = Buffer.from(`%PDF <${mark.toUpperCase()}>`);
  for (let cut = 1; cut < traced.length; cut += 1) {
    expect(await verdict(traced, [cut])).toBe('altered');
    expect(await verdict(traced, [cut, cut + 1, cut + 40])).toBe('altered');
  }
  const half = Math.floor(sealed.length / 2);
  expect(await verdict(sealed, [1, half, half + 1])).toBe('genuine');
});

test('the file that the customer sent, and the seal of another shop, are unknown', async () => {
  expect((await check(readFileSync(CARD))).text).toContain('We do not know this file');
  const other = openSealer(`${shop.config.data_dir}/other-shop`, 'other.example');
  const foreign = await other.seal(readFileSync(CARD), { reason: 'Proof', name: 'Other' });
  expect((await check(foreign)).text).toContain('We do not know this file');
});

test('the page tells nothing of the order, the customer or the shop’s other papers', async () => {
  const ref = (await shop.db('orders').first('ref')).ref;
  for (const answer of [
    await check(sealed),
    await check(record),
    await stranger.get(`/verify/${verificationCode(shop.config, approval_id)}`),
  ]) {
    expect(answer.status).toBe(200);
    expect(answer.text).not.toMatch(/Marie|Lef|marie@|06 12/);
    expect(answer.text).not.toContain(ref);
    expect(answer.text).not.toContain(approval_id);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});

test('nothing that is checked is kept', async () => {
  const files = await shop.db('files').count('* as n').first();
  const own = Buffer.from(`%PDF-1.7 ${Math.random()}`);
  await check(own);
  expect(await shop.db('files').count('* as n').first()).toEqual(files);
  await expect(shop.portal.storage.open(sha256(own))).rejects.toThrow();
});

test('the record carries its address and code, and the code leads to the day of signing', async () => {
  const code = verificationCode(shop.config, approval_id);
  const printed = (await pageTexts(record)).join(' ').replace(/\s/g, '');
  expect(printed).toContain(`${shop.url}/verify/${code}`);
  expect(printed.split(code).length - 1).toBe(2);
  expect(code).toMatch(/^([0-9A-F]{4}-){3}[0-9A-F]{4}$/);
  const sent = await stranger.post('/verify', { code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` });
  expect([sent.status, sent.location]).toEqual([303, `/verify/${code}`]);
  const { text } = await stranger.get(sent.location);
  expect(text).toContain('This record is genuine');
  const { signed_at } = await shop.db('approvals').first('signed_at');
  expect(text).toContain(String(new Date(signed_at).getUTCFullYear()));
});

test('a guessed code is unknown, also when its first half is right', async () => {
  const code = verificationCode(shop.config, approval_id);
  const wrong = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0');
  for (const guess of [wrong, '0000-0000-0000-0000', 'xyz', `${code}00`, "' OR 1=1 --", '%']) {
    const answer = await stranger.get(`/verify/${encodeURIComponent(guess)}`);
    expect([guess, answer.status]).toEqual([guess, 404]);
    expect(answer.text).toContain('We do not know this code');
  }
});

test('a code is read however it is typed', () => {
  const code = '3F2A-91BC-04DE-77A1';
  for (const typed of [
    '3f2a91bc04de77a1',
    '3F2A 91BC 04DE 77A1',
    '3F2A–91BC–04DE–77A1',
    '3f2a.91bc.04de.77a1',
  ]) {
    expect(readVerificationCode(typed)).toEqual({ code, id_prefix: '3f2a91bc' });
  }
  for (const typed of ['', '3F2A', `${code}0`, 'G'.repeat(16)])
    expect(readVerificationCode(typed)).toBeNull();
});

test('an empty form is sent back with a sentence, never with a fault', async () => {
  const empty = await check(new Uint8Array());
  expect([empty.status, empty.text.includes('Please choose a PDF first.')]).toEqual([422, true]);
  for (const [code, sentence] of [
    ['', 'Please enter the code first.'],
    ['abc', 'This is not a whole code'],
  ]) {
    const answer = await stranger.post('/verify', { code });
    expect([answer.status, answer.text.includes(sentence)]).toEqual([422, true]);
  }
  expect((await stranger.post('/verify')).status).toBe(422);
});

test('the longest file that is checked is as long as the page says', async () => {
  const page = await stranger.get('/verify');
  expect(CHECK_LIMIT_BYTES).toBe(250 * 1024 ** 2);
  expect(page.text).toContain('250 MB');
});

test('a file that is too long is not read to its end and is said to be too long', async () => {
  const limit = 1000;
  const app = express();
  app.locals.portal = shop.portal;
  app.post('/', measureUpload('paper', limit), (req, res) => {
    res.json({ is_too_long: res.locals.is_too_long, measured: measuredOrNull(req) });
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const send = async (bytes: number) => {
    const form = new FormData();
    form.set('paper', new Blob([new Uint8Array(bytes)]), 'a.pdf');
    const { port } = server.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: form })).json();
  };
  expect(await send(limit)).toMatchObject({ is_too_long: false, measured: { bytes: limit } });
  expect(await send(limit + 1)).toEqual({ is_too_long: true, measured: null });
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

test('the owner and the terminal are told in time that the seal ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seal-ends-'));
  const made = new Date(Date.now() + (WARN_DAYS - 10) * 24 * 60 * 60_000);
  made.setUTCFullYear(made.getUTCFullYear() - LEAF_YEARS);
  const { certificate } = openSealer(join(folder, 'keys'), 'lilas.example', made);
  const ending = await startShop({ worker: false, env: { DATA_DIR: folder } });
  const day = certificate.not_after.slice(0, 10);
  expect(ending.portal.sealer.certificate).toEqual(certificate);
  expect(await greeting(ending.portal, { owner: null, demo_order: null })).toContain(
    `ends on ${day}: run "npm run -s rotate-seal"`,
  );
  const owner = await ending.colleague('owner');
  expect((await owner.get('/owner')).text).toContain('The seal on proofs ends');
  await ending.close();
  rmSync(folder, { recursive: true, force: true });
  const calm = await shop.colleague('owner');
  expect((await calm.get('/owner')).text).not.toContain('The seal on proofs ends');
});

test('another site cannot send a file here in somebody’s name', async () => {
  const answer = await stranger.post('/verify', { code: 'abc' }, { Origin: 'https://elsewhere.example' });
  expect(answer.status).toBe(403);
});
