// What a PDF carries besides its pages: a screen needs it, a press has no use for it.
import { PDFArray, PDFDict, type PDFDocument, PDFName, type PDFObject } from 'pdf-lib';
import type { Extras } from '../look';

const PAGE_EXTRAS = ['Annots', 'AA', 'Thumb', 'PieceInfo', 'B'];
const FILE_EXTRAS = [
  'AcroForm',
  'OpenAction',
  'AA',
  'AF',
  'Names',
  'Collection',
  'Perms',
  'PieceInfo',
  'Threads',
  'URI',
  'Requirements',
];

export function extrasOf(document: PDFDocument): Pick<Extras, 'annotations' | 'form_fields' | 'actions'> {
  const { catalog } = document;
  const form = catalog.lookup(PDFName.of('AcroForm'));
  const pages = document.getPages();
  return {
    annotations: pages.reduce((sum, page) => sum + sizeOf(page.node.lookup(PDFName.of('Annots'))), 0),
    form_fields: form instanceof PDFDict ? sizeOf(form.lookup(PDFName.of('Fields'))) : 0,
    actions:
      [catalog.lookup(PDFName.of('OpenAction')), catalog.lookup(PDFName.of('AA'))].filter(
        (each) => each instanceof PDFDict && !isGoTo(each),
      ).length + pages.filter((page) => page.node.has(PDFName.of('AA'))).length,
  };
}

/** Takes all of it out of the document; what is on the pages stays. */
export function removeExtras(document: PDFDocument): void {
  for (const name of FILE_EXTRAS) document.catalog.delete(PDFName.of(name));
  for (const page of document.getPages()) {
    for (const name of PAGE_EXTRAS) page.node.delete(PDFName.of(name));
  }
}

/** Opening on a certain page does nothing to the print. */
function isGoTo(action: PDFDict): boolean {
  return `${action.lookup(PDFName.of('S'))}` === '/GoTo';
}

function sizeOf(object: PDFObject | undefined): number {
  return object instanceof PDFArray ? object.size() : 0;
}
