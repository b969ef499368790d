// Writes one section of docs/performance.md and leaves the others alone.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../test/support/sources';

const FILE = join(ROOT, 'docs/performance.md');

export async function writeSection(title: string, lines: string[]): Promise<void> {
  const text = await readFile(FILE, 'utf8').catch(() => '# Performance\n');
  const sections = text.split(/^(?=## )/m);
  const made = `## ${title}\n\n${lines.join('\n')}\n`;
  const at = sections.findIndex((section) => section.startsWith(`## ${title}\n`));
  if (at < 0) sections.push(made);
  else sections[at] = made;
  await writeFile(FILE, `${sections.map((section) => section.trimEnd()).join('\n\n')}\n`);
  console.log(made);
}
