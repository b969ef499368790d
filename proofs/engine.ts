// The work itself, as it runs inside the child process.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { openArtwork } from './artwork/open';
import { identify } from './artwork/identify';
import { checkLook, checkPixels, inReadingOrder } from './checks';
import type {
  Finding,
  InspectRequest,
  PreflightReport,
  ProofPage,
  ProofRequest,
  ProofResult,
} from './contract';
import { mark } from './drawing/marks';
import { layOut, type Sheet } from './drawing/sheet';
import { drawOver, drawSheet } from './drawing/sheet-image';
import { ProofPdf } from './drawing/sheet-pdf';
import { finding } from './finding';
import { sha256, sha256OfFile } from './fingerprint';
import { MM_PER_INCH, rounded, roundedRect, type Size } from './geometry';
import {
  MAX_DRAWN_PIXELS,
  MAX_DRAWN_SIDE_PX,
  MAX_TRIM_MM,
  PROOF_DPI,
  SCREEN_LONG_SIDE_PX,
  THUMBNAIL_LONG_SIDE_PX,
  WANTED_LONG_SIDE_PX,
} from './limits';
import type { Artwork, PageLook, Pixels } from './look';
import { refused, refusedForErrors } from './refused';
import { slugWords } from './words/slug';

export const ENGINE = { name: 'bon-a-tirer', version: '1' };

/** Enough to see where colour stops; the checks need no more when nothing is shown. */
const INSPECTED_PX_PER_MM = 3;
const INSPECTED_LONG_SIDE_PX = 4000;

/** Called as soon as the number of pages is known, so that the clock can be set. */
type OnPages = (count: number) => void;

interface Opened {
  artwork: Artwork;
  report: PreflightReport;
}

/** Preflight alone. Throws Refused. */
export async function inspect(request: InspectRequest, onPages: OnPages): Promise<PreflightReport> {
  const { artwork, report } = await open(request, onPages);
  const findings: Finding[] = [...report.findings];
  for (const page of artwork.look.pages) {
    const px = pixelsOf(sheetSize(artwork, page), inspectedScale(sheetSize(artwork, page)));
    findings.push(...checkPixels(artwork.look, page, await artwork.draw(page.number, px)));
  }
  artwork.close();
  return { ...report, findings: inReadingOrder(findings) };
}

/** Preflight, drawing and writing. Throws Refused. */
export async function prove(request: ProofRequest, onPages: OnPages): Promise<ProofResult> {
  const { artwork, report } = await open(request, onPages);
  const { slug, language, specification } = request;
  const pdf = await ProofPdf.create({
    title: `${slug.order_ref} · ${slugWords.version[language]} v${slug.version} · ${slug.product}`,
    author: slug.shop,
    subject: `${slugWords.not_for_print[language]} · SHA-256 ${report.artwork.sha256}`,
    language,
    made_at: slug.rendered_at,
  });
  const sheets = new Sheets(request, report.artwork.sha256, report.artwork.page_count);
  const findings: Finding[] = [...report.findings];
  const pages: ProofPage[] = [];

  // PDFium draws the next page while libvips packs the one before; one page in the press at a time.
  let packing: Promise<void> = Promise.resolve();
  for (const page of artwork.look.pages) {
    const size = sheetSize(artwork, page);
    const scale = drawnScale(size);
    if (page.number === 1 && scale.is_lowered) {
      findings.push(finding('drawn-smaller', 'info', { dpi: Math.round(scale.px_per_mm * MM_PER_INCH) }));
    }
    const pixels = await artwork.draw(page.number, pixelsOf(size, scale.px_per_mm));
    findings.push(...checkPixels(artwork.look, page, pixels));
    const sheet = sheets.of(page);
    const text = artwork.text(page.number);
    await packing;
    packing = pack(page, pixels, sheet, specification.safe_mm, request.out_folder, pdf, text).then(
      (packed) => {
        pages.push(packed);
      },
    );
    // Awaited at the top of the next round; a fault in between must not end the process unheard.
    packing.catch(() => {});
  }
  await packing;
  artwork.close();

  const bytes = await pdf.save();
  await writeFile(join(request.out_folder, 'proof.pdf'), bytes);
  return {
    report: { ...report, findings: inReadingOrder(findings) },
    pdf: { file: 'proof.pdf', sha256: sha256(bytes), bytes: bytes.length },
    pages,
  };
}

async function open(request: InspectRequest, onPages: OnPages): Promise<Opened> {
  const { artwork_path, artwork_name, specification } = request;
  const { width, height } = specification.trim_mm;
  if (Math.max(width, height) > MAX_TRIM_MM) throw refused('piece-too-large', { width, height, limit: MAX_TRIM_MM });
  const { kind, bytes } = await identify(artwork_path);
  const [sha, artwork] = await Promise.all([
    sha256OfFile(artwork_path),
    openArtwork(artwork_path, kind, specification),
  ]);
  const { look } = artwork;
  onPages(look.page_count);
  const report: PreflightReport = {
    engine: ENGINE,
    artwork: { name: artwork_name, sha256: sha, bytes, kind, page_count: look.page_count },
    specification,
    fit: wholeFit(look.pages),
    pages: look.pages.map(({ number, width_mm, height_mm, rotation, boxes_mm }) => ({
      number,
      width_mm,
      height_mm,
      rotation,
      boxes_mm,
    })),
    colour_spaces: look.colour_spaces,
    fonts: look.fonts.map(({ name, embedded }) => ({ name, embedded })),
    findings: inReadingOrder(checkLook(look)),
  };
  if (report.findings.some(({ severity }) => severity === 'error')) throw refusedForErrors(report);
  return { artwork, report };
}

/** The report says one thing for the whole: the page that was changed most. */
function wholeFit(pages: PageLook[]): PreflightReport['fit'] {
  const rank = ['exact', 'exact-with-bleed', 'covering', 'scaled'];
  const fits = pages.map((page) => page.fit);
  if (fits.some((fit) => fit === null)) return { rule: 'none', scale_percent: 100, rotated: false };
  const changed = fits.reduce((worst, fit) => (rank.indexOf(fit!.rule) > rank.indexOf(worst!.rule) ? fit : worst))!;
  return {
    rule: changed.rule,
    scale_percent: changed.rule === 'scaled' ? rounded(changed.scale * 100) : 100,
    rotated: fits.some((fit) => fit!.swapped),
  };
}

function sheetSize({ look }: Artwork, page: PageLook): Size {
  const bleed = look.specification.bleed_mm;
  const { trim } = page.fit!;
  return { width: trim.width + 2 * bleed, height: trim.height + 2 * bleed };
}

function drawnScale(size: Size): { px_per_mm: number; is_lowered: boolean } {
  const long = Math.max(size.width, size.height);
  const wanted = Math.min(PROOF_DPI.max, Math.max(PROOF_DPI.min, (WANTED_LONG_SIDE_PX * MM_PER_INCH) / long));
  const by_pixels = Math.sqrt(MAX_DRAWN_PIXELS / (size.width * size.height));
  const by_side = MAX_DRAWN_SIDE_PX / long;
  const px_per_mm = Math.min(wanted / MM_PER_INCH, by_pixels, by_side);
  return { px_per_mm, is_lowered: px_per_mm < PROOF_DPI.min / MM_PER_INCH - 0.01 };
}

function inspectedScale(size: Size): number {
  return Math.min(INSPECTED_PX_PER_MM, INSPECTED_LONG_SIDE_PX / Math.max(size.width, size.height));
}

function pixelsOf(size: Size, px_per_mm: number): Size {
  return {
    width: Math.max(1, Math.round(size.width * px_per_mm)),
    height: Math.max(1, Math.round(size.height * px_per_mm)),
  };
}

interface DrawnSheet {
  sheet: Sheet;
  px: Size;
  px_per_mm: number;
  /** Where the piece lies on the sheet, and its size there. */
  piece_px: { x: number; y: number } & Size;
  pixels: Promise<Buffer>;
}

/** Pages of one size share their sheet. */
class Sheets {
  private readonly drawn = new Map<string, DrawnSheet>();

  constructor(
    private readonly request: ProofRequest,
    private readonly sha256: string,
    private readonly page_count: number,
  ) {}

  of(page: PageLook): DrawnSheet {
    const { trim } = page.fit!;
    const key = `${trim.width}x${trim.height}`;
    let found = this.drawn.get(key);
    if (!found) {
      found = this.draw(trim);
      this.drawn.set(key, found);
    }
    return found;
  }

  private draw(trim: Size): DrawnSheet {
    const { specification, slug, language } = this.request;
    const { bleed_mm, safe_mm } = specification;
    const { sha256, page_count } = this;
    const sheet = layOut({ trim, bleed_mm, safe_mm, slug, sha256, language, page_count });
    const drawn = drawnScale(sheet.piece).px_per_mm;
    const px_per_mm = Math.min(drawn, SCREEN_LONG_SIDE_PX / Math.max(sheet.size.width, sheet.size.height));
    const px = pixelsOf(sheet.size, px_per_mm);
    const piece_px = {
      x: Math.round(sheet.piece.x * px_per_mm),
      y: Math.round(sheet.piece.y * px_per_mm),
      ...pixelsOf(sheet.piece, px_per_mm),
    };
    return { sheet, px, px_per_mm, piece_px, pixels: drawSheet(sheet.items, px, px_per_mm) };
  }
}

async function pack(
  page: PageLook,
  pixels: Pixels,
  drawn: DrawnSheet,
  safe_mm: number,
  folder: string,
  pdf: ProofPdf,
  text: string | null,
): Promise<ProofPage> {
  const { sheet } = drawn;
  const bleed = sheet.trim.x - sheet.piece.x;
  const at = (x: number, y: number, width: number, height: number) => ({
    x: Math.round(x * pixels.px_per_mm),
    y: Math.round(y * pixels.px_per_mm),
    width: Math.round(width * pixels.px_per_mm),
    height: Math.round(height * pixels.px_per_mm),
  });
  const { width, height } = sheet.trim;
  // Lines keep their weight on the screen when the picture is made smaller for it.
  const line_px = Math.max(2, (2.8 * pixels.px_per_mm) / drawn.px_per_mm);
  await mark(pixels, {
    trim_px: at(bleed, bleed, width, height),
    safe_px: at(bleed + safe_mm, bleed + safe_mm, width - 2 * safe_mm, height - 2 * safe_mm),
    line_px,
    words: slugWords.watermark.en,
  });
  const raw = { width: pixels.width, height: pixels.height, channels: 3 as const };
  const jpeg = sharp(pixels.data, { raw })
    .jpeg({ quality: 88, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer();
  const image = `page-${page.number}.webp`;
  const thumbnail = `thumb-${page.number}.webp`;
  const shown = await screenImage(pixels, drawn, page.number);
  const [webp] = await Promise.all([
    sharp(shown, { raw: { ...drawn.px, channels: 3 } }).webp({ quality: 84, effort: 1 }).toBuffer(),
    sharp(pixels.data, { raw })
      .extract(extractOf(at(bleed, bleed, width, height), pixels))
      .resize({ width: THUMBNAIL_LONG_SIDE_PX, height: THUMBNAIL_LONG_SIDE_PX, fit: 'inside' })
      .webp({ quality: 80, effort: 1 })
      .toFile(join(folder, thumbnail)),
    jpeg.then((bytes) => pdf.addPage(sheet, page.number, bytes)),
  ]);
  await writeFile(join(folder, image), webp);
  const scale = drawn.px_per_mm;
  return {
    number: page.number,
    image,
    thumbnail,
    sha256: sha256(webp),
    width_px: drawn.px.width,
    height_px: drawn.px.height,
    trim_px: roundedRect({
      x: drawn.piece_px.x + bleed * scale,
      y: drawn.piece_px.y + bleed * scale,
      width: width * scale,
      height: height * scale,
    }),
    pixels_per_mm: rounded(scale, 4),
    text,
  };
}

async function screenImage(pixels: Pixels, drawn: DrawnSheet, number: number): Promise<Buffer> {
  const { px, piece_px, px_per_mm, sheet } = drawn;
  const shown = Buffer.from(await drawn.pixels);
  const isSame = pixels.width === piece_px.width && pixels.height === piece_px.height;
  const piece = isSame ? pixels.data : await shrunk(pixels, piece_px);
  for (let y = 0; y < piece_px.height && piece_px.y + y < px.height; y += 1) {
    const row = piece.subarray(y * piece_px.width * 3, (y + 1) * piece_px.width * 3);
    shown.set(row, ((piece_px.y + y) * px.width + piece_px.x) * 3);
  }
  await drawOver(shown, px, sheet.pageLabel(number), px_per_mm);
  return shown;
}

function shrunk(pixels: Pixels, to: Size): Promise<Buffer> {
  return sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })
    .resize({ width: to.width, height: to.height, fit: 'fill' })
    .raw()
    .toBuffer();
}

function extractOf(rect: { x: number; y: number } & Size, within: Size) {
  const left = Math.max(0, rect.x);
  const top = Math.max(0, rect.y);
  return {
    left,
    top,
    width: Math.max(1, Math.min(rect.width, within.width - left)),
    height: Math.max(1, Math.min(rect.height, within.height - top)),
  };
}

