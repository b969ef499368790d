// PDFium in WebAssembly, reduced to the calls that we need. The only file that knows its memory.
import { readFileSync } from 'node:fs';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';
import { type Box, chain, type Matrix, moveBox, type Rect, type Size } from '../geometry';
import { MAX_ARTWORK_OBJECTS, MAX_FORM_DEPTH, MAX_PAGE_OBJECTS, MAX_PAGE_TEXT } from '../limits';

export type OpenFault = 'password' | 'damaged';

/** Why PDFium would not open the file. */
export class NotOpened extends Error {
  constructor(readonly fault: OpenFault) {
    super(`PDFium: ${fault}`);
  }
}

export interface PageImage {
  /** Maps the unit square onto the page's user space. */
  matrix: Matrix;
  pixels: Size;
  bits_per_pixel: number;
  /** How long its JPEG is; null when it is stored in another way. */
  jpeg_bytes: number | null;
}

export interface PageContents {
  images: PageImage[];
  fonts: Array<{ name: string; embedded: boolean }>;
  thinnest_line: { box: Box; width: number } | null;
  has_text: boolean;
  has_transparency: boolean;
}

// Values from PDFium's public headers.
const ERROR_PASSWORD = 4;
const OBJECT = { text: 1, path: 2, image: 3, form: 5 };
const TEXT_INVISIBLE = 3;
const FORMAT_BGR = 2;
const RED_FIRST = 0x10;
const AS_PRINTED = 0x800;
const WHITE = 0xffffffff;
const JPEG_FILTER = 'DCTDecode';
const FILTER_NAME_BYTES = 32;

// Of FPDF_FILEACCESS: length, the function that reads, and a value of ours that it is given.
const FILE_ACCESS_BYTES = 12;
const READS = 'iiiii';

interface Memory {
  HEAPU8: Uint8Array;
  wasmExports: { malloc(bytes: number): number; free(at: number): void };
  addFunction(call: (...values: number[]) => number, signature: string): number;
  removeFunction(at: number): void;
}

/** A picture of a page that is stored as one JPEG and nothing around it. */
export interface PagePicture {
  handle: number;
  matrix: Matrix;
  pixels: Size;
  jpeg_bytes: number;
}

interface Loaded {
  document: number;
  access_at: number;
  reader: number;
  uncropped: Set<number>;
}

/** Opaque: it is handed from one thread to another. */
export type CompiledPdfium = object;

// Node has it, its types do not.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<CompiledPdfium>;
  instantiate(module: CompiledPdfium, imports: object): Promise<object>;
};

let compiled: Promise<CompiledPdfium> | null = null;
let waiting: Promise<WrappedPdfiumModule> | null = null;

/** Compiled once in a process: other threads are given it. */
export function compiledPdfium(): Promise<CompiledPdfium> {
  compiled ??= WebAssembly.compile(readFileSync(require.resolve('@embedpdf/pdfium/pdfium.wasm')));
  return compiled;
}

/** Gets an engine ready before the file is there; `from` is what another thread has compiled. */
export async function preparePdfium(from?: CompiledPdfium): Promise<void> {
  if (from) compiled = Promise.resolve(from);
  waiting ??= startModule();
  await waiting;
}

// Never the same engine for two files.
async function freshModule(): Promise<WrappedPdfiumModule> {
  const ready = waiting ?? startModule();
  waiting = null;
  return ready;
}

async function startModule(): Promise<WrappedPdfiumModule> {
  const module = await compiledPdfium();
  const call = await init({
    instantiateWasm: (imports: object, onReady: (instance: object, module: CompiledPdfium) => void) => {
      void WebAssembly.instantiate(module, imports).then((instance) => onReady(instance, module));
      return {};
    },
  } as Parameters<typeof init>[0]);
  call.PDFiumExt_Init();
  return call;
}

export class Pdfium {
  private readonly memory: Memory;
  private objects_seen = 0;
  private readonly cropped = new Map<number, Box>();
  private opened: { page: number; handle: number } | null = null;

  private constructor(
    private readonly call: WrappedPdfiumModule,
    private bytes: Uint8Array,
    private loaded: Loaded = { document: 0, access_at: 0, reader: 0, uncropped: new Set() },
  ) {
    this.memory = call.pdfium as unknown as Memory;
  }

  /** Throws NotOpened. The bytes stay with the caller and are read where they lie, as long as this is open. */
  static async open(bytes: Uint8Array): Promise<Pdfium> {
    const call = await freshModule();
    const pdfium = new Pdfium(call, bytes);
    pdfium.loaded = pdfium.load(bytes);
    if (!pdfium.loaded.document) {
      throw new NotOpened(call.FPDF_GetLastError() === ERROR_PASSWORD ? 'password' : 'damaged');
    }
    return pdfium;
  }

  /** Goes on with another version of the same file; false, and nothing changes, when it does not read as such. */
  exchange(bytes: Uint8Array): boolean {
    const other = this.load(bytes);
    if (!other.document || this.call.FPDF_GetPageCount(other.document) !== this.pageCount) {
      this.unload(other);
      return false;
    }
    this.close();
    this.loaded = other;
    this.bytes = bytes;
    return true;
  }

  /** Forgets what it holds of the pages drawn so far. */
  refresh(): void {
    this.exchange(this.bytes);
  }

  // A file of hundreds of megabytes is not copied into PDFium's memory: it asks for the parts that it needs.
  private load(bytes: Uint8Array): Loaded {
    const reader = this.memory.addFunction((_, position, to, size) => {
      if (position! + size! > bytes.length) return 0;
      this.memory.HEAPU8.set(bytes.subarray(position, position! + size!), to!);
      return 1;
    }, READS);
    const access_at = this.memory.wasmExports.malloc(FILE_ACCESS_BYTES);
    const access = this.view(access_at, FILE_ACCESS_BYTES);
    access.setUint32(0, bytes.length, true);
    access.setUint32(4, reader, true);
    access.setUint32(8, 0, true);
    const document = this.call.FPDF_LoadCustomDocument(access_at, '');
    return { document, access_at, reader, uncropped: new Set() };
  }

  private unload({ document, access_at, reader }: Loaded): void {
    if (document) this.call.FPDF_CloseDocument(document);
    this.memory.wasmExports.free(access_at);
    this.memory.removeFunction(reader);
  }

  private get document(): number {
    return this.loaded.document;
  }

  get pageCount(): number {
    return this.call.FPDF_GetPageCount(this.document);
  }

  get isEncrypted(): boolean {
    return this.call.EPDF_IsEncrypted(this.document);
  }

  /** The same file without its owner password, for a reader that cannot decrypt. */
  decrypted(): Uint8Array | null {
    if (!this.call.EPDF_RemoveEncryption(this.document)) return null;
    const writer = this.call.PDFiumExt_OpenFileWriter();
    try {
      this.call.PDFiumExt_SaveAsCopy(this.document, writer);
      const size = this.call.PDFiumExt_GetFileWriterSize(writer);
      if (size === 0) return null;
      return this.withMemory(size, (at) => {
        this.call.PDFiumExt_GetFileWriterData(writer, at, size);
        return this.memory.HEAPU8.slice(at, at + size);
      });
    } finally {
      this.call.PDFiumExt_CloseFileWriter(writer);
    }
  }

  get scriptCount(): number {
    return Math.max(0, this.call.FPDFDoc_GetJavaScriptActionCount(this.document));
  }

  get attachmentCount(): number {
    return Math.max(0, this.call.FPDFDoc_GetAttachmentCount(this.document));
  }

  /** Without CropBox and UserUnit, as PDFium itself would show the page: for files that only PDFium can read. */
  shownPage(page: number): { media: Box; trim: Box | null; rotation: number } | null {
    return this.withPage(page, (handle) => {
      const rotation = this.call.FPDFPage_GetRotation(handle) * 90;
      const width = this.call.FPDF_GetPageWidthF(handle);
      const height = this.call.FPDF_GetPageHeightF(handle);
      const isTurned = rotation % 180 !== 0;
      const shown = { left: 0, bottom: 0, right: isTurned ? height : width, top: isTurned ? width : height };
      const crop = this.box(handle, 'FPDFPage_GetCropBox');
      const media = crop ?? this.box(handle, 'FPDFPage_GetMediaBox') ?? shown;
      return { media, trim: this.box(handle, 'FPDFPage_GetTrimBox'), rotation };
    });
  }

  /** What may be drawn is what the page holds, not what its CropBox lets a screen show. */
  uncrop(page: number, media: Box): void {
    if (this.opened?.page === page) this.closePage();
    this.cropped.set(page, media);
  }

  /** null when the page cannot be read. Forms inside forms are followed to a limit. */
  contents(page: number): PageContents | null {
    return this.withPage(page, (handle) => {
      const found: PageContents = {
        images: [],
        fonts: [],
        thinnest_line: null,
        has_text: false,
        has_transparency: this.call.FPDFPage_HasTransparency(handle),
      };
      const fonts = new Map<number, { name: string; embedded: boolean }>();
      const most = Math.min(MAX_PAGE_OBJECTS, MAX_ARTWORK_OBJECTS - this.objects_seen);
      this.objects_seen += this.eachObject(handle, most, (object, type, within) => {
        if (type === OBJECT.text) this.lookAtText(object, found, fonts);
        else if (type === OBJECT.image) this.lookAtImage(object, handle, within, found);
        else if (type === OBJECT.path) this.lookAtLine(object, within, found);
      });
      found.fonts = [...fonts.values()];
      return found;
    });
  }

  /** The pictures of a page that are plain JPEG, as long as the page stays open. */
  pictures(page: number): PagePicture[] {
    return (
      this.withPage(page, (handle) => {
        const pictures: PagePicture[] = [];
        this.eachObject(handle, MAX_PAGE_OBJECTS, (object, type, within) => {
          const jpeg_bytes = type === OBJECT.image ? this.jpegBytes(object) : null;
          if (jpeg_bytes === null) return;
          const pixels = this.pixelSize(object);
          pictures.push({ handle: object, matrix: chain(this.matrix(object), within), pixels, jpeg_bytes });
        });
        return pictures;
      }) ?? []
    );
  }

  jpegOf({ handle, jpeg_bytes }: PagePicture): Buffer {
    return this.withMemory(jpeg_bytes, (at) => {
      this.call.FPDFImageObj_GetImageDataRaw(handle, at, jpeg_bytes);
      return Buffer.from(this.memory.HEAPU8.slice(at, at + jpeg_bytes));
    });
  }

  /** Draws these pixels (red, green, blue) where the picture is, until `refresh`. */
  replace({ handle }: PagePicture, { width, height }: Size, pixels: Buffer): void {
    const bitmap = this.call.FPDFBitmap_CreateEx(width, height, FORMAT_BGR, 0, 0);
    if (!bitmap) throw new RangeError('no memory for the picture');
    try {
      const stride = this.call.FPDFBitmap_GetStride(bitmap);
      const start = this.call.FPDFBitmap_GetBuffer(bitmap);
      const heap = this.memory.HEAPU8;
      for (let y = 0; y < height; y += 1) {
        let to = start + y * stride;
        for (let from = y * width * 3; from < (y + 1) * width * 3; from += 3, to += 3) {
          heap[to] = pixels[from + 2]!;
          heap[to + 1] = pixels[from + 1]!;
          heap[to + 2] = pixels[from]!;
        }
      }
      this.call.FPDFImageObj_SetBitmap(0, 0, handle, bitmap);
    } finally {
      this.call.FPDFBitmap_Destroy(bitmap);
    }
  }

  /** All words of a page, in reading order. */
  text(page: number): string {
    return this.withText(page, (text, count) => this.characters(text, count)) ?? '';
  }

  /** The runs of words that stand where they are asked for, in user space. */
  words(page: number, isWanted: (box: Box) => boolean): Array<{ box: Box; words: string }> {
    return this.withText(page, (text, count) => this.lines(text, count, isWanted)) ?? [];
  }

  /**
   * Draws on white. `matrix` maps the page as shown (points, top left, rotation done) to pixels. PDFium itself would
   * draw past the end of the page; `clip` stops it there.
   */
  draw(page: number, px: Size, matrix: Matrix, clip: Rect): Buffer | null {
    return this.withPage(page, (handle) => {
      const bitmap = this.call.FPDFBitmap_CreateEx(px.width, px.height, FORMAT_BGR, 0, 0);
      if (!bitmap) throw new RangeError('no memory for the page');
      try {
        this.call.FPDFBitmap_FillRect(bitmap, 0, 0, px.width, px.height, WHITE);
        this.withFloats([...matrix], (matrixAt) =>
          this.withFloats([clip.x, clip.y, clip.x + clip.width, clip.y + clip.height], (clipAt) =>
            this.call.FPDF_RenderPageBitmapWithMatrix(
              bitmap,
              handle,
              matrixAt,
              clipAt,
              RED_FIRST | AS_PRINTED,
            ),
          ),
        );
        return this.rows(bitmap, px);
      } finally {
        this.call.FPDFBitmap_Destroy(bitmap);
      }
    });
  }

  close(): void {
    this.closePage();
    this.unload(this.loaded);
  }

  private rows(bitmap: number, px: Size): Buffer {
    const stride = this.call.FPDFBitmap_GetStride(bitmap);
    const start = this.call.FPDFBitmap_GetBuffer(bitmap);
    const row = px.width * 3;
    const data = Buffer.allocUnsafe(row * px.height);
    for (let y = 0; y < px.height; y += 1) {
      const at = start + y * stride;
      data.set(this.memory.HEAPU8.subarray(at, at + row), y * row);
    }
    return data;
  }

  /** Every object of the page and of the forms on it, up to a number; how many there were. */
  private eachObject(
    page: number,
    most: number,
    use: (object: number, type: number, within: Matrix) => void,
  ): number {
    let seen = 0;
    const visit = (object: number, within: Matrix, depth: number): void => {
      if (seen >= most) return;
      seen += 1;
      const type = this.call.FPDFPageObj_GetType(object);
      if (type !== OBJECT.form) {
        use(object, type, within);
        return;
      }
      if (depth >= MAX_FORM_DEPTH) return;
      const inner = chain(this.matrix(object), within);
      const count = this.call.FPDFFormObj_CountObjects(object);
      for (let at = 0; at < count && seen < most; at += 1) {
        visit(this.call.FPDFFormObj_GetObject(object, at), inner, depth + 1);
      }
    };
    const count = this.call.FPDFPage_CountObjects(page);
    for (let at = 0; at < count && seen < most; at += 1) {
      visit(this.call.FPDFPage_GetObject(page, at), [1, 0, 0, 1, 0, 0], 0);
    }
    return seen;
  }

  private pixelSize(object: number): Size {
    return this.withMemory(8, (at) => {
      this.call.FPDFImageObj_GetImagePixelSize(object, at, at + 4);
      const view = this.view(at, 8);
      return { width: view.getUint32(0, true), height: view.getUint32(4, true) };
    });
  }

  private lookAtText(
    object: number,
    found: PageContents,
    fonts: Map<number, { name: string; embedded: boolean }>,
  ): void {
    if (this.call.FPDFTextObj_GetTextRenderMode(object) === TEXT_INVISIBLE) return;
    found.has_text = true;
    const font = this.call.FPDFTextObj_GetFont(object);
    if (!font || fonts.has(font)) return;
    fonts.set(font, {
      name: this.fontName(font),
      embedded: this.call.FPDFFont_GetIsEmbedded(font) === 1,
    });
  }

  private fontName(font: number): string {
    const length = this.call.FPDFFont_GetBaseFontName(font, 0, 0);
    if (length <= 1) return '';
    return this.withMemory(length, (at) => {
      this.call.FPDFFont_GetBaseFontName(font, at, length);
      return Buffer.from(this.memory.HEAPU8.subarray(at, at + length - 1)).toString('utf8');
    });
  }

  private lookAtImage(object: number, page: number, within: Matrix, found: PageContents): void {
    const matrix = chain(this.matrix(object), within);
    this.withMemory(28, (at) => {
      if (!this.call.FPDFImageObj_GetImageMetadata(object, page, at)) return;
      const words = this.view(at, 28);
      const pixels = { width: words.getUint32(0, true), height: words.getUint32(4, true) };
      const bits_per_pixel = words.getUint32(16, true);
      found.images.push({ matrix, pixels, bits_per_pixel, jpeg_bytes: this.jpegBytes(object) });
    });
  }

  private jpegBytes(object: number): number | null {
    if (this.call.FPDFImageObj_GetImageFilterCount(object) !== 1) return null;
    const filter = this.withMemory(FILTER_NAME_BYTES, (at) => {
      const length = this.call.FPDFImageObj_GetImageFilter(object, 0, at, FILTER_NAME_BYTES);
      if (length > FILTER_NAME_BYTES) return '';
      return Buffer.from(this.memory.HEAPU8.subarray(at, at + length - 1)).toString('latin1');
    });
    return filter === JPEG_FILTER ? this.call.FPDFImageObj_GetImageDataRaw(object, 0, 0) : null;
  }

  private lookAtLine(object: number, within: Matrix, found: PageContents): void {
    const isStroked = this.withMemory(8, (at) => {
      if (!this.call.FPDFPath_GetDrawMode(object, at, at + 4)) return false;
      return this.view(at, 8).getInt32(4, true) !== 0;
    });
    if (!isStroked) return;
    const width = this.withMemory(4, (at) =>
      this.call.FPDFPageObj_GetStrokeWidth(object, at) ? this.view(at, 4).getFloat32(0, true) : null,
    );
    if (width === null) return;
    const matrix = chain(this.matrix(object), within);
    const drawn = width * Math.sqrt(Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]));
    if (found.thinnest_line && found.thinnest_line.width <= drawn) return;
    const box = this.bounds(object);
    if (box) found.thinnest_line = { box: moveBox(within, box), width: drawn };
  }

  private bounds(object: number): Box | null {
    return this.withMemory(16, (at) => {
      if (!this.call.FPDFPageObj_GetBounds(object, at, at + 4, at + 8, at + 12)) return null;
      const view = this.view(at, 16);
      const [left, bottom, right, top] = [0, 4, 8, 12].map((offset) => view.getFloat32(offset, true));
      return { left: left!, bottom: bottom!, right: right!, top: top! };
    });
  }

  private matrix(object: number): Matrix {
    return this.withMemory(24, (at) => {
      if (!this.call.FPDFPageObj_GetMatrix(object, at)) return [1, 0, 0, 1, 0, 0];
      const view = this.view(at, 24);
      return [0, 4, 8, 12, 16, 20].map((offset) => view.getFloat32(offset, true)) as Matrix;
    });
  }

  private box(
    page: number,
    getter: 'FPDFPage_GetCropBox' | 'FPDFPage_GetMediaBox' | 'FPDFPage_GetTrimBox',
  ): Box | null {
    return this.withMemory(16, (at) => {
      if (!this.call[getter](page, at, at + 4, at + 8, at + 12)) return null;
      const view = this.view(at, 16);
      const [left, bottom, right, top] = [0, 4, 8, 12].map((offset) => view.getFloat32(offset, true));
      return { left: left!, bottom: bottom!, right: right!, top: top! };
    });
  }

  private withText<T>(page: number, use: (text: number, count: number) => T): T | null {
    return this.withPage(page, (handle) => {
      const text = this.call.FPDFText_LoadPage(handle);
      if (!text) return null;
      try {
        const count = Math.min(this.call.FPDFText_CountChars(text), MAX_PAGE_TEXT);
        return count > 0 ? use(text, count) : null;
      } finally {
        this.call.FPDFText_ClosePage(text);
      }
    });
  }

  private characters(text: number, count: number): string {
    return this.withMemory((count + 1) * 2, (at) => {
      const written = this.call.FPDFText_GetText(text, 0, count, at);
      if (written <= 1) return '';
      return Buffer.from(this.memory.HEAPU8.subarray(at, at + (written - 1) * 2)).toString('utf16le');
    });
  }

  private lines(
    text: number,
    count: number,
    isWanted: (box: Box) => boolean,
  ): Array<{ box: Box; words: string }> {
    const rects = this.call.FPDFText_CountRects(text, 0, count);
    const lines: Array<{ box: Box; words: string }> = [];
    for (let index = 0; index < rects; index += 1) {
      const box = this.withMemory(32, (at) => {
        if (!this.call.FPDFText_GetRect(text, index, at, at + 8, at + 16, at + 24)) return null;
        const view = this.view(at, 32);
        return {
          left: view.getFloat64(0, true),
          top: view.getFloat64(8, true),
          right: view.getFloat64(16, true),
          bottom: view.getFloat64(24, true),
        };
      });
      if (box && isWanted(box)) lines.push({ box, words: this.wordsIn(text, box) });
    }
    return lines;
  }

  private wordsIn(text: number, box: Box): string {
    const { left, top, right, bottom } = box;
    const length = this.call.FPDFText_GetBoundedText(text, left, top, right, bottom, 0, 0);
    if (length <= 0) return '';
    return this.withMemory((length + 1) * 2, (at) => {
      this.call.FPDFText_GetBoundedText(text, left, top, right, bottom, at, length);
      const words = Buffer.from(this.memory.HEAPU8.subarray(at, at + length * 2)).toString('utf16le');
      return words.replaceAll('\0', '');
    });
  }

  // Reading a page costs more than most questions about it: the last one stays open for the next question.
  private withPage<T>(page: number, use: (handle: number) => T): T | null {
    if (this.opened?.page !== page) {
      this.closePage();
      const handle = this.loadPage(page);
      if (!handle) return null;
      this.opened = { page, handle };
    }
    return use(this.opened.handle);
  }

  private loadPage(page: number): number {
    const load = () => this.call.FPDF_LoadPage(this.document, page - 1);
    const handle = load();
    const media = this.cropped.get(page);
    if (!handle || !media || this.loaded.uncropped.has(page)) return handle;
    // What a page shows is settled when it is loaded.
    this.call.FPDFPage_SetMediaBox(handle, media.left, media.bottom, media.right, media.top);
    this.call.FPDFPage_SetCropBox(handle, media.left, media.bottom, media.right, media.top);
    this.call.FPDF_ClosePage(handle);
    this.loaded.uncropped.add(page);
    return load();
  }

  private closePage(): void {
    if (this.opened) this.call.FPDF_ClosePage(this.opened.handle);
    this.opened = null;
  }

  private withFloats<T>(values: number[], use: (at: number) => T): T {
    return this.withMemory(values.length * 4, (at) => {
      const view = this.view(at, values.length * 4);
      values.forEach((value, index) => {
        view.setFloat32(index * 4, value, true);
      });
      return use(at);
    });
  }

  private withMemory<T>(bytes: number, use: (at: number) => T): T {
    const at = this.memory.wasmExports.malloc(bytes);
    if (at === 0) throw new RangeError('no memory');
    this.memory.HEAPU8.fill(0, at, at + bytes);
    try {
      return use(at);
    } finally {
      this.memory.wasmExports.free(at);
    }
  }

  // The heap moves when it grows, so a view is only good until the next call.
  private view(at: number, bytes: number): DataView {
    return new DataView(this.memory.HEAPU8.buffer, at, bytes);
  }
}
