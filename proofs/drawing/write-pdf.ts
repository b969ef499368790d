// Writes a PDF object by object, with pictures copied from their files: five hundred pages never lie in memory.
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import {
  PDFCrossRefSection,
  type PDFDict,
  type PDFDocument,
  PDFHeader,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRef,
  PDFTrailer,
  PDFTrailerDict,
} from 'pdf-lib';

/** The dictionary of a picture and the file that holds its bytes; the file is removed once it is copied. */
export interface StoredPicture {
  dict: PDFDict;
  path: string;
}

/** Plain cross-reference tables: the seal appends to this file, and the oldest reader opens it. */
export async function writePdf(
  document: PDFDocument,
  pictures: Map<PDFRef, StoredPicture>,
  path: string,
): Promise<{ sha256: string; bytes: number }> {
  await document.flush();
  const { context } = document;
  const out = new Output(await open(path, 'wx'));
  try {
    await out.write(text(`${PDFHeader.forVersion(1, 7)}\n\n`));
    const xref = PDFCrossRefSection.create();
    const begin = (ref: PDFRef) => {
      xref.addEntry(ref, out.bytes);
      return out.write(text(`${ref.objectNumber} ${ref.generationNumber} obj\n`));
    };
    const stored = new Map([...pictures].map(([ref, picture]) => [ref.objectNumber, picture]));
    for (let number = 1; number <= context.largestObjectNumber; number += 1) {
      const ref = PDFRef.of(number);
      const picture = stored.get(number);
      const object = context.lookup(ref);
      if (picture) {
        await begin(ref);
        await writePicture(out, picture);
      } else if (object) {
        await begin(ref);
        await out.write(bytesOf(object));
      } else continue;
      await out.write(text('\nendobj\n\n'));
    }
    const { Root, Info } = context.trailerInfo;
    const trailer = context.obj({ Size: context.largestObjectNumber + 1, Root, Info });
    const xref_at = out.bytes;
    await out.write(text(`${xref}\n${PDFTrailerDict.of(trailer)}\n\n`));
    await out.write(text(`${PDFTrailer.forLastCrossRefSectionOffset(xref_at)}`));
    return { sha256: out.sha256(), bytes: out.bytes };
  } finally {
    await out.close();
  }
}

async function writePicture(out: Output, { dict, path }: StoredPicture): Promise<void> {
  const bytes = await readFile(path);
  const described = dict.clone();
  described.set(PDFName.of('Length'), PDFNumber.of(bytes.length));
  await out.write(Buffer.concat([bytesOf(described), text('\nstream\n')]));
  await out.write(bytes);
  await out.write(text('\nendstream'));
  await rm(path);
}

function bytesOf(object: PDFObject): Buffer {
  const bytes = Buffer.alloc(object.sizeInBytes());
  object.copyBytesInto(bytes, 0);
  return bytes;
}

function text(words: string): Buffer {
  return Buffer.from(words, 'latin1');
}

class Output {
  bytes = 0;
  private readonly hash = createHash('sha256');

  constructor(private readonly file: FileHandle) {}

  async write(part: Buffer): Promise<void> {
    this.hash.update(part);
    this.bytes += part.length;
    await this.file.writeFile(part);
  }

  sha256(): string {
    return this.hash.digest('hex');
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
