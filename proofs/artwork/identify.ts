// What a file is, judged by its first bytes and never by its name.
import { open, stat } from 'node:fs/promises';
import { MAX_PDF_BYTES, MAX_PICTURE_BYTES, MAX_SVG_BYTES } from '../limits';
import { refused } from '../refused';
import type { Format } from '../words/refusals';

export type Kind = 'pdf' | 'jpeg' | 'png' | 'tiff' | 'svg';

const HEAD_BYTES = 4096;
const TAIL_BYTES = 64 * 1024;
const MEGABYTE = 1024 * 1024;

const maxBytes: Record<Kind, number> = {
  pdf: MAX_PDF_BYTES,
  jpeg: MAX_PICTURE_BYTES,
  png: MAX_PICTURE_BYTES,
  tiff: MAX_PICTURE_BYTES,
  svg: MAX_SVG_BYTES,
};

/** Refuses what is empty, unknown, too big or cut off, before any parser sees it. */
export async function identify(path: string): Promise<{ kind: Kind; bytes: number }> {
  const { size: bytes } = await stat(path);
  if (bytes === 0) throw refused('empty-file');
  const head = await read(path, 0, Math.min(bytes, HEAD_BYTES));
  const kind = kindOf(head);
  if (!kind) throw refused('unknown-format', { format: formatOf(head) });
  if (bytes > maxBytes[kind]) {
    throw refused('file-too-big', { megabytes: bytes / MEGABYTE, limit: maxBytes[kind] / MEGABYTE });
  }
  if (kind === 'pdf') {
    const tail = await read(path, Math.max(0, bytes - TAIL_BYTES), Math.min(bytes, TAIL_BYTES));
    if (!tail.includes('startxref')) throw refused('incomplete');
  }
  return { kind, bytes };
}

/** null when it is none of the kinds that we draw. */
export function kindOf(head: Buffer): Kind | null {
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'jpeg';
  if (head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))) return 'png';
  const start = head.subarray(0, 4).toString('latin1');
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(start)) return 'tiff';
  // PDF allows a kilobyte of anything in front; a PDF-compatible Illustrator file begins the same way.
  if (head.subarray(0, 1024).includes('%PDF-')) return 'pdf';
  if (isSvg(head)) return 'svg';
  return null;
}

function isSvg(head: Buffer): boolean {
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  return text.startsWith('<') && /<(\w+:)?svg[\s>]/.test(text) && !/<html/i.test(text);
}

function formatOf(head: Buffer): Format {
  const text = head.toString('latin1');
  if (text.slice(4, 8) === 'ftyp')
    return /^(hei|hev|mif|msf)/.test(text.slice(8, 12)) ? 'heic' : 'web-picture';
  if (text.startsWith('PK'))
    return /\[Content_Types\]|mimetypeapplication|word\/|xl\/|ppt\//.test(text) ? 'office' : 'archive';
  if (text.startsWith('\xd0\xcf\x11\xe0') || text.startsWith('{\\rtf')) return 'office';
  if (text.startsWith('8BPS')) return 'photoshop';
  if (text.startsWith('%!') || text.startsWith('\xc5\xd0\xd3\xc6')) return 'postscript';
  if (text.startsWith('\x06\x06\xed\xf5')) return 'indesign';
  if (text.startsWith('GIF8') || (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP'))
    return 'web-picture';
  if (text.startsWith('Rar!') || text.startsWith('7z\xbc\xaf') || text.startsWith('\x1f\x8b'))
    return 'archive';
  return 'other';
}

async function read(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
