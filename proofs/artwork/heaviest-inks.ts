// How much ink lies where it is heaviest, for the pages on which it may be more than the paper takes.
import { type PDFDocument, PDFName, PDFNumber, PDFRawStream, type PDFStream } from 'pdf-lib';
import type { Rect } from '../geometry';
import type { Artwork, Look, SharedArtwork } from '../look';
import { INK_SQUARE_MM } from './ink-square';
import { jpegInks } from './jpeg-pixels';
import type { Painted } from './painted';
import { type PlainPictures, pictureKey } from './plain-pictures';
import { plateProfile } from './plate-profile';
import { heaviestSquare, PLATE_PX_PER_MM, platesOf } from './plates';

const MAX_PLATE_SIDE_PX = 2000;
/** A picture is judged by this many parts of each side before anything is drawn. */
const PICTURE_PARTS = 64;
const INKS = 4;

type SharedPdf = Extract<SharedArtwork, { kind: 'pdf' }>;

interface Drawn {
  /** The pictures that libvips draws. */
  streams: ReadonlySet<PDFStream>;
  elsewhere: { pictures: PlainPictures };
}

/** Changes the document for good. `open` draws the same pages from other bytes and through another profile. */
export async function heaviestInks(
  { pages, specification }: Look,
  painted: Painted,
  drawn: Drawn,
  document: PDFDocument,
  save: () => Promise<Uint8Array>,
  open: (plates: Pick<SharedPdf, 'bytes' | 'pictures' | 'inks'>) => Promise<Artwork>,
): Promise<Array<{ page: number; percent: number; place: Rect }>> {
  const limit = specification.ink_limit_percent;
  const heavy = await heavyPictures(painted.pictures, drawn, limit);
  const asked = pages.filter(({ number, fit, painting }) => {
    const onPage = [...painted.pictures[number - 1]!];
    return fit && (painting.ink_bound_percent > limit || onPage.some((picture) => heavy.has(picture)));
  });
  if (asked.length === 0) return [];

  const inks = [...drawn.elsewhere.pictures].filter(([, { space }]) => space === 'cmyk');
  const pictures: PlainPictures = new Map(inks.map(([key, picture]) => [key, { ...picture, profile: null }]));
  const plates = platesOf(document, drawn.streams, save);
  const colours = await open({
    bytes: await plates.write('colours'),
    pictures,
    inks: plateProfile('colours'),
  });
  const black = await open({ bytes: await plates.write('black'), pictures, inks: plateProfile('black') });
  const found: Array<{ page: number; percent: number; place: Rect }> = [];
  const bleed = specification.bleed_mm;
  for (const { number: page, fit } of asked) {
    const { trim } = fit!;
    const wanted = Math.min(PLATE_PX_PER_MM, MAX_PLATE_SIDE_PX / Math.max(trim.width, trim.height));
    const px = {
      width: Math.max(1, Math.round((trim.width + 2 * bleed) * wanted)),
      height: Math.max(1, Math.round((trim.height + 2 * bleed) * wanted)),
    };
    const { data, px_per_mm } = await colours.draw(page, px);
    const on = (mm: number) => mm * px_per_mm;
    const inside = { x: on(bleed), y: on(bleed), width: on(trim.width), height: on(trim.height) };
    const side = Math.max(1, Math.round(on(INK_SQUARE_MM)));
    const { percent, place } = heaviestSquare(data, (await black.draw(page, px)).data, px, inside, side);
    found.push({
      page,
      percent,
      place: {
        x: place.x / px_per_mm - bleed,
        y: place.y / px_per_mm - bleed,
        width: place.width / px_per_mm,
        height: place.height / px_per_mm,
      },
    });
  }
  colours.close();
  black.close();
  return found;
}

/** Those of which some part may carry more than the limit, or of which that cannot be told without drawing. */
async function heavyPictures(
  onPages: Painted['pictures'],
  { streams, elsewhere }: Drawn,
  limit: number,
): Promise<Set<PDFStream>> {
  const all = [...new Set(onPages.flatMap((pictures) => [...pictures]))];
  const judged = await Promise.all(
    all.map(async (picture) => {
      if (!(picture instanceof PDFRawStream) || !streams.has(picture)) return true;
      const [width, height] = [sideOf(picture, 'Width'), sideOf(picture, 'Height')];
      const known = elsewhere.pictures.get(pictureKey({ width, height }, picture.getContents().length));
      if (!known) return true;
      return known.space === 'cmyk' && (await heaviestPart(picture, known.is_inverted)) > limit;
    }),
  );
  return new Set(all.filter((_, index) => judged[index]));
}

async function heaviestPart(picture: PDFRawStream, is_inverted: boolean): Promise<number> {
  const [width, height] = [sideOf(picture, 'Width'), sideOf(picture, 'Height')].map((side) =>
    Math.min(side, PICTURE_PARTS),
  ) as [number, number];
  const data = await jpegInks(Buffer.from(picture.getContents()), is_inverted, { width, height });
  if (!data) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let at = 0; at + INKS <= data.length; at += INKS) {
    most = Math.max(most, data[at]! + data[at + 1]! + data[at + 2]! + data[at + 3]!);
  }
  return (most / 255) * 100;
}

function sideOf(picture: PDFRawStream, key: 'Width' | 'Height'): number {
  const side = picture.dict.lookup(PDFName.of(key));
  return side instanceof PDFNumber ? side.asNumber() : 1;
}
