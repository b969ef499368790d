// What every paper of the shop shares: A4, colours, text in columns, rules, and a cursor that goes down the page.
import {
  beginText,
  type Color,
  endMarkedContent,
  endText,
  PDFDocument,
  type PDFFont,
  PDFHexString,
  type PDFName,
  PDFOperator,
  PDFOperatorNames,
  type PDFPage,
  rgb,
  setCharacterSpacing,
  setFillingColor,
  setFontAndSize,
  setTextMatrix,
} from 'pdf-lib';
import QRCode from 'qrcode';
import { breakLines, printable, type TextLine } from './text';
import { embedTypefaces, glyphsInCells, kernedGlyphs, type Typeface, type Typefaces } from './typeface';
import type { Language } from './words';

const A4 = { width: 595.28, height: 841.89 };
export const MARGIN = 56;
export const COLUMN = A4.width - 2 * MARGIN;
const TOP = 58;
const FOOT = 62;
const CROP_MARK = { inset: 34, away: 4, length: 16 };
const CAP_HEIGHT = 0.66;

export const INK = colour('1B1F23');
export const SOFT = colour('4A5058');
export const LINE = colour('D5D2C8');
export const PETROL = colour('0B5C6B');
export const PAPER_TINT = colour('F6F5F1');
export const WARN = colour('8A4B00');
export const WARN_TINT = colour('FDF0DC');

export interface About {
  title: string;
  subject: string;
  author: string;
  language: Language;
  /** ISO-8601. A paper bears the date of what it tells, so that the same facts give the same bytes. */
  dated: string;
}

export interface TextStyle {
  x?: number;
  width?: number;
  size?: number;
  face?: keyof Typefaces;
  color?: Color;
  /** Line height as a multiple of the size. */
  leading?: number;
  align?: 'left' | 'right' | 'center';
  /** `**` turns semibold on and off, as in the statements that the shop writes. */
  isMarked?: boolean;
}

interface SetText {
  lines: TextLine[];
  size: number;
  leading: number;
  x: number;
  width: number;
  color: Color;
  align: 'left' | 'right' | 'center';
}

export class Sheet {
  /** Top of what comes next, in points from the foot of the page. */
  y = 0;
  page!: PDFPage;
  /** True as soon as one character had to be drawn as □. */
  hasMissingGlyphs = false;
  private readonly fontKeys = new Map<PDFPage, Map<PDFFont, PDFName>>();

  private constructor(
    readonly pdf: PDFDocument,
    private readonly faces: Typefaces,
    private readonly density: number,
  ) {
    this.turn();
  }

  /** `density` 1 is comfortable; less makes text and gaps smaller, so that a long paper keeps its number of pages. */
  static async open(about: About, density = 1): Promise<Sheet> {
    const pdf = await PDFDocument.create();
    const dated = new Date(about.dated);
    const date = Number.isNaN(dated.getTime()) ? new Date(0) : dated;
    pdf.setTitle(about.title, { showInWindowTitleBar: true });
    pdf.setSubject(about.subject);
    pdf.setAuthor(about.author);
    pdf.setLanguage(about.language);
    pdf.setCreator('Bon à Tirer');
    pdf.setProducer('Bon à Tirer');
    pdf.setCreationDate(date);
    pdf.setModificationDate(date);
    return new Sheet(pdf, await embedTypefaces(pdf), density);
  }

  turn(): void {
    this.page = this.pdf.addPage([A4.width, A4.height]);
    this.y = A4.height - TOP;
    this.drawCropMarks();
  }

  /** Turns the page unless `height` points are left on this one. */
  keep(height: number): void {
    if (this.y - height < FOOT && this.y < A4.height - TOP) this.turn();
  }

  /** Points left on this page above its foot. */
  get room(): number {
    return this.y - FOOT;
  }

  gap(points: number): void {
    this.y -= this.scaled(points);
  }

  scaled(points: number): number {
    return points * this.density;
  }

  /** How high the text will be. */
  heightOf(text: string, style: TextStyle = {}): number {
    const { lines, leading } = this.set(text, style);
    return lines.length * leading;
  }

  canDraw(text: string): boolean {
    return printable(text, this.faces.regular).isComplete;
  }

  /** Text at the cursor; goes on to the next page line by line. */
  write(text: string, style: TextStyle = {}): void {
    const set = this.set(text, style);
    for (const line of set.lines) {
      this.keep(set.leading);
      this.drawLine(line, this.y, set);
      this.y -= set.leading;
    }
  }

  /** Text whose top is at `top`; leaves the cursor alone and gives its height back. */
  writeAt(top: number, text: string, style: TextStyle = {}): number {
    const set = this.set(text, style);
    set.lines.forEach((line, i) => {
      this.drawLine(line, top - i * set.leading, set);
    });
    return set.lines.length * set.leading;
  }

  /** What the paper is and what it is about on the left, who hands it out on the right, over a double rule. */
  letterhead(title: string, facts: string[], seller: { name: string; lines: string[] }): void {
    const width = COLUMN / 2 - 10;
    const top = this.y;
    let left = top - this.writeAt(top, title, { size: 29, face: 'semibold', leading: 1.15, width });
    left -= this.scaled(5);
    left -= this.writeAt(left, facts.join('\n'), { size: 11, width });
    const style: TextStyle = { x: MARGIN + COLUMN / 2, width: COLUMN / 2, align: 'right' };
    let right = top - this.scaled(6);
    right -= this.writeAt(right, seller.name, { ...style, size: 13, face: 'semibold', color: PETROL });
    right -= this.writeAt(right, seller.lines.join('\n'), { ...style, size: 9, color: SOFT });
    this.y = Math.min(left, right);
    this.gap(14);
    this.rule(PETROL, 1.4);
    this.gap(2.4);
    this.rule(PETROL, 0.4);
  }

  /** A small heading in spaced capitals under a rule. */
  heading(text: string): void {
    this.keep(this.scaled(70));
    this.gap(16);
    this.rule();
    this.gap(9);
    const size = this.scaled(8.4);
    const shown = this.printable(text, this.faces.semibold).toLocaleUpperCase();
    this.show(kernedGlyphs(shown, this.faces.semibold), this.faces.semibold, {
      x: MARGIN,
      y: this.y - size,
      size,
      color: PETROL,
      tracking: size * 0.09,
    });
    this.y -= size;
    this.gap(9);
  }

  rule(color: Color = LINE, thickness = 0.6): void {
    this.page.drawLine({
      start: { x: MARGIN, y: this.y },
      end: { x: MARGIN + COLUMN, y: this.y },
      color,
      thickness,
    });
  }

  /** A name on the left, what is known of it on the right. */
  fact(label: string, value: string, valueStyle: TextStyle = {}): void {
    const labelStyle: TextStyle = { size: 9, color: SOFT, width: 138 };
    const style: TextStyle = { size: 10, x: MARGIN + 150, width: COLUMN - 150, ...valueStyle };
    const height = Math.max(this.heightOf(label, labelStyle), this.heightOf(value, style));
    this.keep(height);
    this.writeAt(this.y - this.scaled(0.7), label, labelStyle);
    this.y -= Math.max(this.writeAt(this.y, value, style), this.heightOf(label, labelStyle));
    this.gap(3);
  }

  /** Eight groups of eight, every character in a cell of the same width. */
  hash(label: string, sha256: string | null, notRecorded: string): void {
    if (sha256 === null) {
      this.fact(label, notRecorded, { color: SOFT });
      return;
    }
    const size = this.scaled(8.6);
    this.keep(this.scaled(15));
    const labelHeight = this.writeAt(this.y, label, { size: 9, color: SOFT, width: 138 });
    const groups = this.printable(sha256, this.faces.regular).match(/.{1,8}/gu) ?? [];
    groups.slice(0, 8).forEach((group, i) => {
      // Readers take the wide gaps around a narrow letter for spaces; a copied hash must be whole.
      const text = `<< /ActualText ${PDFHexString.fromText(group)} >>`;
      this.page.pushOperators(PDFOperator.of(PDFOperatorNames.BeginMarkedContentSequence, ['/Span', text]));
      this.show(glyphsInCells(group, this.faces.regular, 0.53), this.faces.regular, {
        x: MARGIN + 150 + i * 41.4,
        y: this.y - this.scaled(9.4),
        size: Math.min(size, 8.6),
        color: INK,
      });
      this.page.pushOperators(endMarkedContent());
    });
    this.y -= Math.max(labelHeight, this.scaled(13));
    this.gap(2);
  }

  /** Draws the square so that it reads in black and white at `side` points. */
  qr(link: string, x: number, top: number, side: number): void {
    const { modules } = QRCode.create(link, { errorCorrectionLevel: 'M' });
    const cell = side / modules.size;
    for (let row = 0; row < modules.size; row++) {
      for (let column = 0; column < modules.size; column++) {
        if (!modules.get(row, column)) continue;
        this.page.drawRectangle({
          x: x + column * cell,
          y: top - (row + 1) * cell,
          width: cell + 0.05,
          height: cell + 0.05,
          color: INK,
        });
      }
    }
  }

  /** Across the top of every page, for papers of a shop that only demonstrates. */
  demonstration(text: string, size = 10): void {
    for (const page of this.pdf.getPages()) {
      page.drawRectangle({
        x: 0,
        y: A4.height - 26,
        width: A4.width,
        height: 26,
        color: WARN_TINT,
      });
      this.onPage(page, () =>
        this.writeAt(A4.height - 6, text, {
          x: MARGIN,
          width: COLUMN,
          size,
          face: 'semibold',
          color: WARN,
          align: 'center',
        }),
      );
    }
  }

  /** Left and right at the foot of every page; `right` is told the page and how many there are. */
  foot(left: string, right: (page: number, pages: number) => string, points = 8): void {
    const pages = this.pdf.getPages();
    pages.forEach((page, i) => {
      this.onPage(page, () => {
        const style: TextStyle = { size: points / this.density, color: SOFT };
        this.writeAt(42, left, { ...style, width: COLUMN - 90 });
        this.writeAt(42, right(i + 1, pages.length), { ...style, align: 'right' });
      });
    });
  }

  async bytes(): Promise<Uint8Array> {
    return this.pdf.save({ addDefaultPage: false });
  }

  private onPage(page: PDFPage, draw: () => void): void {
    const current = this.page;
    this.page = page;
    draw();
    this.page = current;
  }

  private set(text: string, style: TextStyle): SetText {
    const { x = MARGIN, width = COLUMN, color = INK, align = 'left', leading = 1.4 } = style;
    const size = this.scaled(style.size ?? 10);
    const plain = this.faces[style.face ?? 'regular'];
    const lines = breakLines(this.printable(text, plain), {
      plain,
      strong: this.faces.semibold,
      size,
      width,
      isMarked: style.isMarked ?? false,
    });
    return { lines, size, leading: size * leading, x, width, color, align };
  }

  private printable(text: string, face: Typeface): string {
    const { text: shown, isComplete } = printable(text, face);
    this.hasMissingGlyphs ||= !isComplete;
    return shown;
  }

  private drawLine(line: TextLine, top: number, { x, width, size, leading, color, align }: SetText): void {
    const free = width - line.width;
    let left = x + (align === 'left' ? 0 : align === 'right' ? free : free / 2);
    const y = top - (leading + size * CAP_HEIGHT) / 2;
    for (const run of line.runs) {
      this.show(kernedGlyphs(run.text, run.face), run.face, { x: left, y, size, color });
      left += run.width;
    }
  }

  private show(
    glyphs: ReturnType<typeof kernedGlyphs>,
    face: Typeface,
    at: { x: number; y: number; size: number; color: Color; tracking?: number },
  ): void {
    this.page.pushOperators(
      beginText(),
      setFillingColor(at.color),
      setFontAndSize(this.fontKey(face.font), at.size),
      setCharacterSpacing(at.tracking ?? 0),
      setTextMatrix(1, 0, 0, 1, at.x, at.y),
      PDFOperator.of(PDFOperatorNames.ShowTextAdjusted, [glyphs]),
      endText(),
    );
  }

  private fontKey(font: PDFFont): PDFName {
    const keys = this.fontKeys.get(this.page) ?? new Map<PDFFont, PDFName>();
    this.fontKeys.set(this.page, keys);
    const key = keys.get(font) ?? this.page.node.newFontDictionary(font.name, font.ref);
    keys.set(font, key);
    return key;
  }

  // The printer's own ornament.
  private drawCropMarks(): void {
    const { inset, away, length } = CROP_MARK;
    const style = { thickness: 0.4, color: LINE };
    for (const [x, dx] of [
      [inset, -1],
      [A4.width - inset, 1],
    ]) {
      for (const [y, dy] of [
        [inset, -1],
        [A4.height - inset, 1],
      ]) {
        this.page.drawLine({
          start: { x: x + dx * away, y },
          end: { x: x + dx * (away + length), y },
          ...style,
        });
        this.page.drawLine({
          start: { x, y: y + dy * away },
          end: { x, y: y + dy * (away + length) },
          ...style,
        });
      }
    }
  }
}

function colour(hexadecimal: string): Color {
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(hexadecimal.slice(at, at + 2), 16) / 255);
  return rgb(red, green, blue);
}

/** Draws with less and less air until the paper has at most `pages` pages; the last try stands. */
export async function withinPages(
  pages: number,
  draw: (density: number) => Promise<Sheet>,
): Promise<Uint8Array> {
  const densities = [1, 0.93, 0.86, 0.79, 0.72];
  let sheet = await draw(densities[0]);
  for (const density of densities.slice(1)) {
    if (sheet.pdf.getPageCount() <= pages) break;
    sheet = await draw(density);
  }
  return sheet.bytes();
}
