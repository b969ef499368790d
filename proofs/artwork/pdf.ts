// PDF artwork (and PDF-compatible Illustrator files): pdf-lib tells the structure, PDFium what is drawn.
import { open as openFile, readFile } from 'node:fs/promises';
import type { PDFDocument, PDFStream } from 'pdf-lib';
import type { Fix, PageBox, PrintSpecification } from '../contract';
import { fitChosen, fitPage, isSpread, onTrim, type PageFit } from '../fit';
import {
  type Box,
  boxSize,
  isInside,
  isTouching,
  type Matrix,
  MM_PER_PT,
  mapBox,
  type Rect,
  rounded,
  roundedRect,
  type Size,
} from '../geometry';
import {
  MAX_ARTWORK_TEXT,
  MAX_PAGES,
  MAX_REPLACED_PIXELS,
  MAX_REWRITTEN_BYTES,
  PAGE_SIDE_PT,
} from '../limits';
import type {
  Artwork,
  Look,
  OpenedPage,
  PageLook,
  PagePainting,
  PdfSource,
  Pixels,
  SharedArtwork,
  UsedFont,
} from '../look';
import { noFeatures, noPainting } from '../look';
import { refused } from '../refused';
import { heaviestInks } from './heaviest-inks';
import { jpegPixels } from './jpeg-pixels';
import { type Laid, lookAtPainting, type Overprinted, type Painted } from './painted';
import { type PdfPageStructure, readStructure } from './pdf-structure';
import { NotOpened, type PageContents, type PagePicture, Pdfium } from './pdfium';
import { type PlainPictures, pictureKey, plainPictures } from './plain-pictures';
import { throughPress } from './press-colours';
import { shopProfile } from './press-profile';
import { readable } from './readable';

// Smaller pictures are dots in a pattern, not photographs (Ghent Workgroup 2022, rule 31).
const TINY_PICTURE_PX = 16;

/** No. 000123, N° 45: a word for number, then figures that begin with naughts or are many. */
const RUNNING_NUMBER = /(?:^|[\s(])(?:n[°ºo]\.?|nr\.?|#)\s*:?\s*(?:0\d{2,}|\d{4,})(?!\d*[\s.]\d{2})/i;

const READ_BYTES = 64 * 1024 * 1024;
/** Other pictures are decoded outside PDFium when they have this many times the pixels that the page shows. */
const OVERSIZED = 1.5;

type SharedPdf = Extract<SharedArtwork, { kind: 'pdf' }>;

const SHOWN_PLAINLY: Look['inks'] = { profile: null, is_complete: false };
const NOT_SHOWN: Press = {
  inks: null,
  rewritten: null,
  elsewhere: { pictures: new Map(), inks: new Uint8Array() },
  streams: new Set(),
};
const AS_IT_IS = {
  useObjectStreams: false,
  addDefaultPage: false,
  updateFieldAppearances: false,
  objectsPerTick: Number.POSITIVE_INFINITY,
};

/** Throws Refused for what cannot be opened or cannot be a page. */
export async function openPdf(
  path: string,
  specification: PrintSpecification,
  fixes: Fix[] = [],
): Promise<Artwork> {
  const bytes = await readShared(path);
  const pdfium = await open(bytes);
  const isEncrypted = pdfium.isEncrypted;
  const plain = isEncrypted ? pdfium.decrypted() : bytes;
  const read = plain ? await readStructure(plain) : null;
  const structure = read?.structure ?? null;

  const count = pdfium.pageCount;
  if (count === 0) throw refused('no-pages');
  if (count > MAX_PAGES) throw refused('too-many-pages', { found: count, limit: MAX_PAGES });

  // A page tree that the two readers count differently is trusted as far as PDFium, which draws it.
  const known = structure?.pages.length === count ? structure : null;
  const pages: OpenedPage[] = [];
  for (let page = 1; page <= count; page += 1) {
    pages.push(openPage(pdfium, page, known?.pages[page - 1] ?? null, specification, fixes));
  }

  const used = new UsedFonts();
  const placed = new Set<string>();
  const painted = known && read ? paintedIn(read.document, pages) : null;
  const looks = pages.map((opened, index) =>
    pageLook(pdfium, index + 1, opened, used, placed, specification, painted?.pages[index]),
  );
  const press =
    known && read
      ? await showThroughPress(pdfium, read.document, plain!.length, placed, painted?.overprinted)
      : NOT_SHOWN;
  const look: Look = {
    kind: 'pdf',
    specification,
    page_count: count,
    pages: looks.map((each) => each.look),
    fonts: used.list(),
    colour_spaces: structure?.colour_spaces ?? [],
    spot_colours: structure?.spot_colours ?? [],
    output_intent: structure?.output_intent ?? null,
    print_standard: structure?.print_standard ?? null,
    inks: press.inks,
    features: {
      ...noFeatures,
      transparency: looks.some((each) => each.has_transparency),
      annotations: structure?.annotations ?? 0,
      form_fields: structure?.form_fields ?? 0,
      scripts: pdfium.scriptCount,
      attachments: pdfium.attachmentCount,
      hidden_layers: structure?.layers ?? 0,
      overprint: structure?.has_overprint ?? false,
      is_overprint_imitated: press.rewritten !== null,
    },
    is_fully_read: known !== null,
    had_owner_password: isEncrypted,
  };
  const shared: SharedPdf = {
    kind: 'pdf',
    look,
    pages,
    bytes: press.rewritten ?? bytes,
    ...press.elsewhere,
  };
  if (read && painted && press.inks?.profile) {
    const open = (plates: Pick<SharedPdf, 'bytes' | 'pictures' | 'inks'>) =>
      openSharedPdf({ ...shared, ...plates });
    const save = async () => inSharedMemory(await read.document.save(AS_IT_IS));
    const heaviest = await heaviestInks(look, painted, press, read.document, save, open).catch(() => []);
    for (const { page, ...found } of heaviest) look.pages[page - 1]!.heaviest = found;
  }
  const source: PdfSource = {
    places: pages,
    extras: known && { ...known.extras, scripts: pdfium.scriptCount, attachments: pdfium.attachmentCount },
    is_encrypted: isEncrypted,
    plain: () => plainBytes(path, isEncrypted),
  };
  return new PdfArtwork(shared, pdfium, source);
}

/** Read anew: what was read before has been changed for the screen. */
async function plainBytes(path: string, is_encrypted: boolean): Promise<Uint8Array> {
  const bytes = await readFile(path);
  if (!is_encrypted) return bytes;
  const pdfium = await open(bytes);
  try {
    return pdfium.decrypted() ?? bytes;
  } finally {
    pdfium.close();
  }
}

/** In another thread: the same bytes, the same pages, an engine of its own. */
export async function openSharedPdf(shared: SharedPdf): Promise<Artwork> {
  const pdfium = await open(shared.bytes);
  shared.pages.forEach(({ structure }, index) => {
    if (structure.boxes.crop) pdfium.uncrop(index + 1, structure.media);
  });
  return new PdfArtwork(shared, pdfium);
}

async function readShared(path: string): Promise<Uint8Array> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(size - at, READ_BYTES), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function inSharedMemory(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

async function open(bytes: Uint8Array): Promise<Pdfium> {
  try {
    return await Pdfium.open(bytes);
  } catch (error) {
    if (!(error instanceof NotOpened)) throw error;
    throw refused(error.fault === 'password' ? 'password-needed' : 'damaged');
  }
}

interface Press {
  inks: Look['inks'];
  /** The file as PDFium draws it from now on; null when that is the one it has. */
  rewritten: Uint8Array | null;
  elsewhere: { pictures: PlainPictures; inks: Uint8Array };
  /** The pictures that libvips draws. */
  streams: ReadonlySet<PDFStream>;
}

/** Lets PDFium draw the inks as the press profile shows them, and libvips the pictures that it can decode. */
async function showThroughPress(
  pdfium: Pdfium,
  document: PDFDocument,
  bytes: number,
  placed: ReadonlySet<string>,
  overprinted: Overprinted | undefined,
): Promise<Press> {
  if (bytes > MAX_REWRITTEN_BYTES) return { ...NOT_SHOWN, inks: SHOWN_PLAINLY };
  try {
    const { pictures, streams } = plainPictures(document, (key) => placed.has(key));
    const press = throughPress(document, streams, overprinted);
    const { name, source, bytes: profile } = press?.profile ?? shopProfile();
    const elsewhere = { pictures, inks: profile };
    if (!press) return { inks: null, rewritten: null, elsewhere, streams };
    const inks = { profile: { name, source }, is_complete: press.is_complete };
    if (!press.is_changed) {
      const is_shown = press.is_complete;
      return { inks: is_shown ? inks : SHOWN_PLAINLY, rewritten: null, elsewhere, streams };
    }
    const rewritten = inSharedMemory(await document.save(AS_IT_IS));
    return pdfium.exchange(rewritten)
      ? { inks, rewritten, elsewhere, streams }
      : { ...NOT_SHOWN, inks: SHOWN_PLAINLY };
  } catch {
    return { ...NOT_SHOWN, inks: SHOWN_PLAINLY };
  }
}

function openPage(
  pdfium: Pdfium,
  page: number,
  known: PdfPageStructure | null,
  specification: PrintSpecification,
  fixes: Fix[],
): OpenedPage {
  const structure = known ?? structureFromPdfium(pdfium, page);
  const { media } = structure;
  const sides = [boxSize(media).width, boxSize(media).height].map((side) => side * structure.user_unit);
  if (!sides.every((side) => side >= PAGE_SIDE_PT.min && side <= PAGE_SIDE_PT.max)) {
    const [width, height] = sides as [number, number];
    throw refused('page-size-impossible', { page, width: width * MM_PER_PT, height: height * MM_PER_PT });
  }
  if (structure.boxes.crop) pdfium.uncrop(page, media);
  const shown = shownMatrix(structure);
  const { trim, crop } = structure.boxes;
  const boxes = [trim, crop, media].filter((box) => box !== undefined).map((box) => mapBox(shown, box));
  const scaling = fixes.find((each) => each.fix === 'scale_to_trim');
  const is_spread = isSpread(boxes[0]!, specification);
  const exact = is_spread ? null : fitPage(boxes, specification);
  const fit = exact ?? (scaling && fitChosen(boxes[0]!, specification, scaling.how));
  return { structure, shown, fit: fit ?? null, is_spread };
}

function structureFromPdfium(pdfium: Pdfium, page: number): PdfPageStructure {
  const found = pdfium.shownPage(page);
  if (!found) throw refused('page-damaged', { page });
  const boxes = found.trim ? { trim: found.trim } : {};
  return { media: found.media, boxes, rotation: found.rotation, user_unit: 1 };
}

function shownMatrix({ media, rotation, user_unit }: PdfPageStructure): Matrix {
  const s = user_unit * MM_PER_PT;
  const { left, bottom, right, top } = media;
  if (rotation === 90) return [0, s, s, 0, -bottom * s, -left * s];
  if (rotation === 180) return [-s, 0, 0, s, right * s, -bottom * s];
  if (rotation === 270) return [0, -s, -s, 0, top * s, right * s];
  return [s, 0, 0, -s, -left * s, top * s];
}

function pageLook(
  pdfium: Pdfium,
  number: number,
  opened: OpenedPage,
  used: UsedFonts,
  placed: Set<string>,
  specification: PrintSpecification,
  painting: PagePainting | undefined,
): { look: PageLook; has_transparency: boolean } {
  const contents = pdfium.contents(number);
  if (!contents) throw refused('page-damaged', { page: number });
  for (const font of contents.fonts) used.add(font, number);
  for (const { pixels, jpeg_bytes } of contents.images) {
    if (jpeg_bytes !== null) placed.add(pictureKey(pixels, jpeg_bytes));
  }
  const page = mapBox(opened.shown, opened.structure.media);
  const { fit } = opened;
  const look: PageLook = {
    number,
    width_mm: rounded(page.width),
    height_mm: rounded(page.height),
    rotation: opened.structure.rotation,
    boxes_mm: boxesInMillimetres(opened),
    fit,
    lost_mm: null,
    images: fit ? placedImages(contents, opened, fit) : [],
    words: fit ? wordsNearCut(pdfium, number, opened, fit, specification.safe_mm) : [],
    running_number:
      fit && specification.special?.numbering ? runningNumber(pdfium, number, opened, fit) : null,
    has_text: contents.has_text,
    is_spread: opened.is_spread,
    painting: painting ?? { ...noPainting, thin_line: thinnestLine(contents, opened, fit) },
    heaviest: null,
  };
  return { look, has_transparency: contents.has_transparency };
}

function boxesInMillimetres({ structure, shown }: OpenedPage): Record<string, PageBox> {
  const boxes: Record<string, PageBox> = { media: roundedRect(mapBox(shown, structure.media), 2) };
  for (const [name, box] of Object.entries(structure.boxes)) boxes[name] = roundedRect(mapBox(shown, box), 2);
  return boxes;
}

function placedImages(contents: PageContents, opened: OpenedPage, fit: PageFit): PageLook['images'] {
  const unit = opened.structure.user_unit * fit.scale;
  const images: PageLook['images'] = [];
  for (const image of contents.images) {
    if (image.pixels.width <= TINY_PICTURE_PX || image.pixels.height <= TINY_PICTURE_PX) continue;
    const [a, b, c, d] = image.matrix;
    const across = (Math.hypot(a, b) * unit) / 72;
    const down = (Math.hypot(c, d) * unit) / 72;
    const place = onTrim(fit, mapBox(opened.shown, unitSquare(image.matrix)));
    if (across === 0 || down === 0 || !isTouching(place, { x: 0, y: 0, ...fit.trim })) continue;
    const ppi = Math.min(image.pixels.width / across, image.pixels.height / down);
    images.push({ place, ppi, is_one_bit: image.bits_per_pixel === 1 });
  }
  return images;
}

function unitSquare([a, b, c, d, e, f]: Matrix): Box {
  const xs = [e, e + a, e + c, e + a + c];
  const ys = [f, f + b, f + d, f + b + d];
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

// Only what leaves the safe area is of interest, and asking PDFium for the words of every line is slow.
function wordsNearCut(
  pdfium: Pdfium,
  page: number,
  opened: OpenedPage,
  fit: PageFit,
  safe_mm: number,
): PageLook['words'] {
  const { width, height } = fit.trim;
  const safe = { x: safe_mm, y: safe_mm, width: width - 2 * safe_mm, height: height - 2 * safe_mm };
  const placeOf = (box: Box) => onTrim(fit, mapBox(opened.shown, box));
  return pdfium
    .words(page, (box) => !isInside(placeOf(box), safe))
    .map(({ box, words }) => ({ place: placeOf(box), words: readable(words).trim() }))
    .filter(({ words }) => words !== '');
}

function runningNumber(
  pdfium: Pdfium,
  page: number,
  opened: OpenedPage,
  fit: PageFit,
): PageLook['running_number'] {
  const found = pdfium.words(page, () => true).find(({ words }) => RUNNING_NUMBER.test(words));
  return found
    ? { place: onTrim(fit, mapBox(opened.shown, found.box)), words: readable(found.words).trim() }
    : null;
}

function thinnestLine(
  contents: PageContents,
  opened: OpenedPage,
  fit: PageFit | null,
): PagePainting['thin_line'] {
  if (!fit || !contents.thinnest_line) return null;
  const { box, width } = contents.thinnest_line;
  const place = onTrim(fit, mapBox(opened.shown, box));
  return { place, size_pt: width * opened.structure.user_unit * fit.scale };
}

function paintedIn(document: PDFDocument, pages: OpenedPage[]): Painted | null {
  const laid = (page: number): Laid | null => {
    const { fit, shown, structure } = pages[page - 1]!;
    if (!fit) return null;
    return {
      place: (box) => onTrim(fit, mapBox(shown, box)),
      points: structure.user_unit * fit.scale,
      trim: { x: 0, y: 0, ...fit.trim },
    };
  };
  try {
    return lookAtPainting(document, laid);
  } catch {
    return null;
  }
}

class UsedFonts {
  private readonly fonts = new Map<string, UsedFont>();

  add(font: { name: string; embedded: boolean }, page: number): void {
    const name = font.name.replace(/^[A-Z]{6}\+/, '') || 'unnamed';
    const key = `${name} ${font.embedded}`;
    const used = this.fonts.get(key) ?? { name, embedded: font.embedded, pages: [] };
    if (used.pages.at(-1) !== page) used.pages.push(page);
    this.fonts.set(key, used);
  }

  list(): UsedFont[] {
    return [...this.fonts.values()].sort((one, other) => one.name.localeCompare(other.name));
  }
}

class PdfArtwork implements Artwork {
  readonly look: Look;
  private readonly pages: OpenedPage[];
  private readonly bleed_mm: number;
  private text_left = MAX_ARTWORK_TEXT;

  constructor(
    private readonly shared: SharedPdf,
    private readonly pdfium: Pdfium,
    readonly pdf?: PdfSource,
  ) {
    this.look = shared.look;
    this.pages = shared.pages;
    this.bleed_mm = shared.look.specification.bleed_mm;
  }

  share(): SharedPdf {
    return this.shared;
  }

  async draw(page: number, px: Size): Promise<Pixels> {
    const { structure, shown, fit } = this.pages[page - 1]!;
    if (!fit) throw new Error('a page that does not fit the product is not drawn');
    const px_per_mm = px.width / (fit.trim.width + 2 * this.bleed_mm);
    // PDFium hands the page over as shown, in points from its top left.
    const scale = structure.user_unit * MM_PER_PT * fit.scale * px_per_mm;
    const x = (this.bleed_mm - fit.source.x * fit.scale) * px_per_mm;
    const y = (this.bleed_mm - fit.source.y * fit.scale) * px_per_mm;
    const paper = onTrim(fit, mapBox(shown, structure.media));
    const clip = clipped(px, {
      x: (paper.x + this.bleed_mm) * px_per_mm,
      y: (paper.y + this.bleed_mm) * px_per_mm,
      width: paper.width * px_per_mm,
      height: paper.height * px_per_mm,
    });
    const is_replaced = await this.replacePictures(page, scale);
    const data = this.pdfium.draw(page, px, [scale, 0, 0, scale, x, y], clip);
    if (is_replaced) this.pdfium.refresh();
    if (!data) throw refused('page-damaged', { page });
    return { ...px, data, px_per_mm };
  }

  /** `scale`: pixels for each point of the page. */
  private async replacePictures(page: number, scale: number): Promise<boolean> {
    const { pictures, inks } = this.shared;
    if (pictures.size === 0) return false;
    const sizes = new Map<string, Size>();
    const shown = this.pdfium.pictures(page).map((picture) => {
      const key = pictureKey(picture.pixels, picture.jpeg_bytes);
      const size = largest(sizes.get(key), shownSize(picture, scale));
      sizes.set(key, size);
      return { picture, key };
    });
    let pixels_left = MAX_REPLACED_PIXELS;
    let is_replaced = false;
    for (const [key, size] of sizes) {
      const known = pictures.get(key);
      const same = shown.filter((each) => each.key === key).map(({ picture }) => picture);
      const { pixels } = same[0]!;
      const is_wanted = known?.space === 'cmyk' || pixels.width >= size.width * OVERSIZED;
      pixels_left -= known && is_wanted ? size.width * size.height : 0;
      if (!known || !is_wanted || pixels_left < 0) continue;
      const data = await jpegPixels(this.pdfium.jpegOf(same[0]!), known, size, inks);
      if (!data) continue;
      for (const picture of same) this.pdfium.replace(picture, size, data);
      is_replaced = true;
    }
    return is_replaced;
  }

  text(page: number): string | null {
    if (this.text_left <= 0) return null;
    const text = readable(this.pdfium.text(page)).trim().slice(0, this.text_left);
    this.text_left -= text.length;
    return text === '' ? null : text;
  }

  wordsAt(page: number, place: Rect): string {
    const { shown, fit } = this.pages[page - 1]!;
    if (!fit) return '';
    return this.pdfium
      .words(page, (box) => isTouching(onTrim(fit, mapBox(shown, box)), place))
      .map(({ words }) => readable(words).trim())
      .filter((words) => words !== '')
      .join('\n');
  }

  close(): void {
    this.pdfium.close();
  }
}

/** The pixels that the page shows of it, at most its own. */
function shownSize({ matrix: [a, b, c, d], pixels }: PagePicture, scale: number): Size {
  const within = (shown: number, own: number) => Math.min(own, Math.max(1, Math.ceil(shown * scale)));
  return {
    width: within(Math.hypot(a, b), pixels.width),
    height: within(Math.hypot(c, d), pixels.height),
  };
}

function largest(one: Size | undefined, other: Size): Size {
  return {
    width: Math.max(one?.width ?? 0, other.width),
    height: Math.max(one?.height ?? 0, other.height),
  };
}

// To whole pixels, so that a page which ends with the sheet leaves no white hair.
function clipped(px: Size, rect: Rect): Rect {
  const left = Math.max(0, Math.round(rect.x));
  const top = Math.max(0, Math.round(rect.y));
  const right = Math.min(px.width, Math.round(rect.x + rect.width));
  const bottom = Math.min(px.height, Math.round(rect.y + rect.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
