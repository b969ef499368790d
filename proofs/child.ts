// Runs in a process of its own, under the limits that isolate.ts sets. Gets everything ready, then reads one job from
// standard input and writes lines of JSON to descriptor 3: the number of pages as soon as it is known, each page as it
// is drawn, then the answer. It never does a second job.
import { writeSync } from 'node:fs';
import { preparePdfium } from './artwork/pdfium';
import { shopProfile } from './artwork/press-profile';
import { prepareSecondThread } from './drawing/both-threads';
import { widthOf } from './drawing/lettering';
import type { Answer, Job, Line } from './isolate';
import { copyPhoto } from './photo';
import { inspect } from './preflight';
import { pressSheet } from './press/sheet';
import { prove } from './prove';
import { Refused, refusal } from './refused';

const ANSWER_FD = 3;

void main();

async function main(): Promise<void> {
  const ready = getReady();
  const given = await standardInput();
  // Whoever started it has gone, or needs it no more.
  if (given === '') process.exit(0);
  await ready;
  const job = JSON.parse(given) as Job;
  say({ is: 'answer', answer: await answerTo(job) });
  process.exit(0);
}

async function getReady(): Promise<void> {
  prepareSecondThread();
  await preparePdfium();
  shopProfile();
  widthOf('', 'regular', 1);
  widthOf('', 'semibold', 1);
}

async function answerTo(job: Job): Promise<Answer> {
  const onPages = (count: number) => say({ is: 'pages', count });
  try {
    if (job.is === 'inspect') return { is: 'report', report: await inspect(job.request, onPages) };
    if (job.is === 'compare') {
      const { compare } = await import('./comparing/compare.js');
      return { is: 'comparison', comparison: await compare(job.request, onPages) };
    }
    if (job.is === 'photo') return { is: 'photo', copy: await copyPhoto(job.request) };
    if (job.is === 'sheet') return { is: 'sheet', sheet: await pressSheet(job.request) };
    const proof = await prove(job.request, onPages, (page) => say({ is: 'page', page }));
    return { is: 'proof', proof };
  } catch (error) {
    if (error instanceof Refused) return { is: 'refusal', refusal: error.refusal };
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return {
      is: 'refusal',
      refusal: refusal(isOutOfMemory(error) ? 'needs-too-much-memory' : 'cannot-be-drawn'),
    };
  }
}

// PDFium ends with a WebAssembly fault at its ceiling of 2 GB, Node and libvips with an error of their own.
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const message = error instanceof Error ? error.message : String(error);
  return /memory|allocat|Aborted|unreachable/i.test(message);
}

function say(line: Line): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  let written = 0;
  while (written < bytes.length) written += writeSync(ANSWER_FD, bytes, written);
}

async function standardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
