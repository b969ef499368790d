// Child processes for the engine. One that has everything loaded waits for the next artwork; it gets one artwork, and
// never a second: what a hostile file leaves behind in a process ends with this process.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { MAX_OPEN_FILES, MAX_WRITTEN_FILE_BYTES } from './limits';

const CHILD = join(__dirname, 'child.js');

interface Spare {
  child: ChildProcess;
  memory_bytes: number;
}

let spare: Spare | null = null;

/** A process for one job: the one that waits, when it has the right limits, or a new one. */
export function takeChild(memory_bytes: number): ChildProcess {
  if (spare?.memory_bytes !== memory_bytes) return start(memory_bytes);
  const { child } = spare;
  spare = null;
  hold(child, true);
  child.removeAllListeners();
  return child;
}

/** Starts the next one, unless it waits already. It does not keep this process alive, and ends when this one does. */
export function prepareChild(memory_bytes: number): void {
  if (spare) return;
  const child = start(memory_bytes);
  spare = { child, memory_bytes };
  const forget = () => {
    if (spare?.child === child) spare = null;
  };
  child.on('exit', forget).on('error', forget);
  child.stdin!.on('error', forget);
  hold(child, false);
}

/** Ends the process and everything that it started. */
export function endChild(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function start(memory_bytes: number): ChildProcess {
  const node = [process.execPath, '--max-semi-space-size=16', CHILD];
  const prlimit = findPrlimit();
  const command = prlimit
    ? [
        prlimit,
        `--data=${Math.round(memory_bytes)}`,
        `--fsize=${MAX_WRITTEN_FILE_BYTES}`,
        `--nofile=${MAX_OPEN_FILES}`,
        '--core=0',
        ...node,
      ]
    : node;
  return spawn(command[0]!, command.slice(1), {
    detached: true,
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC', LANG: 'C.UTF-8' },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
}

// Whoever waits for a proof waits; nobody waits for a spare process.
function hold(child: ChildProcess, is_held: boolean): void {
  const act = is_held ? 'ref' : 'unref';
  child[act]();
  for (const stream of [child.stdin, child.stderr, child.stdio[3]]) {
    (stream as unknown as Readable & Record<typeof act, () => void>)[act]();
  }
}

let prlimit_path: string | null | undefined;

/**
 * util-linux's `prlimit`, present on every Debian, makes the kernel keep the child within its memory. Elsewhere
 * (macOS) the wall clock and PDFium's own 2 GB ceiling are what is left; run shops on Linux.
 */
function findPrlimit(): string | null {
  if (prlimit_path === undefined) {
    const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/bin'].filter(Boolean);
    const found = folders.map((folder) => join(folder, 'prlimit')).find((path) => existsSync(path));
    prlimit_path = process.platform === 'linux' ? (found ?? null) : null;
  }
  return prlimit_path;
}
