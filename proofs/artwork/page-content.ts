import { PDFArray, type PDFContext, PDFName, type PDFPage, PDFStream } from 'pdf-lib';

/**
 * The content of a page as one text: operands may stand in one stream and their operator in the next. Null as soon
 * as one of its streams cannot be unpacked.
 */
export function pageContent(
  page: PDFPage,
  context: PDFContext,
  contentOf: (stream: PDFStream) => Buffer | null,
): Buffer | null {
  const contents = page.node.lookup(PDFName.of('Contents'));
  const streams = contents instanceof PDFArray ? contents.asArray() : contents ? [contents] : [];
  const parts: Buffer[] = [];
  for (const each of streams) {
    const stream = context.lookup(each);
    if (!(stream instanceof PDFStream)) continue;
    const part = contentOf(stream);
    if (!part) return null;
    parts.push(part, Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
