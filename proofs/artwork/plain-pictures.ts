// Which pictures of a PDF are plain JPEG that libvips may decode in PDFium's place: natively, already shrunk to what
// the page shows of them, and with the press profile in the same pass.
import {
  PDFArray,
  PDFDict,
  type PDFDocument,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
  PDFStream,
} from 'pdf-lib';
import type { Size } from '../geometry';
import { MAX_ARTWORK_PICTURES, MAX_FORM_DEPTH, MAX_STREAMS_BYTES } from '../limits';
import { unpacked } from './content-colours';
import { pressProfile } from './press-profile';

/** How the numbers of one JPEG are to be understood. Plain data: other threads get it as it is. */
export interface PlainPicture {
  space: 'cmyk' | 'rgb' | 'gray';
  /** Full ink is 0: the file says so in its Decode array. */
  is_inverted: boolean;
  /** Of a picture in inks; null for the profile of the whole file. */
  profile: Uint8Array | null;
}

/** By `pictureKey`: what PDFium and pdf-lib both know of a picture. */
export type PlainPictures = Map<string, PlainPicture>;

export function pictureKey({ width, height }: Size, jpeg_bytes: number): string {
  return `${width} × ${height}, ${jpeg_bytes}`;
}

interface Found {
  key: string;
  picture: PlainPicture;
}

/** What libvips decodes, and the streams that PDFium is therefore never asked for. */
export function plainPictures(document: PDFDocument, isPlaced: (key: string) => boolean) {
  const search = new Search();
  for (const page of document.getPages()) {
    search.resources(
      document.context.lookup(page.node.getInheritableAttribute(PDFName.of('Resources'))),
      0,
      true,
    );
  }
  return search.result(isPlaced);
}

class Search {
  private readonly found = new Map<PDFStream, Found | null>();
  private readonly seen = new Map<PDFObject, boolean>();
  private left = MAX_ARTWORK_PICTURES;

  /** `on_page`: what PDFium lists as an object of the page; not so inside patterns, glyphs and soft masks. */
  resources(resources: PDFObject | undefined, depth: number, on_page: boolean): void {
    if (!(resources instanceof PDFDict)) return;
    const is_listed = on_page && depth <= MAX_FORM_DEPTH && !hasInksOfItsOwn(resources);
    const before = this.seen.get(resources);
    if (before === false || before === is_listed) return;
    this.seen.set(resources, is_listed);
    this.each(resources, 'XObject', (object) => {
      if (!(object instanceof PDFStream)) return;
      if (nameIn(object.dict, 'Subtype') === '/Image') this.picture(object, is_listed);
      else this.resources(object.dict.lookup(PDFName.of('Resources')), depth + 1, is_listed);
    });
    this.each(resources, 'Pattern', (pattern) => this.apart(pattern, depth));
    this.each(resources, 'Font', (font) => this.apart(font, depth));
    this.each(resources, 'ExtGState', (state) => {
      const mask = state instanceof PDFDict ? state.lookup(PDFName.of('SMask')) : undefined;
      if (mask instanceof PDFDict) this.apart(mask.lookup(PDFName.of('G')), depth);
    });
  }

  result(isPlaced: (key: string) => boolean): { pictures: PlainPictures; streams: Set<PDFStream> } {
    const pictures: PlainPictures = new Map();
    const streams = new Set<PDFStream>();
    const ambiguous = new Set<string>();
    for (const [stream, found] of this.found) {
      if (!found || !isPlaced(found.key)) continue;
      const other = pictures.get(found.key);
      if (other && !isSame(other, found.picture)) ambiguous.add(found.key);
      pictures.set(found.key, found.picture);
      streams.add(stream);
    }
    for (const [stream, found] of this.found) {
      if (!found || !ambiguous.has(found.key)) continue;
      pictures.delete(found.key);
      streams.delete(stream);
    }
    return { pictures, streams };
  }

  private apart(holder: PDFObject | undefined, depth: number): void {
    const dict = holder instanceof PDFStream ? holder.dict : holder;
    if (dict instanceof PDFDict) this.resources(dict.lookup(PDFName.of('Resources')), depth + 1, false);
  }

  private picture(stream: PDFStream, is_listed: boolean): void {
    if (!is_listed) this.found.set(stream, null);
    else if (!this.found.has(stream)) this.found.set(stream, this.read(stream));
  }

  private read(stream: PDFStream): Found | null {
    const { dict } = stream;
    const has = (key: string) => dict.has(PDFName.of(key));
    if (!(stream instanceof PDFRawStream) || onlyFilter(dict) !== '/DCTDecode') return null;
    if (has('SMask') || has('Mask') || has('ImageMask') || has('DecodeParms')) return null;
    const [width, height] = ['Width', 'Height'].map((key) => dict.lookup(PDFName.of(key)));
    if (!(width instanceof PDFNumber) || !(height instanceof PDFNumber)) return null;
    const colour = colourOf(dict.lookup(PDFName.of('ColorSpace')));
    const is_inverted = inversion(dict.lookup(PDFName.of('Decode')));
    if (!colour || is_inverted === null) return null;
    const size = { width: width.asNumber(), height: height.asNumber() };
    return { key: pictureKey(size, stream.getContents().length), picture: { ...colour, is_inverted } };
  }

  private each(holder: PDFDict, kind: string, use: (object: PDFObject | undefined) => void): void {
    const dict = holder.lookup(PDFName.of(kind));
    if (!(dict instanceof PDFDict)) return;
    for (const key of dict.keys()) {
      if (this.left <= 0) return;
      this.left -= 1;
      use(dict.lookup(key));
    }
  }
}

function isSame(one: PlainPicture, other: PlainPicture): boolean {
  return one.space === other.space && one.is_inverted === other.is_inverted && one.profile === other.profile;
}

function colourOf(space: PDFObject | undefined): Pick<PlainPicture, 'space' | 'profile'> | null {
  const name = space instanceof PDFArray && space.size() === 1 ? space.lookup(0) : space;
  if (`${name}` === '/DeviceCMYK') return { space: 'cmyk', profile: null };
  if (`${name}` === '/DeviceRGB') return { space: 'rgb', profile: null };
  if (`${name}` === '/DeviceGray') return { space: 'gray', profile: null };
  if (!(space instanceof PDFArray) || space.size() < 2 || `${space.lookup(0)}` !== '/ICCBased') return null;
  const stream = space.lookup(1);
  const bytes = stream instanceof PDFRawStream ? unpacked(stream, MAX_STREAMS_BYTES) : null;
  const profile = bytes ? pressProfile(bytes, 'artwork') : null;
  return profile ? { space: 'cmyk', profile: profile.bytes } : null;
}

/** null for a Decode array that is neither the usual one nor its opposite. */
function inversion(decode: PDFObject | undefined): boolean | null {
  if (!(decode instanceof PDFArray)) return decode === undefined ? false : null;
  const values = decode.asArray().map((value) => (value instanceof PDFNumber ? value.asNumber() : -1));
  if (values.every((value, index) => value === index % 2)) return false;
  return values.every((value, index) => value === 1 - (index % 2)) ? true : null;
}

function onlyFilter(dict: PDFDict): string {
  const filter = dict.lookup(PDFName.of('Filter'));
  return filter instanceof PDFArray && filter.size() === 1 ? `${filter.lookup(0)}` : `${filter}`;
}

function hasInksOfItsOwn(resources: PDFDict): boolean {
  const spaces = resources.lookup(PDFName.of('ColorSpace'));
  return spaces instanceof PDFDict && spaces.has(PDFName.of('DefaultCMYK'));
}

function nameIn(dict: PDFDict, key: string): string {
  return `${dict.lookup(PDFName.of(key))}`;
}
