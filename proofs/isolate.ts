// One artwork, one child process: it has its own clock and memory, no secrets, and dies with all its children. A
// warm worker could take its place here; nobody else would notice.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import type {
  CompareRequest,
  Comparison,
  InspectRequest,
  PreflightReport,
  ProofRequest,
  ProofResult,
  Refusal,
} from './contract';
import {
  BIG_FILE_BYTES,
  type Limits,
  MAX_ANSWER_BYTES,
  MAX_COMPLAINT_BYTES,
  MAX_WRITTEN_FILE_BYTES,
  MEMORY_PER_BIG_FILE_BYTE,
} from './limits';
import { refusal } from './refused';

export type Job =
  | { is: 'inspect'; request: InspectRequest }
  | { is: 'prove'; request: ProofRequest }
  | { is: 'compare'; request: CompareRequest };

export type Answer =
  | { is: 'report'; report: PreflightReport }
  | { is: 'proof'; proof: ProofResult }
  | { is: 'comparison'; comparison: Comparison }
  | { is: 'refusal'; refusal: Refusal };

type Line = { is: 'pages'; count: number } | { is: 'answer'; answer: Answer };

const CHILD = join(__dirname, 'child.js');

/** Never throws for anything that the artwork does; only when a process cannot be started at all. */
export async function runIsolated(job: Job, limits: Limits): Promise<Answer> {
  const bytes = await bytesToRead(job);
  const memory = limits.memory_bytes + Math.max(0, bytes - BIG_FILE_BYTES) * MEMORY_PER_BIG_FILE_BYTE;
  const child = start(memory);
  return new Promise((resolve, reject) => {
    const clock = new Clock(limits, (seconds) =>
      end({ is: 'refusal', refusal: refusal('takes-too-long', { seconds }) }),
    );
    let complaint = '';
    let is_ended = false;
    const end = (answer: Answer) => {
      if (is_ended) return;
      is_ended = true;
      clock.stop();
      kill(child);
      if (answer.is === 'refusal' && complaint)
        answer.refusal.detail = complaint.slice(0, MAX_COMPLAINT_BYTES);
      resolve(answer);
    };
    child.on('error', (error) => {
      clock.stop();
      reject(error);
    });
    child.stderr!.on('data', (part: Buffer) => {
      if (complaint.length < MAX_COMPLAINT_BYTES) complaint += part.toString('utf8');
    });
    readLines(child.stdio[3] as Readable, {
      line: (line) => {
        if (line.is === 'pages') clock.allow(line.count);
        else end(line.answer);
      },
      tooMuch: () => end({ is: 'refusal', refusal: refusal('cannot-be-drawn') }),
    });
    child.on('close', () => end({ is: 'refusal', refusal: refusal(faultIn(complaint)) }));
    child.stdin!.on('error', () => {});
    child.stdin!.end(JSON.stringify(job));
  });
}

async function bytesToRead({ is, request }: Job): Promise<number> {
  const read = is === 'compare' ? [request.before, request.after] : [request];
  const sizes = await Promise.all(read.map(({ artwork_path }) => stat(artwork_path)));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

function start(memory_bytes: number): ChildProcess {
  const node = [process.execPath, '--max-semi-space-size=16', CHILD];
  const prlimit = findPrlimit();
  const command = prlimit
    ? [
        prlimit,
        `--data=${Math.round(memory_bytes)}`,
        `--fsize=${MAX_WRITTEN_FILE_BYTES}`,
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

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function faultIn(complaint: string): 'needs-too-much-memory' | 'cannot-be-drawn' {
  return /out of memory|heap limit|allocation fail|bad_alloc|Cannot allocate/i.test(complaint)
    ? 'needs-too-much-memory'
    : 'cannot-be-drawn';
}

function readLines(stream: Readable, on: { line: (line: Line) => void; tooMuch: () => void }): void {
  let parts: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) {
      on.tooMuch();
      return;
    }
    parts.push(part);
    if (!part.includes(0x0a)) return;
    const lines = Buffer.concat(parts).toString('utf8').split('\n');
    parts = [Buffer.from(lines.pop()!)];
    for (const line of lines) on.line(JSON.parse(line) as Line);
  });
}

/** Starts with the time of one page and is set again when the number of pages is known. */
class Clock {
  private readonly started = Date.now();
  private timer: NodeJS.Timeout;
  private seconds: number;

  constructor(
    private readonly limits: Limits,
    private readonly onEnd: (seconds: number) => void,
  ) {
    this.seconds = limits.seconds + limits.seconds_per_page;
    this.timer = this.set();
  }

  allow(pages: number): void {
    clearTimeout(this.timer);
    this.seconds = this.limits.seconds + this.limits.seconds_per_page * pages;
    this.timer = this.set();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private set(): NodeJS.Timeout {
    const left = this.started + this.seconds * 1000 - Date.now();
    return setTimeout(() => this.onEnd(this.seconds), Math.max(0, left));
  }
}
