import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { makeProof, type ProofRequest, type ProofResult } from '../../proofs';
import { Pdfium } from '../../proofs/artwork/pdfium';
import { sha256 } from '../../proofs/fingerprint';
import { MM_PER_PT } from '../../proofs/geometry';
import { removeFolders, request } from './artwork';

async function proofOf(asked: ProofRequest): Promise<ProofResult> {
  const outcome = await makeProof(asked);
  if (!outcome.ok) throw new Error(outcome.refusal.text.en + (outcome.refusal.detail ?? ''));
  return outcome.proof;
}

/** Mean colour of a place on the trim, in shares of its width and height. */
async function colourAt(folder: string, proof: ProofResult, page: number, x: number, y: number) {
  const { image, trim_px } = proof.pages[page - 1]!;
  const side = 30;
  const spot = await sharp(join(folder, image))
    .extract({
      left: Math.round(trim_px.x + trim_px.width * x),
      top: Math.round(trim_px.y + trim_px.height * y),
      width: side,
      height: side,
    })
    .removeAlpha()
    .raw()
    .toBuffer();
  const sums = [0, 0, 0];
  for (const [index, value] of spot.entries()) sums[index % 3]! += value;
  return sums.map((sum) => sum / (side * side));
}

function distance(one: number[], other: number[]): number {
  return Math.hypot(...one.map((value, index) => value - other[index]!));
}

const ALIKE = 45;
const MOST_SQUARES_THAT_DIFFER = 250;

afterAll(removeFolders);

describe('the proof of a two-sided card', () => {
  const asked = request('business-card.pdf');
  let proof: ProofResult;

  beforeAll(async () => {
    proof = await proofOf(asked);
  });

  test('is a PDF, one image and one thumbnail a page, and nothing else', () => {
    expect(readdirSync(asked.out_folder).sort()).toEqual([
      'page-1.webp',
      'page-2.webp',
      'proof.pdf',
      'thumb-1.webp',
      'thumb-2.webp',
    ]);
  });

  test('is named by the SHA-256 of its bytes', () => {
    const pdf = readFileSync(join(asked.out_folder, proof.pdf.file));
    expect(proof.pdf).toMatchObject({ sha256: sha256(pdf), bytes: pdf.length });
    for (const page of proof.pages) {
      expect(page.sha256).toBe(sha256(readFileSync(join(asked.out_folder, page.image))));
    }
    expect(proof.report.artwork.sha256).toBe(sha256(readFileSync(asked.artwork_path)));
  });

  test('has the real size of the card as its TrimBox, the bleed as its BleedBox', async () => {
    const pdf = await PDFDocument.load(readFileSync(join(asked.out_folder, 'proof.pdf')));
    for (const page of pdf.getPages()) {
      const trim = page.getTrimBox();
      const bleed = page.getBleedBox();
      expect(trim.width * MM_PER_PT).toBeCloseTo(85, 2);
      expect(trim.height * MM_PER_PT).toBeCloseTo(55, 2);
      expect((trim.x - bleed.x) * MM_PER_PT).toBeCloseTo(3, 2);
      expect((trim.y - bleed.y) * MM_PER_PT).toBeCloseTo(3, 2);
    }
  });

  test('says outside the trim what it is, as text that can be searched', async () => {
    const pdf = await Pdfium.open(readFileSync(join(asked.out_folder, 'proof.pdf')));
    const all = pdf.text(2);
    const { slug } = asked;
    for (const words of [
      'PROOF – NOT FOR PRINT',
      'ÉPREUVE – NE PAS IMPRIMER',
      slug.shop,
      slug.order_ref,
      'Proof v2',
      slug.product,
      slug.size,
      slug.quantity,
      slug.rendered_at,
      proof.report.artwork.sha256,
      'Page 2 / 2',
    ]) {
      expect(all).toContain(words);
    }
    pdf.close();
  });

  test('lists the words of each page, as the customer wrote them', () => {
    expect(proof.pages[0]!.text).toContain('Fleurs fraîches & café du matin');
    expect(proof.pages[1]!.text).toContain('Zoé Lefèvre-Škvor');
  });

  test('shows the colours where the artwork has them', async () => {
    const green = [24, 90, 80];
    const cream = [252, 250, 236];
    expect(distance(await colourAt(asked.out_folder, proof, 1, 0.08, 0.75), green)).toBeLessThan(ALIKE);
    expect(distance(await colourAt(asked.out_folder, proof, 2, 0.5, 0.3), cream)).toBeLessThan(ALIKE);
    expect(distance(await colourAt(asked.out_folder, proof, 2, 0.5, 0.3), green)).toBeGreaterThan(ALIKE);
  });

  test('marks the page: the pixels differ from the bare artwork in every quarter', async () => {
    const bare = await Pdfium.open(readFileSync(asked.artwork_path));
    const { image, trim_px } = proof.pages[1]!;
    const side = { width: Math.round(trim_px.width), height: Math.round(trim_px.height) };
    const scale = trim_px.width / (85 / MM_PER_PT);
    const inset = (-3 / MM_PER_PT) * scale;
    const clip = { x: 0, y: 0, ...side };
    const clean = bare.draw(2, side, [scale, 0, 0, scale, inset, inset], clip)!;
    bare.close();
    const shown = await sharp(join(asked.out_folder, image))
      .extract({ left: Math.round(trim_px.x), top: Math.round(trim_px.y), ...side })
      .removeAlpha()
      .raw()
      .toBuffer();
    // Judged on bare paper only, away from anything drawn: there, every darker pixel is a mark.
    const paper = clean[(Math.round(side.height / 2) * side.width + 60) * 3 + 2]!;
    const isPaper = (x: number, y: number) => clean[(y * side.width + x) * 3 + 2] === paper;
    const bare_px = [0, 0, 0, 0];
    const marked = [0, 0, 0, 0];
    const reach = 8;
    const lines = Math.round((5 / 85) * side.width);
    for (let y = lines; y < side.height - lines; y += 2) {
      for (let x = lines; x < side.width - lines; x += 2) {
        const around = [-reach, 0, reach];
        if (!around.every((dx) => around.every((dy) => isPaper(x + dx, y + dy)))) continue;
        const quarter = (y * 2 >= side.height ? 2 : 0) + (x * 2 >= side.width ? 1 : 0);
        bare_px[quarter]! += 1;
        if (paper - shown[(y * side.width + x) * 3 + 2]! > 8) marked[quarter]! += 1;
      }
    }
    for (const [quarter, count] of marked.entries()) {
      expect(count / bare_px[quarter]!).toBeGreaterThan(0.02);
      expect(count / bare_px[quarter]!).toBeLessThan(0.25);
    }
  });

  test('looks the same in the PDF as on the screen, every letter of it', async () => {
    const { image, width_px: width, height_px: height, pixels_per_mm } = proof.pages[0]!;
    const pdf = await Pdfium.open(readFileSync(join(asked.out_folder, 'proof.pdf')));
    const scale = MM_PER_PT * pixels_per_mm;
    const clip = { x: 0, y: 0, width, height };
    const printed = pdf.draw(1, { width, height }, [scale, 0, 0, scale, 0, 0], clip)!;
    pdf.close();
    const shown = await sharp(join(asked.out_folder, image)).removeAlpha().raw().toBuffer();
    // Squares of 6 px: outlines are smoothed in two ways, a missing letter empties a square.
    const square = 6;
    let different = 0;
    for (let top = 0; top + square <= height; top += square) {
      for (let left = 0; left + square <= width; left += square) {
        let gap = 0;
        for (let y = top; y < top + square; y += 1) {
          for (let x = left; x < left + square; x += 1) {
            const at = (y * width + x) * 3;
            gap += printed[at]! - shown[at]!;
          }
        }
        if (Math.abs(gap) / square ** 2 > 40) different += 1;
      }
    }
    expect(different).toBeLessThan(MOST_SQUARES_THAT_DIFFER);
  });
});

describe('other artwork', () => {
  test('a turned page stands the right way up', async () => {
    const asked = request('rotated-cropped-user-unit.pdf');
    const proof = await proofOf(asked);
    const cyan = [0, 170, 235];
    const orange = [240, 90, 50];
    expect(distance(await colourAt(asked.out_folder, proof, 1, 0.1, 0.15), cyan)).toBeLessThan(ALIKE);
    expect(distance(await colourAt(asked.out_folder, proof, 1, 0.8, 0.15), orange)).toBeLessThan(ALIKE);
    expect(distance(await colourAt(asked.out_folder, proof, 1, 0.1, 0.8), orange)).toBeLessThan(ALIKE);
  });

  test('a phone photo is turned by its EXIF mark and never distorted', async () => {
    const asked = request('photo-from-a-phone.jpg');
    const proof = await proofOf(asked);
    const { trim_px } = proof.pages[0]!;
    expect(trim_px.height).toBeGreaterThan(trim_px.width);
    const [, , sky_blue] = await colourAt(asked.out_folder, proof, 1, 0.2, 0.12);
    const [grass_red, , grass_blue] = await colourAt(asked.out_folder, proof, 1, 0.2, 0.93);
    expect(sky_blue).toBeGreaterThan(140);
    expect(Math.max(grass_red!, grass_blue!)).toBeLessThan(110);
  });

  test('the four inks of a CMYK TIFF come out as their colours', async () => {
    const asked = request('cmyk.tif');
    const proof = await proofOf(asked);
    const cyan = await colourAt(asked.out_folder, proof, 1, 0.1, 0.5);
    const magenta = await colourAt(asked.out_folder, proof, 1, 0.36, 0.5);
    const yellow = await colourAt(asked.out_folder, proof, 1, 0.62, 0.5);
    const black = await colourAt(asked.out_folder, proof, 1, 0.86, 0.5);
    expect(distance(cyan, [0, 165, 225])).toBeLessThan(60);
    expect(distance(magenta, [225, 10, 130])).toBeLessThan(60);
    expect(distance(yellow, [250, 235, 20])).toBeLessThan(60);
    expect(distance(black, [35, 32, 34])).toBeLessThan(60);
  });

  test('what is see-through in a PNG is paper', async () => {
    const asked = request('transparent.png');
    const proof = await proofOf(asked);
    expect(distance(await colourAt(asked.out_folder, proof, 1, 0.06, 0.5), [255, 255, 255])).toBeLessThan(
      ALIKE,
    );
  });

  test('names in any script are printed or replaced, never a fault', async () => {
    const asked = request('logo.svg');
    const slug = { ...asked.slug, shop: 'Čapek & Łódź · Ωμέγα · Жар · 漢字 · 🎉', product: 'x'.repeat(300) };
    const proof = await proofOf({ ...asked, slug });
    expect(proof.pages).toHaveLength(1);
    const pdf = await Pdfium.open(readFileSync(join(asked.out_folder, 'proof.pdf')));
    expect(pdf.text(1)).toContain('Čapek & Łódź · Ωμέγα · Жар · ?? · ?');
    pdf.close();
  });

  test('a French proof has French labels', async () => {
    const asked = request('logo.svg', undefined, { language: 'fr' });
    await proofOf(asked);
    const pdf = await Pdfium.open(readFileSync(join(asked.out_folder, 'proof.pdf')));
    const all = pdf.text(1);
    expect(all).toContain('Commande');
    expect(all).toContain('Trait de coupe');
    pdf.close();
  });
});
