// One artwork, one child process: it has its own clock and memory, no secrets, and dies with all its children.
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type {
  CompareRequest,
  Comparison,
  InspectRequest,
  PhotoCopy,
  PhotoRequest,
  PreflightReport,
  PressSheet,
  PressSheetRequest,
  ProofPage,
  ProofRequest,
  ProofResult,
  Refusal,
} from './contract';
import {
  BIG_FILE_BYTES,
  type Limits,
  MAX_ANSWER_BYTES,
  MAX_COMPLAINT_BYTES,
  MEMORY_PER_BIG_FILE_BYTE,
} from './limits';
import { refusal } from './refused';
import { endChild, prepareChild, takeChild } from './spare-child';

export type Job =
  | { is: 'inspect'; request: InspectRequest }
  | { is: 'prove'; request: ProofRequest }
  | { is: 'compare'; request: CompareRequest }
  | { is: 'photo'; request: PhotoRequest }
  | { is: 'sheet'; request: PressSheetRequest };

export type Answer =
  | { is: 'report'; report: PreflightReport }
  | { is: 'proof'; proof: ProofResult }
  | { is: 'comparison'; comparison: Comparison }
  | { is: 'photo'; copy: PhotoCopy }
  | { is: 'sheet'; sheet: PressSheet }
  | { is: 'refusal'; refusal: Refusal };

/** What the child says, a line each: how many pages there are, each page that is done, and at last the answer. */
export type Line =
  | { is: 'pages'; count: number }
  | { is: 'page'; page: ProofPage }
  | { is: 'answer'; answer: Answer };

/** Called while the child works. */
export interface Progress {
  pages?(count: number): void;
  page?(page: ProofPage): void;
}

/** Never throws for anything that the artwork does; only when a process cannot be started at all. */
export async function runIsolated(job: Job, limits: Limits, progress: Progress = {}): Promise<Answer> {
  const bytes = await bytesToRead(job);
  const memory = limits.memory_bytes + Math.max(0, bytes - BIG_FILE_BYTES) * MEMORY_PER_BIG_FILE_BYTE;
  const child = takeChild(memory);
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
      endChild(child);
      prepareChild(limits.memory_bytes);
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
        if (line.is === 'answer') end(line.answer);
        else if (line.is === 'page') progress.page?.(line.page);
        else {
          clock.allow(line.count);
          progress.pages?.(line.count);
        }
      },
      tooMuch: () => end({ is: 'refusal', refusal: refusal('cannot-be-drawn') }),
    });
    child.on('close', () => end({ is: 'refusal', refusal: refusal(faultIn(complaint)) }));
    child.stdin!.on('error', () => {});
    child.stdin!.end(JSON.stringify(job));
  });
}

async function bytesToRead(job: Job): Promise<number> {
  const paths =
    job.is === 'compare' ? [job.request.before.artwork_path, job.request.after.artwork_path] : [pathOf(job)];
  const sizes = await Promise.all(paths.map((path) => stat(path)));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

function pathOf(job: Exclude<Job, { is: 'compare' }>): string {
  if (job.is === 'photo') return job.request.photo_path;
  return job.is === 'sheet' ? job.request.press_path : job.request.artwork_path;
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
