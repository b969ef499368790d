// Reads a paper as a customer's PDF reader does.
import { readFileSync } from 'node:fs';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';

interface Memory {
  HEAPU8: Uint8Array;
  wasmExports: { malloc(bytes: number): number; free(at: number): void };
}

const MAX_CHARACTERS = 60_000;
let opened: Promise<WrappedPdfiumModule> | null = null;

async function open(): Promise<WrappedPdfiumModule> {
  const wasm = readFileSync(require.resolve('@embedpdf/pdfium/pdfium.wasm'));
  const pdfium = await init({ wasmBinary: new Uint8Array(wasm).buffer });
  pdfium.PDFiumExt_Init();
  return pdfium;
}

/** The words of every page, with spaces and line ends made one space. */
export async function pageTexts(bytes: Uint8Array): Promise<string[]> {
  opened ??= open();
  const pdfium = await opened;
  const memory = pdfium.pdfium as unknown as Memory;
  const file = memory.wasmExports.malloc(bytes.length);
  const words = memory.wasmExports.malloc(MAX_CHARACTERS * 2);
  memory.HEAPU8.set(bytes, file);
  const document = pdfium.FPDF_LoadMemDocument(file, bytes.length, '');
  if (!document) throw new Error('PDFium does not open this paper');
  const texts = Array.from({ length: pdfium.FPDF_GetPageCount(document) }, (_, i) => {
    const page = pdfium.FPDF_LoadPage(document, i);
    const text = pdfium.FPDFText_LoadPage(page);
    const count = pdfium.FPDFText_GetText(text, 0, MAX_CHARACTERS - 1, words);
    const found = Buffer.from(memory.HEAPU8.slice(words, words + (count - 1) * 2)).toString('utf16le');
    pdfium.FPDFText_ClosePage(text);
    pdfium.FPDF_ClosePage(page);
    return found.replace(/\s+/g, ' ');
  });
  pdfium.FPDF_CloseDocument(document);
  memory.wasmExports.free(words);
  memory.wasmExports.free(file);
  return texts;
}
