// What pdf-lib reads from a PDF without drawing it: boxes, colour spaces, intent, layers.
import {
  ParseSpeeds,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  type PDFObject,
  type PDFPage,
  PDFRawStream,
  PDFRef,
  PDFStream,
  PDFString,
} from 'pdf-lib';
import type { Box } from '../geometry';
import { MAX_FORM_DEPTH, MAX_STREAMS_BYTES } from '../limits';
import { extrasOf } from '../press/extras';
import { deviceColours, unpacked } from './content-colours';

export interface PdfPageStructure {
  media: Box;
  boxes: { crop?: Box; bleed?: Box; trim?: Box; art?: Box };
  rotation: number;
  user_unit: number;
}

export interface PdfStructure {
  pages: PdfPageStructure[];
  colour_spaces: string[];
  spot_colours: string[];
  output_intent: string | null;
  print_standard: string | null;
  annotations: number;
  form_fields: number;
  layers: number;
  has_overprint: boolean;
  extras: ReturnType<typeof extrasOf>;
}

// PDFium's own choice for a page without a MediaBox.
const LETTER: Box = { left: 0, bottom: 0, right: 612, top: 792 };
const NOT_DRAWN = new Set(['Link', 'Popup', 'TrapNet', 'PrinterMark']);
const MAX_OBJECTS_WALKED = 20_000;

/** null when pdf-lib cannot read the file; PDFium may still be able to draw it. */
export async function readStructure(
  bytes: Uint8Array,
): Promise<{ document: PDFDocument; structure: PdfStructure } | null> {
  try {
    const document = await PDFDocument.load(bytes, {
      updateMetadata: false,
      ignoreEncryption: true,
      parseSpeed: ParseSpeeds.Fastest,
    });
    return { document, structure: structureOf(document) };
  } catch {
    return null;
  }
}

function structureOf(document: PDFDocument): PdfStructure {
  const colours = new Colours(document);
  const pages = document.getPages();
  for (const page of pages) colours.lookAtPage(page);
  return {
    pages: pages.map(pageStructure),
    colour_spaces: [...colours.names].sort(),
    spot_colours: [...colours.spots].sort(),
    output_intent: outputIntent(document),
    print_standard: printStandard(document),
    annotations: pages.reduce((sum, page) => sum + drawnAnnotations(page), 0),
    form_fields: formFields(document),
    layers: layers(document),
    has_overprint: colours.has_overprint,
    extras: extrasOf(document),
  };
}

function pageStructure(page: PDFPage): PdfPageStructure {
  const inherited = (name: string) => boxOf(page.node.getInheritableAttribute(PDFName.of(name)), page);
  const own = (name: string) => boxOf(page.node.get(PDFName.of(name)), page);
  const rotate = page.node.getInheritableAttribute(PDFName.of('Rotate'));
  const turns = page.node.context.lookup(rotate);
  const unit = page.node.lookup(PDFName.of('UserUnit'));
  const boxes: PdfPageStructure['boxes'] = {};
  for (const [key, box] of Object.entries({
    crop: inherited('CropBox'),
    bleed: own('BleedBox'),
    trim: own('TrimBox'),
    art: own('ArtBox'),
  })) {
    if (box) boxes[key as keyof typeof boxes] = box;
  }
  return {
    media: inherited('MediaBox') ?? LETTER,
    boxes,
    rotation: turns instanceof PDFNumber ? (((Math.round(turns.asNumber() / 90) * 90) % 360) + 360) % 360 : 0,
    user_unit: unit instanceof PDFNumber && unit.asNumber() > 0 ? unit.asNumber() : 1,
  };
}

function boxOf(object: PDFObject | undefined, page: PDFPage): Box | undefined {
  const array = page.node.context.lookup(object);
  if (!(array instanceof PDFArray) || array.size() < 4) return undefined;
  const numbers = [0, 1, 2, 3].map((index) => {
    const value = array.lookup(index);
    return value instanceof PDFNumber ? value.asNumber() : Number.NaN;
  });
  if (!numbers.every(Number.isFinite)) return undefined;
  const [x1, y1, x2, y2] = numbers as [number, number, number, number];
  return { left: Math.min(x1, x2), bottom: Math.min(y1, y2), right: Math.max(x1, x2), top: Math.max(y1, y2) };
}

function drawnAnnotations(page: PDFPage): number {
  const annotations = page.node.context.lookup(page.node.get(PDFName.of('Annots')));
  if (!(annotations instanceof PDFArray)) return 0;
  let count = 0;
  for (let index = 0; index < annotations.size(); index += 1) {
    const annotation = annotations.lookup(index);
    if (!(annotation instanceof PDFDict)) continue;
    const subtype = nameOf(annotation.lookup(PDFName.of('Subtype')));
    if (subtype !== 'Widget' && !NOT_DRAWN.has(subtype)) count += 1;
  }
  return count;
}

function formFields(document: PDFDocument): number {
  const form = document.catalog.lookup(PDFName.of('AcroForm'));
  if (!(form instanceof PDFDict)) return 0;
  const fields = form.lookup(PDFName.of('Fields'));
  return fields instanceof PDFArray ? fields.size() : 0;
}

function layers(document: PDFDocument): number {
  const properties = document.catalog.lookup(PDFName.of('OCProperties'));
  const setting = properties instanceof PDFDict ? properties.lookup(PDFName.of('D')) : undefined;
  const off = setting instanceof PDFDict ? setting.lookup(PDFName.of('OFF')) : undefined;
  return off instanceof PDFArray ? off.size() : 0;
}

function outputIntent(document: PDFDocument): string | null {
  const intents = document.catalog.lookup(PDFName.of('OutputIntents'));
  const first = intents instanceof PDFArray && intents.size() > 0 ? intents.lookup(0) : undefined;
  if (!(first instanceof PDFDict)) return null;
  for (const key of ['OutputConditionIdentifier', 'Info', 'OutputCondition']) {
    const value = first.lookup(PDFName.of(key));
    if (value instanceof PDFString) return value.decodeText();
  }
  return 'unnamed';
}

const XMP_STANDARD = /GTS_PDFXVersion(?:\s*=\s*["']|>)\s*(PDF\/X-[\w:.-]{1,12})/;
const MAX_XMP_BYTES = 1024 * 1024;

/** In the metadata of PDF/X-4 and later, in the information dictionary before. */
function printStandard(document: PDFDocument): string | null {
  const metadata = document.catalog.lookup(PDFName.of('Metadata'));
  const xmp = metadata instanceof PDFRawStream ? unpacked(metadata, MAX_XMP_BYTES) : null;
  const named = xmp ? XMP_STANDARD.exec(xmp.toString('utf8'))?.[1] : undefined;
  if (named) return named;
  const info = document.context.lookup(document.context.trailerInfo.Info);
  const version = info instanceof PDFDict ? info.lookup(PDFName.of('GTS_PDFXVersion')) : undefined;
  const text = version instanceof PDFString ? version.decodeText() : '';
  return /^PDF\/X-[\w:.-]{1,12}$/.test(text) ? text : null;
}

function nameOf(object: PDFObject | undefined): string {
  return object instanceof PDFName ? object.decodeText() : '';
}

/** Walks resources, forms and content streams once and collects the colour spaces that they name. */
class Colours {
  readonly names = new Set<string>();
  readonly spots = new Set<string>();
  has_overprint = false;
  private readonly seen = new Set<PDFObject>();
  private bytes_left = MAX_STREAMS_BYTES;
  private objects_left = MAX_OBJECTS_WALKED;

  constructor(private readonly document: PDFDocument) {}

  lookAtPage(page: PDFPage): void {
    const resources = this.document.context.lookup(
      page.node.getInheritableAttribute(PDFName.of('Resources')),
    );
    this.lookAtResources(resources, 0);
    const contents = page.node.lookup(PDFName.of('Contents'));
    const streams = contents instanceof PDFArray ? contents.asArray() : [contents];
    for (const stream of streams) this.lookAtStream(this.document.context.lookup(stream));
  }

  private lookAtResources(resources: PDFObject | undefined, depth: number): void {
    if (!(resources instanceof PDFDict) || depth > MAX_FORM_DEPTH || this.isSeen(resources)) return;
    this.each(resources, 'ColorSpace', (space) => this.lookAtSpace(space));
    this.each(resources, 'Shading', (shading) => {
      const dict = shading instanceof PDFStream ? shading.dict : shading;
      if (dict instanceof PDFDict) this.lookAtSpace(dict.lookup(PDFName.of('ColorSpace')));
    });
    this.each(resources, 'ExtGState', (state) => {
      if (
        state instanceof PDFDict &&
        ['op', 'OP'].some((key) => `${state.lookup(PDFName.of(key))}` === 'true')
      ) {
        this.has_overprint = true;
      }
    });
    this.each(resources, 'XObject', (object) => {
      if (!(object instanceof PDFStream) || this.isSeen(object)) return;
      if (nameOf(object.dict.lookup(PDFName.of('Subtype'))) === 'Image') {
        const isMask = `${object.dict.lookup(PDFName.of('ImageMask'))}` === 'true';
        if (!isMask) this.lookAtSpace(object.dict.lookup(PDFName.of('ColorSpace')));
        return;
      }
      this.lookAtResources(object.dict.lookup(PDFName.of('Resources')), depth + 1);
      this.lookAtStream(object);
    });
    this.each(resources, 'Pattern', (pattern) => {
      if (pattern instanceof PDFStream) {
        this.lookAtResources(pattern.dict.lookup(PDFName.of('Resources')), depth + 1);
        if (!this.isSeen(pattern)) this.lookAtStream(pattern);
      } else if (pattern instanceof PDFDict) {
        const shading = pattern.lookup(PDFName.of('Shading'));
        const dict = shading instanceof PDFStream ? shading.dict : shading;
        if (dict instanceof PDFDict) this.lookAtSpace(dict.lookup(PDFName.of('ColorSpace')));
      }
    });
  }

  private lookAtSpace(space: PDFObject | undefined): void {
    if (space instanceof PDFName) {
      const name = nameOf(space);
      if (name.startsWith('Device')) this.names.add(name);
      return;
    }
    if (!(space instanceof PDFArray) || space.size() === 0 || this.isSeen(space)) return;
    const family = nameOf(space.lookup(0));
    if (family === 'ICCBased') {
      const profile = space.lookup(1);
      const channels = profile instanceof PDFStream ? profile.dict.lookup(PDFName.of('N')) : undefined;
      this.names.add(`ICCBased (${channels instanceof PDFNumber ? channels.asNumber() : '?'})`);
    } else if (family === 'Separation' || family === 'DeviceN') {
      this.names.add(family);
      this.addSpots(space.lookup(1));
    } else if (family === 'Indexed' || family === 'Pattern') {
      if (space.size() > 1) this.lookAtSpace(space.lookup(1));
    } else if (family) {
      this.names.add(family);
    }
  }

  private addSpots(names: PDFObject | undefined): void {
    const process = new Set(['Cyan', 'Magenta', 'Yellow', 'Black', 'None', 'All']);
    const list = names instanceof PDFArray ? names.asArray() : [names];
    for (const name of list) {
      const spot = nameOf(this.document.context.lookup(name as PDFObject));
      if (spot && !process.has(spot)) this.spots.add(spot.slice(0, 80));
    }
  }

  private lookAtStream(stream: PDFObject | undefined): void {
    if (!(stream instanceof PDFRawStream) || this.bytes_left <= 0) return;
    const content = unpacked(stream, this.bytes_left);
    if (!content) return;
    this.bytes_left -= content.length;
    for (const name of deviceColours(content)) this.names.add(name);
  }

  private each(resources: PDFDict, kind: string, use: (object: PDFObject | undefined) => void): void {
    const dict = resources.lookup(PDFName.of(kind));
    if (!(dict instanceof PDFDict)) return;
    for (const value of dict.values()) {
      if (this.objects_left <= 0) return;
      this.objects_left -= 1;
      use(value instanceof PDFRef ? this.document.context.lookup(value) : value);
    }
  }

  private isSeen(object: PDFObject): boolean {
    if (this.seen.has(object)) return true;
    this.seen.add(object);
    return false;
  }
}
