import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeProof } from '../../proofs';
import { booklet, newFolder, removeFolders, request } from './artwork';

const SHORT = { seconds: 3, seconds_per_page: 0 };

afterAll(removeFolders);

test('a file that would be drawn for ever is stopped on time, and the next proof is made as usual', async () => {
  const hostile = request('pattern-without-end.pdf');
  const started = Date.now();
  const outcome = await makeProof(hostile, SHORT);
  expect(Date.now() - started).toBeLessThan(SHORT.seconds * 1000 + 2000);
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'takes-too-long', report: null } });
  expect(readdirSync(hostile.out_folder)).toEqual([]);

  expect(await makeProof(request('logo.svg'))).toMatchObject({ ok: true });
});

test('a proof that runs out of time half way leaves no page behind', async () => {
  const asked = request('booklet-a4-16-pages.pdf', booklet);
  const outcome = await makeProof(asked, { seconds: 1.3, seconds_per_page: 0 });
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'takes-too-long' } });
  expect(readdirSync(asked.out_folder)).toEqual([]);
});

test('a drawing that repeats itself a hundred million times ends in a sentence', async () => {
  const outcome = await makeProof(request('bomb.svg'), SHORT);
  expect(outcome.ok).toBe(false);
  expect(['takes-too-long', 'picture-too-complex']).toContain(outcome.ok ? '' : outcome.refusal.code);
});

test('a child that is not given enough memory ends in a sentence', async () => {
  const outcome = await makeProof(request('business-card.pdf'), { memory_bytes: 90 * 1024 * 1024 });
  expect(outcome.ok).toBe(false);
  const { text, code } = outcome.ok ? { text: null, code: '' } : outcome.refusal;
  expect(['needs-too-much-memory', 'cannot-be-drawn']).toContain(code);
  expect(text!.fr.length).toBeGreaterThan(20);
});

test('nothing is written outside the folder that was given', async () => {
  const parent = newFolder();
  const out_folder = join(parent, 'out');
  mkdirSync(out_folder);
  const outcome = await makeProof(
    request('business-card.pdf', undefined, { out_folder, artwork_name: '../../evil' }),
  );
  expect(outcome.ok).toBe(true);
  expect(readdirSync(parent)).toEqual(['out']);
  expect(readdirSync(out_folder).length).toBe(5);
});

test('a folder that is not empty is our own mistake, and nothing in it is touched', async () => {
  const asked = request('logo.svg');
  writeFileSync(join(asked.out_folder, 'precious.txt'), 'keep me');
  await expect(makeProof(asked)).rejects.toThrow(/not empty/);
  expect(readdirSync(asked.out_folder)).toEqual(['precious.txt']);
});

test('four proofs asked for at once are all made', async () => {
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => makeProof(request('logo.svg'))));
  expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
});
