// The proof as a PDF of real size: the piece as a picture with its marks burnt in, the slug as real text.

import { PDFDocument, type PDFFont, type PDFPage, rgb } from 'pdf-lib';
import { MM_PER_PT, type Rect } from '../geometry';
import { soundFontkit } from './fontkit';
import { drawable, fontBytes, type Weight } from './lettering';
import type { Item, Sheet } from './sheet';

export interface ProofPdfMeta {
  title: string;
  author: string;
  subject: string;
  language: string;
  made_at: string;
}

export class ProofPdf {
  private constructor(
    private readonly document: PDFDocument,
    private readonly fonts: Record<Weight, PDFFont>,
  ) {}

  static async create(meta: ProofPdfMeta): Promise<ProofPdf> {
    const document = await PDFDocument.create({ updateMetadata: false });
    document.registerFontkit(soundFontkit);
    const regular = await document.embedFont(fontBytes('regular'), { subset: true });
    const semibold = await document.embedFont(fontBytes('semibold'), { subset: true });
    const made = new Date(meta.made_at);
    document.setTitle(meta.title, { showInWindowTitleBar: true });
    document.setAuthor(meta.author);
    document.setSubject(meta.subject);
    document.setLanguage(meta.language);
    document.setProducer('Bon à Tirer');
    document.setCreator('Bon à Tirer');
    if (!Number.isNaN(made.getTime())) {
      document.setCreationDate(made);
      document.setModificationDate(made);
    }
    return new ProofPdf(document, { regular, semibold });
  }

  async addPage(sheet: Sheet, number: number, jpeg: Buffer): Promise<void> {
    const height = sheet.size.height;
    const page = this.document.addPage([pt(sheet.size.width), pt(height)]);
    const box = (rect: Rect) =>
      [pt(rect.x), pt(height - rect.y - rect.height), pt(rect.width), pt(rect.height)] as const;
    page.setBleedBox(...box(sheet.piece));
    page.setTrimBox(...box(sheet.trim));
    for (const item of [...sheet.items, sheet.pageLabel(number)]) this.draw(page, item, height);
    const picture = await this.document.embedJpg(jpeg);
    const [x, y, width, tall] = box(sheet.piece);
    page.drawImage(picture, { x, y, width, height: tall });
  }

  save(): Promise<Uint8Array> {
    // Plain cross-reference tables: the seal appends to this file, and the oldest reader opens it.
    return this.document.save({ useObjectStreams: false, addDefaultPage: false });
  }

  private draw(page: PDFPage, item: Item, sheet_height: number): void {
    const color = colour(item.colour);
    const up = (y: number) => pt(sheet_height - y);
    if (item.is === 'box') {
      const { x, y, width, height } = item.rect;
      page.drawRectangle({ x: pt(x), y: up(y + height), width: pt(width), height: pt(height), color });
    } else if (item.is === 'line') {
      page.drawLine({
        start: { x: pt(item.from[0]), y: up(item.from[1]) },
        end: { x: pt(item.to[0]), y: up(item.to[1]) },
        thickness: pt(item.width),
        color,
        ...(item.dash ? { dashArray: item.dash.map(pt) } : {}),
      });
    } else {
      page.drawText(drawable(item.words), {
        x: pt(item.at[0]),
        y: up(item.at[1]),
        size: pt(item.size),
        font: this.fonts[item.weight],
        color,
      });
    }
  }
}

function pt(mm: number): number {
  return mm / MM_PER_PT;
}

function colour(hex: string) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return rgb(red!, green!, blue!);
}
