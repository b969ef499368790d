// Two versions side by side: what differs is found and named, what does not is left alone.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cmyk } from 'pdf-lib';
import sharp from 'sharp';
import { type ComparedPage, type Comparison, compareVersions, type PrintSpecification } from '../../proofs';
import { businessCard, booklet as drawBooklet } from '../fixtures/artwork/mimosa';
import { booklet, card, fixture, newFolder, removeFolders } from './artwork';

afterAll(removeFolders);

function fileOf(bytes: Uint8Array, name = 'artwork.pdf'): string {
  const path = join(newFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

async function compared(
  before: string,
  after: string,
  specification: PrintSpecification = card,
  out_folder = newFolder(),
): Promise<Comparison> {
  const outcome = await compareVersions({
    before: { artwork_path: before, specification, version: 1, fixes: [] },
    after: { artwork_path: after, specification, version: 2, fixes: [] },
    language: 'en',
    out_folder,
  });
  if (!outcome.ok) throw new Error(outcome.refusal.text.en + (outcome.refusal.detail ?? ''));
  return outcome.comparison;
}

const numbers = ({ pages }: Comparison) => pages.map(({ before, after }) => [before, after]);
const placesOf = (page: ComparedPage) => page.regions.map(({ place }) => place);

const CARD = fixture('business-card.pdf');

describe('a card whose second version has another telephone number, a moved name and another colour', () => {
  const out_folder = newFolder();
  let pages: ComparedPage[];

  beforeAll(async () => {
    const after = await businessCard(3, {
      say: { '01 99 00 47 12': '01 99 00 47 13' },
      move: { Mimosa: [6, 0] },
      accent: cmyk(0, 0.9, 0.2, 0),
    });
    pages = (await compared(CARD, fileOf(after), card, out_folder)).pages;
  });

  test('one digit is found, and told in words', () => {
    const [phone, ...others] = pages[1]!.regions;
    expect(others).toEqual([]);
    expect(phone!.words).toEqual([{ removed: '12', added: '13' }]);
    expect(phone!.place.width_mm).toBeLessThan(3);
    expect(phone!.place.x_mm).toBeGreaterThan(20);
    // 17 mm above the foot of a card of 55 mm.
    expect(phone!.place.y_mm + phone!.place.height_mm).toBeGreaterThan(36);
    expect(phone!.place.y_mm + phone!.place.height_mm).toBeLessThan(39);
  });

  test('what moved and what has another colour are each one place', () => {
    expect(pages[0]!.words).toEqual([]);
    const places = placesOf(pages[0]!);
    expect(places).toHaveLength(2);
    expect(places[0]!.width_mm).toBeGreaterThan(25);
    const [, bar] = places;
    expect(Math.abs(bar!.x_mm - 9) + Math.abs(bar!.width_mm - 9)).toBeLessThan(0.3);
    expect(bar).toMatchObject({ y_mm: 35.1, height_mm: 0.3 });
  });

  test('its pictures have one size, and each says which version it shows', async () => {
    expect(readdirSync(out_folder).sort()).toEqual(
      ['after', 'before', 'difference', 'overlay'].flatMap((kind) => [`${kind}-1.webp`, `${kind}-2.webp`]),
    );
    const { pictures } = pages[0]!;
    for (const name of [pictures!.before, pictures!.after, pictures!.overlay, pictures!.difference]) {
      const { width, height } = await sharp(join(out_folder, name!)).metadata();
      expect([width, height]).toEqual([pictures!.width_px, pictures!.height_px]);
    }
  });

  test('no picture shows a page without its watermark', async () => {
    const { pictures } = pages[0]!;
    const { trim_px, pixels_per_mm } = pictures!;
    const px = (mm: number) => Math.round(mm * pixels_per_mm);
    const plain = {
      left: Math.round(trim_px.x) + px(4.2),
      top: Math.round(trim_px.y) + px(5),
      width: px(3.5),
      height: px(44),
    };
    for (const name of [pictures!.before, pictures!.after]) {
      const spot = await sharp(join(out_folder, name!)).extract(plain).png().toBuffer();
      const { channels } = await sharp(spot).stats();
      // The ground there is one flat green: only the watermark gives it any spread.
      expect(channels[1]!.stdev).toBeGreaterThan(1);
    }
  });
});

test('the same file twice is the same, page by page, without pictures', async () => {
  const out_folder = newFolder();
  const { pages } = await compared(CARD, CARD, card, out_folder);
  expect(pages.map(({ is_same, pictures }) => [is_same, pictures])).toEqual([
    [true, null],
    [true, null],
  ]);
  expect(readdirSync(out_folder)).toEqual([]);
});

test('a photograph that was only saved again does not count as changed', async () => {
  const photo = fixture('photo-from-a-phone.jpg');
  const again = await sharp(photo).rotate().jpeg({ quality: 82 }).toBuffer();
  const [page] = (await compared(photo, fileOf(again, 'again.jpg'))).pages;
  expect(placesOf(page!)).toEqual([]);
  expect(page!.is_same).toBe(true);
});

describe('a booklet of which pages were put in, taken out and moved', () => {
  const first = fixture('booklet-a4-16-pages.pdf');
  const pagesOf = (...list: number[]) => list;

  test('a page that was put in shifts the others, which stay the same', async () => {
    const after = fileOf(await drawBooklet(pagesOf(1, 2, 3, 9, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16)));
    const comparison = await compared(first, after, booklet);
    expect(numbers(comparison)).toEqual([
      ...pagesOf(1, 2, 3).map((page) => [page, page]),
      [9, 4],
      ...pagesOf(4, 5, 6, 7, 8).map((page) => [page, page + 1]),
      ...pagesOf(10, 11, 12, 13, 14, 15, 16).map((page) => [page, page]),
    ]);
    expect(comparison.pages.filter((page) => page.is_moved).map((page) => page.before)).toEqual([9]);
    expect(comparison.pages.every((page) => page.is_same)).toBe(true);
  }, 60_000);
});
