import type { Fix, PrintSpecification } from '../contract';
import type { Artwork } from '../look';
import type { Kind } from './identify';

/** Each reader is loaded when a file of its kind arrives: a photo need not wait for PDFium. */
export async function openArtwork(
  path: string,
  kind: Kind,
  specification: PrintSpecification,
  fixes: Fix[],
): Promise<Artwork> {
  if (kind === 'pdf') return (await import('./pdf.js')).openPdf(path, specification, fixes);
  if (kind === 'svg') return (await import('./drawing.js')).openDrawing(path, specification);
  return (await import('./picture.js')).openPicture(path, kind, specification);
}
