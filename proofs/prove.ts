// Drawing and writing the proof, as it runs inside the child process.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPixels, inReadingOrder } from './checks';
import type { Finding, ProofPage, ProofRequest, ProofResult } from './contract';
import { drawnScale, Sheets } from './drawing/drawn-sheet';
import { packPage } from './drawing/pack';
import { ProofPdf } from './drawing/sheet-pdf';
import { finding } from './finding';
import { sha256 } from './fingerprint';
import { MM_PER_INCH } from './geometry';
import { type OnPages, openAndCheck, pieceSize, pixelsOf } from './preflight';
import { derivePress } from './press/derive';
import { withOffers } from './press/offers';
import { withFixesTold } from './press/told';
import { slugWords } from './words/slug';

const PDF_FILE = 'proof.pdf';

/** Preflight, drawing and writing. Throws Refused. */
export async function prove(request: ProofRequest, onPages: OnPages): Promise<ProofResult> {
  const { artwork, report } = await openAndCheck(request, onPages);
  const { artwork_path, slug, language, out_folder, fixes = [] } = request;
  const derived = await derivePress(artwork, artwork_path, report, fixes, out_folder);
  const drawn = derived.artwork;
  const pdf = await ProofPdf.create({
    title: `${slug.order_ref} · ${slugWords.version[language]} v${slug.version} · ${slug.product}`,
    author: slug.shop,
    subject: `${slugWords.not_for_print[language]} · SHA-256 ${report.artwork.sha256}`,
    language,
    made_at: slug.rendered_at,
  });
  const sheets = new Sheets(request, report.artwork, derived.press.sha256);
  const findings: Finding[] = withFixesTold(report.findings, fixes, artwork.look);
  const pages: ProofPage[] = [];

  // PDFium draws a page while libvips packs the one before; never more than one waits in memory.
  let packing: Promise<unknown> = Promise.resolve();
  for (const page of drawn.look.pages) {
    const size = pieceSize(drawn, page);
    const { px_per_mm, is_lowered } = drawnScale(size);
    if (is_lowered && page.number === 1) {
      findings.push(finding('drawn-smaller', 'info', { dpi: Math.round(px_per_mm * MM_PER_INCH) }));
    }
    const pixels = await drawn.draw(page.number, pixelsOf(size, px_per_mm));
    findings.push(...checkPixels(drawn.look, page, pixels));
    const text = artwork.text(page.number);
    await packing;
    packing = packPage({ number: page.number, pixels, text, sheet: sheets.of(page), out_folder, pdf }).then(
      (packed) => pages.push(packed),
    );
    // Its fault is met when it is awaited; until then it must not end the process.
    packing.catch(() => {});
  }
  await packing;
  await derived.close();
  artwork.close();

  const bytes = await pdf.save();
  await writeFile(join(out_folder, PDF_FILE), bytes);
  return {
    report: { ...report, findings: withOffers(inReadingOrder(findings), artwork.look) },
    press: derived.press,
    pdf: { file: PDF_FILE, sha256: sha256(bytes), bytes: bytes.length },
    pages,
  };
}
