import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fixture, newFolder, removeFolders } from './artwork';

const CLI = resolve(__dirname, '../../proofs/cli.js');

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

afterAll(removeFolders);

test('0: the proof, its pages and the report are in the folder, the findings are said in words', () => {
  const out = join(newFolder(), 'new');
  const card = fixture('business-card-without-bleed.pdf');
  const { status, stdout, stderr } = run(card, '--product', 'business-cards', '--lang', 'fr', '--out', out);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('trait de coupe');
  expect(readdirSync(out).sort()).toEqual([
    'page-1.webp',
    'page-2.webp',
    'proof.pdf',
    'report.json',
    'thumb-1.webp',
    'thumb-2.webp',
  ]);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  expect(report.findings[0].code).toBe('bleed-missing');
});

test('1: a refusal is one line in the language asked for, and no proof', () => {
  const out = newFolder();
  const letter = fixture('letter-size-for-a-card.pdf');
  const { status, stdout, stderr } = run(letter, '--product', 'business-cards', '--lang', 'fr', '--out', out);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('215,9\u00a0×\u00a0279,4');
  expect(stderr).toContain('85\u00a0×\u00a055');
  expect(existsSync(join(out, 'proof.pdf'))).toBe(false);
});

test('2: a command without a product, with an unknown product or a missing file gets help', () => {
  const card = fixture('business-card.pdf');
  const out = newFolder();
  const usage = run(card, '--out', out);
  expect(usage.status).toBe(2);
  expect(usage.stderr).toContain('Usage: npm run -s proof');
  const unknown = run(card, '--product', 'hot-air-balloons', '--out', out);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('business-cards');
  expect(run('/nowhere/card.pdf', '--product', 'business-cards', '--out', out).status).toBe(2);
  expect(run(card, '--product', 'business-cards', '--lang', 'de', '--out', out).status).toBe(2);
  expect(readdirSync(out)).toEqual([]);
});
