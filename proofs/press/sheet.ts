// Two copies of a small piece on one sheet, with marks to cut by, made from the press file as it is.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cmyk, ParseSpeeds, PDFDocument, PDFName, type PDFPage } from 'pdf-lib';
import type { PressSheet, PressSheetRequest } from '../contract';
import { soundFontkit } from '../drawing/fontkit';
import { drawable, fontBytes } from '../drawing/lettering';
import { sha256 } from '../fingerprint';
import { type Box, boxSize, MM_PER_PT, rounded, type Size } from '../geometry';
import { refused } from '../refused';
import { asForm, numbers, setSheet } from './placed-page';
import { keepReachable } from './reachable';

const FILE = 'sheet.pdf';
const COPIES = 2;
const ART = 'Art';

// Room for the marks and a line of text around the pieces.
const MARGIN = pt(12);
const MARK = { from: pt(1.5), to: pt(6.5), width: 0.25 };
const LABEL = { size: 6.5, up: pt(2) };
const SAME_WITHIN = pt(1);

/** Throws Refused when the press file cannot be taken apart. */
export async function pressSheet(request: PressSheetRequest): Promise<PressSheet> {
  const { press_path, bleed_mm, label, out_folder } = request;
  const document = await PDFDocument.load(await readFile(press_path), {
    updateMetadata: false,
    ignoreEncryption: true,
    parseSpeed: ParseSpeeds.Fastest,
  }).catch(() => {
    throw refused('damaged');
  });
  document.registerFontkit(soundFontkit);
  const font = await document.embedFont(fontBytes('regular'), { subset: true });
  const pages = document.getPages();
  const trim = boxSize(trimOf(pages[0]!));
  const sheet = sheetFor(trim, pt(bleed_mm));
  for (const [index, page] of pages.entries()) {
    impose(document, page, trim, pt(bleed_mm), sheet);
    page.drawText(drawable(`${label} · ${index + 1} / ${pages.length}`), {
      x: MARGIN,
      y: LABEL.up,
      size: LABEL.size,
      font,
      color: cmyk(0, 0, 0, 1),
    });
  }
  keepReachable(document);
  const bytes = await document.save({
    useObjectStreams: false,
    addDefaultPage: false,
    updateFieldAppearances: false,
  });
  await writeFile(join(out_folder, FILE), bytes);
  const mm = (points: number) => rounded(points * MM_PER_PT);
  const step = { step: 'imposed', copies: COPIES, width_mm: mm(sheet.width), height_mm: mm(sheet.height) };
  return { file: FILE, sha256: sha256(bytes), bytes: bytes.length, step };
}

function sheetFor(trim: Size, bleed: number): Size {
  return {
    width: trim.width + 2 * bleed + 2 * MARGIN,
    height: COPIES * (trim.height + 2 * bleed) + 2 * MARGIN,
  };
}

/** The copies stand one above the other, each with its own bleed, in the middle: a turned sheet fits its back. */
function impose(document: PDFDocument, page: PDFPage, trim: Size, bleed: number, sheet: Size): void {
  const { context } = document;
  const found = trimOf(page);
  const media = page.getMediaBox();
  const form = asForm(document, page, {
    left: media.x,
    bottom: media.y,
    right: media.x + media.width,
    top: media.y + media.height,
  });
  // A back that stands is laid beside a front that lies.
  const is_turned = Math.abs(boxSize(found).width - trim.width) > SAME_WITHIN;
  const lines: string[] = [];
  for (let copy = 0; copy < COPIES; copy += 1) {
    const left = MARGIN + bleed;
    const bottom = MARGIN + bleed + copy * (trim.height + 2 * bleed);
    const area = [left - bleed, bottom - bleed, trim.width + 2 * bleed, trim.height + 2 * bleed];
    const matrix = is_turned
      ? [0, -1, 1, 0, left - found.bottom, bottom + found.right]
      : [1, 0, 0, 1, left - found.left, bottom - found.bottom];
    lines.push(`q ${numbers(area)} re W n ${numbers(matrix)} cm /${ART} Do Q`);
    lines.push(...marks({ left, bottom, right: left + trim.width, top: bottom + trim.height }, sheet));
  }
  page.node.set(PDFName.of('Contents'), context.register(context.stream(lines.join('\n'))));
  page.node.set(PDFName.of('Resources'), context.obj({ XObject: { [ART]: form } }));
  setSheet(page, sheet);
}

/** At the edges of the sheet, in line with each cut. */
function marks(piece: Box, sheet: Size): string[] {
  const line = (values: number[]) => `${numbers(values.slice(0, 2))} m ${numbers(values.slice(2))} l S`;
  const across = [piece.bottom, piece.top].flatMap((y) => [
    line([MARGIN - MARK.from, y, MARGIN - MARK.to, y]),
    line([sheet.width - MARGIN + MARK.from, y, sheet.width - MARGIN + MARK.to, y]),
  ]);
  const down = [piece.left, piece.right].flatMap((x) => [
    line([x, MARGIN - MARK.from, x, MARGIN - MARK.to]),
    line([x, sheet.height - MARGIN + MARK.from, x, sheet.height - MARGIN + MARK.to]),
  ]);
  return [`q ${MARK.width} w 0 0 0 1 K`, ...across, ...down, 'Q'];
}

function trimOf(page: PDFPage): Box {
  const { x, y, width, height } = page.getTrimBox();
  return { left: x, bottom: y, right: x + width, top: y + height };
}

function pt(mm: number): number {
  return mm / MM_PER_PT;
}
