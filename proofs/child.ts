// Runs in a process of its own, under the limits that isolate.ts sets. Reads one job from standard input, writes
// lines of JSON to descriptor 3: the number of pages as soon as it is known, then the answer.
import { writeSync } from 'node:fs';
import type { Answer, Job } from './isolate';
import { Refused, refusal } from './refused';

const ANSWER_FD = 3;

void main();

async function main(): Promise<void> {
  const job = JSON.parse(await standardInput()) as Job;
  say({ is: 'answer', answer: await answerTo(job) });
  process.exit(0);
}

async function answerTo(job: Job): Promise<Answer> {
  const onPages = (count: number) => say({ is: 'pages', count });
  try {
    // Loaded when wanted: preflight alone needs neither type nor a PDF writer, and starts sooner without them.
    if (job.is === 'inspect') {
      const { inspect } = await import('./preflight.js');
      return { is: 'report', report: await inspect(job.request, onPages) };
    }
    if (job.is === 'compare') {
      const { compare } = await import('./comparing/compare.js');
      return { is: 'comparison', comparison: await compare(job.request, onPages) };
    }
    const { prove } = await import('./prove.js');
    return { is: 'proof', proof: await prove(job.request, onPages) };
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

function say(line: object): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  let written = 0;
  while (written < bytes.length) written += writeSync(ANSWER_FD, bytes, written);
}

async function standardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
