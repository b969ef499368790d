// pdf-lib writes every object that it read. What no page needs any more is left out here.
import { PDFArray, PDFDict, type PDFDocument, type PDFObject, PDFRef, PDFStream } from 'pdf-lib';

/** Forgets every object that cannot be reached from the document's root and its information. */
export function keepReachable({ context }: PDFDocument): void {
  const kept = new Set<PDFRef>();
  const waiting: Array<PDFObject | undefined> = [context.trailerInfo.Root, context.trailerInfo.Info];
  context.trailerInfo.Encrypt = undefined;
  while (waiting.length > 0) {
    const object = waiting.pop();
    if (object instanceof PDFRef) {
      if (kept.has(object)) continue;
      kept.add(object);
      waiting.push(context.lookup(object));
    } else if (object instanceof PDFArray) {
      waiting.push(...object.asArray());
    } else {
      const dict = object instanceof PDFStream ? object.dict : object;
      if (dict instanceof PDFDict) waiting.push(...dict.values());
    }
  }
  for (const [ref] of context.enumerateIndirectObjects()) if (!kept.has(ref)) context.delete(ref);
  context.largestObjectNumber = Math.max(0, ...[...kept].map((ref) => ref.objectNumber));
}
