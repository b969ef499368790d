// Two versions of a piece, as it runs inside the child process: drawn again at one scale, paired page by page, and
// told apart. The drawn pages are never written as they are; only marked pictures leave this folder.
import { identify } from '../artwork/identify';
import { openArtwork } from '../artwork/open';
import type {
  ComparedPage,
  ComparedVersion,
  CompareRequest,
  Comparison,
  Place,
  WordChange,
} from '../contract';
import { pieceSize } from '../drawing/drawing';
import { drawnScale } from '../drawing/drawn-sheet';
import { sha256 } from '../fingerprint';
import type { Rect, Size } from '../geometry';
import { COMPARED_LONG_SIDE_PX } from '../limits';
import type { Artwork, PageLook, Pixels } from '../look';
import { type OnPages, pixelsOf } from '../preflight';
import { refused } from '../refused';
import { changedPixels } from './changed-pixels';
import { type PagePrint, printOf } from './page-print';
import { pairPages } from './pair-pages';
import { drawPictures, type Side } from './pictures';
import { changedRegions } from './regions';
import { wordChanges } from './word-changes';

const BESIDE_MM = 1.5;

/** Draws, pairs and compares. Throws Refused. */
export async function compare(request: CompareRequest, onPages: OnPages): Promise<Comparison> {
  const before = await Version.open(request.before);
  const after = await Version.open(request.after);
  onPages(before.pages.length + after.pages.length);
  const pairs = pairPages(await before.prints(), await after.prints());
  const pages: ComparedPage[] = [];
  for (const pair of pairs) {
    const number = String(pages.length + 1);
    pages.push(
      pair.is_same
        ? { ...pair, pictures: null, regions: [], words: [] }
        : await comparedPage(
            request,
            number,
            before.side(pair.before),
            after.side(pair.after),
            pair.is_moved,
          ),
    );
  }
  before.close();
  after.close();
  return { pages };
}

interface Drawn {
  version: Version;
  page: number;
}

async function comparedPage(
  request: CompareRequest,
  name: string,
  before: Drawn | null,
  after: Drawn | null,
  is_moved: boolean,
): Promise<ComparedPage> {
  const px_per_mm = Math.min(...[before, after].map((side) => side?.version.scale(side.page) ?? Infinity));
  const canvas = sizeOf(px_per_mm, before, after);
  const [old, now] = [await side(before, px_per_mm, canvas), await side(after, px_per_mm, canvas)];
  const { bleed_mm } = (after ?? before)!.version.specification;
  const page = { before: before?.page ?? null, after: after?.page ?? null, is_moved };
  const changed = old && now ? changedPixels(old.pixels, now.pixels) : null;
  const places = changed ? changedRegions(changed, px_per_mm, bleed_mm) : [];
  const words =
    before && after ? wordChanges(before.version.text(before.page), after.version.text(after.page)) : [];
  if (changed && places.length === 0) {
    return { ...page, is_same: words.length === 0, pictures: null, regions: [], words };
  }
  const pictures = await drawPictures({
    name,
    before: old,
    after: now,
    changed,
    versions: [request.before.version, request.after.version],
    language: request.language,
    out_folder: request.out_folder,
  });
  const regions = places.map((place) => ({ place, words: wordsBetween(before!, after!, rectOf(place)) }));
  return { ...page, is_same: false, pictures, regions, words };
}

function wordsBetween(before: Drawn, after: Drawn, place: Rect): WordChange[] {
  return wordChanges(
    before.version.artwork.wordsAt(before.page, place),
    after.version.artwork.wordsAt(after.page, place),
  );
}

/** A little wider than the place: a letter that was added stands just behind the line that it was added to. */
const rectOf = (place: Place): Rect => ({
  x: place.x_mm - BESIDE_MM,
  y: place.y_mm,
  width: place.width_mm + 2 * BESIDE_MM,
  height: place.height_mm,
});

/** Both pages lie on one sheet, their top left corners together, also when one is larger. */
function sizeOf(px_per_mm: number, ...sides: Array<Drawn | null>): Size {
  const sizes = sides.flatMap((side) => (side ? [side.version.pixels(side.page, px_per_mm)] : []));
  return {
    width: Math.max(...sizes.map((size) => size.width)),
    height: Math.max(...sizes.map((size) => size.height)),
  };
}

async function side(drawn: Drawn | null, px_per_mm: number, canvas: Size): Promise<Side | null> {
  if (!drawn) return null;
  const { version, page } = drawn;
  const pixels = await version.draw(page, px_per_mm);
  const { bleed_mm, safe_mm } = version.specification;
  return { pixels: onCanvas(pixels, canvas), trim_mm: version.look(page).fit!.trim, bleed_mm, safe_mm };
}

function onCanvas(pixels: Pixels, canvas: Size): Pixels {
  if (pixels.width === canvas.width && pixels.height === canvas.height) return pixels;
  const data = Buffer.alloc(canvas.width * canvas.height * 3, 0xff);
  for (let y = 0; y < pixels.height; y += 1) {
    const row = pixels.data.subarray(y * pixels.width * 3, (y + 1) * pixels.width * 3);
    data.set(row, y * canvas.width * 3);
  }
  return { ...canvas, data, px_per_mm: pixels.px_per_mm };
}

class Version {
  private readonly texts = new Map<number, string>();

  private constructor(
    readonly artwork: Artwork,
    readonly specification: ComparedVersion['specification'],
  ) {}

  static async open({ artwork_path, specification, fixes }: ComparedVersion): Promise<Version> {
    const { kind } = await identify(artwork_path);
    const artwork = await openArtwork(artwork_path, kind, specification, fixes);
    // A proof was made of it once, with another engine perhaps.
    if (artwork.look.pages.some((page) => !page.fit)) throw refused('cannot-be-drawn');
    return new Version(artwork, specification);
  }

  get pages(): PageLook[] {
    return this.artwork.look.pages;
  }

  look(page: number): PageLook {
    return this.pages[page - 1]!;
  }

  side(page: number | null): Drawn | null {
    return page === null ? null : { version: this, page };
  }

  /** As the proof is drawn, but never larger than a screen can use. */
  scale(page: number): number {
    const size = pieceSize(this.artwork, this.look(page));
    return Math.min(drawnScale(size).px_per_mm, COMPARED_LONG_SIDE_PX / Math.max(size.width, size.height));
  }

  pixels(page: number, px_per_mm: number): Size {
    return pixelsOf(pieceSize(this.artwork, this.look(page)), px_per_mm);
  }

  draw(page: number, px_per_mm: number): Promise<Pixels> {
    return this.artwork.draw(page, this.pixels(page, px_per_mm));
  }

  text(page: number): string {
    const known = this.texts.get(page) ?? this.artwork.text(page) ?? '';
    this.texts.set(page, known);
    return known;
  }

  async prints(): Promise<PagePrint[]> {
    const prints: PagePrint[] = [];
    for (const { number } of this.pages) {
      const pixels = await this.draw(number, this.scale(number));
      const text = this.text(number);
      prints.push(printOf(pixels, text, sha256(Buffer.concat([pixels.data, Buffer.from(text)]))));
    }
    return prints;
  }

  close(): void {
    this.artwork.close();
  }
}
