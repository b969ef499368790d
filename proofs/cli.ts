// npm run -s proof -- FILE --product KEY --lang en|fr --out DIR: the engine without the portal.
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CatalogueError, chooseProduct } from './catalogue';
import type { Finding, Language, ProofResult, Refusal } from './contract';
import { makeProof } from './index';

const USAGE = `Usage: npm run -s proof -- FILE --product KEY --out DIR [--lang en|fr] [--size KEY] [--catalogue FILE]
  FILE          the artwork: PDF, JPEG, PNG, TIFF or SVG
  --product     key of the product in the catalogue, for example business-cards
  --out         folder for proof.pdf, page-N.webp, thumb-N.webp and report.json
  --lang        language of the sentences, en (default) or fr
  --size        key of the size; the product's first size when left out
  --catalogue   catalogue file; server/demo/catalogue.json when left out
Exit: 0 the proof was made, 1 the artwork was refused (one sentence says why), 2 the command was not understood.`;

const EXIT = { made: 0, refused: 1, usage: 2 };
const CATALOGUE = resolve(__dirname, '../../server/demo/catalogue.json');

const words = {
  missing: { en: 'There is no such file: ', fr: 'Fichier introuvable : ' },
  made: { en: 'Proof made: ', fr: 'Épreuve faite\u00a0: ' },
  no_findings: { en: 'Nothing to report.', fr: 'Rien à signaler.' },
  marks: {
    error: { en: 'error', fr: 'erreur' },
    warning: { en: 'warning', fr: 'attention' },
    info: { en: 'note', fr: 'note' },
  },
};

void main();

async function main(): Promise<void> {
  const asked = readArguments();
  if (!asked) return leave(EXIT.usage, USAGE);
  const { file, product, size, language, out, catalogue } = asked;
  try {
    const choice = await chooseProduct(catalogue, product, size, language);
    if (!(await isFile(file))) return leave(EXIT.usage, `${words.missing[language]}${file}`);
    await mkdir(out, { recursive: true });
    const work = await mkdtemp(join(out, '.proof-'));
    try {
      const outcome = await makeProof({
        artwork_path: file,
        artwork_name: basename(file),
        specification: choice.specification,
        slug: {
          shop: 'Bon à Tirer',
          order_ref: '–',
          version: 1,
          product: choice.product,
          size: choice.size,
          quantity: '–',
          rendered_at: new Date().toISOString(),
        },
        language,
        out_folder: work,
      });
      if (!outcome.ok) return refuse(outcome.refusal, language, out);
      await writeFile(join(work, 'report.json'), `${JSON.stringify(outcome.proof.report, null, 2)}\n`);
      for (const name of await readdir(work)) await cp(join(work, name), join(out, name));
      console.log(summary(outcome.proof, language, out));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error;
    leave(EXIT.usage, error.message);
  }
}

interface Asked {
  file: string;
  product: string;
  size: string | undefined;
  language: Language;
  out: string;
  catalogue: string;
}

function readArguments(): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        product: { type: 'string' },
        size: { type: 'string' },
        lang: { type: 'string', default: 'en' },
        out: { type: 'string' },
        catalogue: { type: 'string', default: CATALOGUE },
      },
    });
    const { product, size, lang, out, catalogue } = values;
    const [file] = positionals;
    if (!file || positionals.length > 1 || !product || !out || (lang !== 'en' && lang !== 'fr')) return null;
    return {
      file: resolve(file),
      product,
      size,
      language: lang,
      out: resolve(out),
      catalogue: resolve(catalogue),
    };
  } catch {
    return null;
  }
}

async function refuse(refusal: Refusal, language: Language, out: string): Promise<void> {
  if (refusal.report) {
    await writeFile(join(out, 'report.json'), `${JSON.stringify(refusal.report, null, 2)}\n`);
  }
  leave(EXIT.refused, refusal.text[language]);
}

function summary({ report, pdf, pages }: ProofResult, language: Language, out: string): string {
  const size = (pdf.bytes / 1024).toLocaleString(language, { maximumFractionDigits: 0 });
  const lines = [
    `${words.made[language]}${join(out, pdf.file)} (${pages.length} p., ${size} kB)`,
    `SHA-256 ${pdf.sha256}`,
    ...report.findings.map((found) => findingLine(found, language)),
  ];
  if (report.findings.length === 0) lines.push(words.no_findings[language]);
  return lines.join('\n');
}

function findingLine({ severity, code, text }: Finding, language: Language): string {
  return `- ${words.marks[severity][language]} (${code}) ${text[language]}`;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

function leave(code: number, sentence: string): void {
  console.error(sentence);
  process.exitCode = code;
}
