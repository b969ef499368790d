// The proof as a PDF of real size: the piece as a picture with its marks burnt in, the slug as real text.

import { degrees, drawImage, PDFDocument, type PDFFont, type PDFPage, type PDFRef, rgb } from 'pdf-lib';
import { MM_PER_PT, type Rect, type Size } from '../geometry';
import { soundFontkit } from './fontkit';
import { drawable, fontBytes, type Weight } from './lettering';
import type { Item, Sheet } from './sheet';
import { type StoredPicture, writePdf } from './write-pdf';

const AT_ORIGIN = { rotate: degrees(0), xSkew: degrees(0), ySkew: degrees(0) };

export interface ProofPdfMeta {
  title: string;
  author: string;
  subject: string;
  language: string;
  made_at: string;
}

/** The pixels of one page, as a JPEG in a file of its own. */
export interface PagePicture extends Size {
  path: string;
}

export class ProofPdf {
  private readonly pictures = new Map<PDFRef, StoredPicture>();

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

  addPage(sheet: Sheet, number: number, picture: PagePicture): void {
    const height = sheet.size.height;
    const page = this.document.addPage([pt(sheet.size.width), pt(height)]);
    const box = (rect: Rect) =>
      [pt(rect.x), pt(height - rect.y - rect.height), pt(rect.width), pt(rect.height)] as const;
    page.setBleedBox(...box(sheet.piece));
    page.setTrimBox(...box(sheet.trim));
    for (const item of [...sheet.items, sheet.pageLabel(number)]) this.draw(page, item, height);
    const [x, y, width, tall] = box(sheet.piece);
    const name = page.node.newXObject('Page', this.stored(picture));
    page.pushOperators(...drawImage(name, { ...AT_ORIGIN, x, y, width, height: tall }));
  }

  /** Moves the pictures of the pages into the PDF. */
  write(path: string): Promise<{ sha256: string; bytes: number }> {
    return writePdf(this.document, this.pictures, path);
  }

  private stored({ path, width, height }: PagePicture): PDFRef {
    const { context } = this.document;
    const ref = context.nextRef();
    const dict = context.obj({
      Type: 'XObject',
      Subtype: 'Image',
      Width: width,
      Height: height,
      ColorSpace: 'DeviceRGB',
      BitsPerComponent: 8,
      Filter: 'DCTDecode',
    });
    this.pictures.set(ref, { dict, path });
    return ref;
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
