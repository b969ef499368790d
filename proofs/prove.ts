// Drawing and writing the proof, as it runs inside the child process.
import { join } from 'node:path';
import { inReadingOrder } from './checks';
import type { Finding, PreflightReport, ProofPage, ProofRequest, ProofResult } from './contract';
import { drawOnBothThreads } from './drawing/both-threads';
import { pieceSize } from './drawing/drawing';
import { drawnScale, Sheets } from './drawing/drawn-sheet';
import type { PackedPage } from './drawing/pack';
import { ProofPdf } from './drawing/sheet-pdf';
import { finding } from './finding';
import { MM_PER_INCH } from './geometry';
import type { Artwork } from './look';
import { type OnPages, openAndCheck } from './preflight';
import { type Derived, derivePress } from './press/derive';
import { withOffers } from './press/offers';
import { withFixesTold } from './press/told';
import { readBack } from './read-back';
import { slugWords } from './words/slug';

const PDF_FILE = 'proof.pdf';

/** Called with each page as soon as its files are written, in no certain order. */
export type OnPage = (page: ProofPage) => void;

/** Preflight, drawing and writing. Throws Refused. */
export async function prove(request: ProofRequest, onPages: OnPages, onPage: OnPage): Promise<ProofResult> {
  const { artwork, report } = await openAndCheck(request, onPages);
  const { artwork_path, out_folder, fixes = [] } = request;
  const derived = await derivePress(artwork, artwork_path, report, fixes, out_folder);
  const findings = [...withFixesTold(report.findings, fixes, artwork.look), ...drawnSmaller(derived.artwork)];
  const drawn: PackedPage[] = [];
  const { sha256: press_sha256 } = derived.press;
  const drawing = { is: 'proof' as const, request, artwork: report.artwork, press_sha256 };
  await drawOnBothThreads(derived.artwork, drawing, ({ findings: found, packed }) => {
    findings.push(...found);
    // A mirrored edge would say its words twice.
    if (derived.artwork !== artwork) tellWordsOf(artwork, packed!.page);
    drawn.push(packed!);
    onPage(packed!.page);
  });
  drawn.sort((one, other) => one.page.number - other.page.number);
  const pdf = await writePdf(request, derived, report, drawn);
  await derived.clear();
  return {
    report: { ...report, findings: withOffers(inReadingOrder(findings), artwork.look) },
    press: derived.press,
    pdf,
    pages: drawn.map(({ page }) => page),
  };
}

function tellWordsOf(artwork: Artwork, page: ProofPage): void {
  page.text = artwork.text(page.number);
  page.read_back = page.text === null ? [] : readBack(page.text);
}

function drawnSmaller(artwork: Artwork): Finding[] {
  const { px_per_mm, is_lowered } = drawnScale(pieceSize(artwork, artwork.look.pages[0]!));
  if (!is_lowered) return [];
  return [finding('drawn-smaller', 'info', { dpi: Math.round(px_per_mm * MM_PER_INCH) })];
}

async function writePdf(
  request: ProofRequest,
  { artwork, press }: Derived,
  report: PreflightReport,
  drawn: PackedPage[],
): Promise<ProofResult['pdf']> {
  const { slug, language, out_folder } = request;
  const pdf = await ProofPdf.create({
    title: `${slug.order_ref} · ${slugWords.version[language]} v${slug.version} · ${slug.product}`,
    author: slug.shop,
    subject: `${slugWords.not_for_print[language]} · SHA-256 ${report.artwork.sha256}`,
    language,
    made_at: slug.rendered_at,
  });
  const sheets = new Sheets(request, report.artwork, press.sha256);
  for (const { page, picture } of drawn) {
    pdf.addPage(sheets.laidOut(artwork.look.pages[page.number - 1]!), page.number, picture);
  }
  return { file: PDF_FILE, ...(await pdf.write(join(out_folder, PDF_FILE))) };
}
