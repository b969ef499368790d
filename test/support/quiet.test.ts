import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './sources';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quiet-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function runTest(source: string) {
  const setup = path.join(ROOT, 'dist/test/support/quiet.js');
  writeFileSync(path.join(folder, 'one.test.js'), `test('one', () => { ${source} });`);
  const config = JSON.stringify({
    rootDir: folder,
    transform: {},
    setupFilesAfterEnv: [setup],
    watchman: false,
  });
  const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
  const { status, stderr } = spawnSync(process.execPath, [jest, '--config', config], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('a test fails when something was written to console.error that it did not expect', () => {
  const { status, stderr } = runTest("console.error('the mail %s was lost', 7);");
  expect(status).toBe(1);
  expect(stderr).toContain('Unexpected on the console:\n    the mail 7 was lost');
});

test('a test that expects the warning passes', () => {
  const expected = "jest.spyOn(console, 'warn').mockImplementation(() => {}); console.warn('as expected');";
  expect(runTest(expected)).toMatchObject({ status: 0 });
});
