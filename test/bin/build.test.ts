import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../support/sources';

let project: string;

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'build-'));
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'bin/build.mjs', 'bin/run.mjs']) {
    cpSync(path.join(ROOT, file), path.join(project, file));
  }
  cpSync(path.join(ROOT, 'views/scripts/tsconfig.json'), path.join(project, 'views/scripts/tsconfig.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'));
  write('server/hello.ts', 'console.log(["hello", ...process.argv.slice(2)].join(" "));\n');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, source: string): void {
  mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
  writeFileSync(path.join(project, file), source);
}

function has(file: string): boolean {
  return existsSync(path.join(project, file));
}

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const build = (...options: string[]) => node('bin/build.mjs', ...options);
const run = (...args: string[]) => node('bin/run.mjs', ...args);

describe('npm run build', () => {
  test('compiles the server and the browser scripts, and brings the signature pad', () => {
    write('views/scripts/sign.ts', 'document.title = "signed";\n');
    expect(build()).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(has('dist/server/hello.js')).toBe(true);
    expect(has('dist/public/scripts/sign.js')).toBe(true);
    expect(has('dist/public/vendor/signature_pad.js')).toBe(true);
  });

  test('fails with what the compiler says', () => {
    write('server/wrong.ts', 'const cents: number = "12";\nexport { cents };\n');
    const { status, stdout } = build();
    expect(status).toBe(1);
    expect(stdout).toContain(
      "server/wrong.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.",
    );
    expect(build('--if-needed').status).toBe(1);
  });

  test('removes what was compiled from a source that is gone', () => {
    write('test/old.test.ts', 'export {};\n');
    write('views/scripts/old.ts', 'export {};\n');
    build();
    rmSync(path.join(project, 'test/old.test.ts'));
    rmSync(path.join(project, 'views/scripts/old.ts'));
    build('--if-needed');
    expect(has('dist/test/old.test.js')).toBe(false);
    expect(has('dist/test/old.test.js.map')).toBe(false);
    expect(has('dist/public/scripts/old.js')).toBe(false);
    expect(has('dist/server/hello.js')).toBe(true);
  });

  test('brings back a compiled file that somebody deleted', () => {
    build();
    rmSync(path.join(project, 'dist/server'), { recursive: true });
    build();
    expect(has('dist/server/hello.js')).toBe(true);
  });

  test('--if-needed leaves a current build alone and sees a changed source', () => {
    build();
    write('dist/server/hello.js', 'console.log("not compiled again");\n');
    build('--if-needed');
    expect(run('server/hello').stdout).toBe('not compiled again\n');
    write('server/hello.ts', 'console.log("changed");\n');
    const later = new Date(Date.now() + 1_000);
    utimesSync(path.join(project, 'server/hello.ts'), later, later);
    expect(run('server/hello').stdout).toBe('changed\n');
  });
});

describe('bin/run.mjs', () => {
  test('builds silently, then runs the module with its words and its exit code', () => {
    write('server/three.ts', 'process.exitCode = 3;\n');
    expect(run('server/hello', 'one', 'two words')).toEqual({
      status: 0,
      stdout: 'hello one two words\n',
      stderr: '',
    });
    expect(run('server/three').status).toBe(3);
  });

  test('keeps a failed build off standard output', () => {
    write('server/wrong.ts', 'const cents: number = "12";\nexport { cents };\n');
    const { status, stdout, stderr } = run('server/hello');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('server/wrong.ts(1,7)');
  });

  test('says so when there is no such module', () => {
    expect(run('server/nothing')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'There is no server/nothing.ts to run.\n',
    });
  });
});
