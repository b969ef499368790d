// PDFium shows DeviceCMYK by a table of its own. Here every DeviceCMYK of a PDF becomes a colour space that carries
// the press profile, so that it shows the inks as this profile says.
import {
  PDFArray,
  PDFDict,
  type PDFDocument,
  PDFName,
  PDFNumber,
  type PDFObject,
  type PDFPage,
  PDFRawStream,
  PDFRef,
  PDFStream,
} from 'pdf-lib';
import { MAX_FORM_DEPTH, MAX_REWRITTEN_OBJECTS, MAX_STREAMS_BYTES } from '../limits';
import { type Blended, unpacked, withInksIn } from './content-colours';
import type { Blend } from './overprint';
import { pageContent } from './page-content';
import type { Overprinted } from './painted';
import { type PressProfile, pressProfile, shopProfile } from './press-profile';

/** The names that the colour spaces and the graphics states get in every resource dictionary. */
const NAMES = { inks: 'PressInks', screen: 'PressScreen', grey: 'PressGrey' };
const AS_BEFORE = 'PressNormal';
const STATES: Record<Blend, string> = { Multiply: 'PressMultiply', Darken: 'PressDarken' };
const INK_COUNT = 4;

export interface PressColours {
  profile: PressProfile;
  /** false when a part could not be read and keeps the colours of the plain drawing. */
  is_complete: boolean;
}

/**
 * Changes the document in place; the caller writes it when `is_changed`. null when it holds no DeviceCMYK. `elsewhere`
 * are pictures that PDFium does not draw: they stay as they are, and whoever draws them uses the same profile. Paints
 * that overprint are blended with what lies below.
 */
export function throughPress(
  document: PDFDocument,
  elsewhere: ReadonlySet<PDFStream> = new Set(),
  overprinted: Overprinted = new Map(),
): (PressColours & { is_changed: boolean }) | null {
  const profile = artworkProfile(document) ?? shopProfile();
  const spaces = { inks: profiled(document, profile.bytes, 4) };
  const rewriting = new Rewriting(document, spaces, elsewhere, overprinted);
  for (const page of document.getPages()) rewriting.page(page);
  const { is_changed, is_complete, has_inks_elsewhere } = rewriting;
  return is_changed || has_inks_elsewhere || !is_complete ? { profile, is_changed, is_complete } : null;
}

/** A colour space that these bytes describe. */
export function profiled(document: PDFDocument, profile: Buffer, channels: 1 | 3 | 4): PDFArray {
  const { context } = document;
  const Alternate = { 1: 'DeviceGray', 3: 'DeviceRGB', 4: 'DeviceCMYK' }[channels];
  const stream = context.register(context.stream(profile, { N: channels, Alternate }));
  return context.obj([PDFName.of('ICCBased'), stream]) as PDFArray;
}

function artworkProfile(document: PDFDocument): PressProfile | null {
  const intents = document.catalog.lookup(PDFName.of('OutputIntents'));
  if (!(intents instanceof PDFArray)) return null;
  for (let index = 0; index < intents.size(); index += 1) {
    const intent = intents.lookup(index);
    const stream = intent instanceof PDFDict ? intent.lookup(PDFName.of('DestOutputProfile')) : undefined;
    const bytes = stream instanceof PDFRawStream ? unpacked(stream, MAX_STREAMS_BYTES) : null;
    const profile = bytes ? pressProfile(bytes, 'artwork') : null;
    if (profile) return profile;
  }
  return null;
}

/** The colour spaces that take the place of the device's own; those left out stay as they are. */
export interface Spaces {
  inks: PDFArray;
  screen?: PDFArray;
  grey?: PDFArray;
  /** What the file says about its colours, by profile or DefaultCMYK, gives way too. */
  is_every_space?: boolean;
}

export class Rewriting {
  is_changed = false;
  is_complete = true;
  has_inks_elsewhere = false;
  private readonly inks: PDFArray;
  private readonly seen = new Set<PDFObject>();
  private bytes_left = MAX_STREAMS_BYTES;
  private objects_left = MAX_REWRITTEN_OBJECTS;

  constructor(
    private readonly document: PDFDocument,
    private readonly spaces: Spaces,
    private readonly elsewhere: ReadonlySet<PDFStream>,
    private readonly overprinted: Overprinted = new Map(),
  ) {
    this.inks = spaces.inks;
  }

  page(page: PDFPage): void {
    const { context } = this.document;
    let resources = context.lookup(page.node.getInheritableAttribute(PDFName.of('Resources')));
    if (!(resources instanceof PDFDict)) {
      resources = context.obj({});
      page.node.set(PDFName.of('Resources'), resources);
    }
    this.resources(resources as PDFDict, 0);
    this.pageContents(page);
  }

  private pageContents(page: PDFPage): void {
    const { context } = this.document;
    const content = pageContent(page, context, (stream) => this.contentOf(stream));
    if (!content) return;
    const changed = withInksIn(this.names, content, this.blended(page.node));
    if (!changed) return;
    page.node.set(PDFName.of('Contents'), context.register(context.stream(changed)));
    this.is_changed = true;
  }

  private resources(resources: PDFDict, depth: number): void {
    if (this.isSeen(resources)) return;
    if (depth > MAX_FORM_DEPTH) {
      this.is_complete = false;
      return;
    }
    const spaces = resources.lookup(PDFName.of('ColorSpace'));
    const inks = (this.spaces.is_every_space ? null : inksOf(spaces)) ?? this.inks;
    this.each(resources, 'ColorSpace', (space, key, dict) => this.replaceSpace(dict, key, space, inks));
    this.each(resources, 'XObject', (object, key, dict) => {
      if (object instanceof PDFStream) this.xObject(object, dict.get(key), resources, inks, depth);
    });
    this.each(resources, 'Pattern', (pattern, key, dict) => {
      if (pattern instanceof PDFStream) this.form(pattern, dict.get(key), resources, depth);
      else if (pattern instanceof PDFDict) this.shading(pattern.lookup(PDFName.of('Shading')), inks);
    });
    this.each(resources, 'Shading', (shading) => this.shading(shading, inks));
    this.each(resources, 'Font', (font) => {
      if (font instanceof PDFDict) this.glyphs(font, resources, depth);
    });
    // An array of its own in each dictionary: PDFium looks no further for the space of an inline picture.
    const named = spaces instanceof PDFDict ? spaces : this.document.context.obj({});
    named.set(PDFName.of(NAMES.inks), this.copy(inks));
    if (this.spaces.screen) named.set(PDFName.of(NAMES.screen), this.copy(this.spaces.screen));
    if (this.spaces.grey) named.set(PDFName.of(NAMES.grey), this.copy(this.spaces.grey));
    if (named !== spaces) resources.set(PDFName.of('ColorSpace'), named);
    if (this.overprinted.size > 0) this.addBlending(resources);
  }

  private addBlending(resources: PDFDict): void {
    const { context } = this.document;
    const known = resources.lookup(PDFName.of('ExtGState'));
    const states = known instanceof PDFDict ? known : context.obj({});
    for (const [BM, name] of Object.entries(STATES)) states.set(PDFName.of(name), context.obj({ BM }));
    states.set(PDFName.of(AS_BEFORE), context.obj({ BM: 'Normal' }));
    if (states !== known) resources.set(PDFName.of('ExtGState'), states);
  }

  private blended(stream: PDFObject): Blended | undefined {
    const paints = this.overprinted.get(stream);
    if (!paints) return undefined;
    const states = new Map([...paints].map(([at, blend]) => [at, STATES[blend]]));
    return { states, after: AS_BEFORE };
  }

  private xObject(
    object: PDFStream,
    ref: PDFObject | undefined,
    parent: PDFDict,
    inks: PDFArray,
    depth: number,
  ): void {
    if (`${object.dict.lookup(PDFName.of('Subtype'))}` !== '/Image') {
      this.form(object, ref, parent, depth);
      return;
    }
    if (this.isSeen(object)) return;
    const key = PDFName.of('ColorSpace');
    const space = object.dict.lookup(key);
    if (this.elsewhere.has(object)) this.has_inks_elsewhere ||= isDeviceCmyk(space);
    else this.replaceSpace(object.dict, key, space, inks);
  }

  private form(form: PDFStream, ref: PDFObject | undefined, parent: PDFDict, depth: number): void {
    if (this.isSeen(form)) return;
    const own = form.dict.lookup(PDFName.of('Resources'));
    this.resources(own instanceof PDFDict ? own : parent, depth + 1);
    this.streamContents(form, ref);
  }

  private glyphs(font: PDFDict, parent: PDFDict, depth: number): void {
    if (`${font.lookup(PDFName.of('Subtype'))}` !== '/Type3' || this.isSeen(font)) return;
    const own = font.lookup(PDFName.of('Resources'));
    this.resources(own instanceof PDFDict ? own : parent, depth + 1);
    this.each(font, 'CharProcs', (glyph, key, dict) => {
      if (glyph instanceof PDFStream && !this.isSeen(glyph)) this.streamContents(glyph, dict.get(key));
    });
  }

  private streamContents(stream: PDFStream, ref: PDFObject | undefined): void {
    const content = this.contentOf(stream);
    const changed = content ? withInksIn(this.names, content, this.blended(stream)) : null;
    if (!changed || !(ref instanceof PDFRef)) return;
    for (const key of ['Filter', 'DecodeParms', 'Length']) stream.dict.delete(PDFName.of(key));
    this.document.context.assign(ref, PDFRawStream.of(stream.dict, changed));
    this.is_changed = true;
  }

  private shading(shading: PDFObject | undefined, inks: PDFArray): void {
    const dict = shading instanceof PDFStream ? shading.dict : shading;
    if (!(dict instanceof PDFDict) || this.isSeen(dict)) return;
    const key = PDFName.of('ColorSpace');
    this.replaceSpace(dict, key, dict.lookup(key), inks);
  }

  private replaceSpace(dict: PDFDict, key: PDFName, space: PDFObject | undefined, inks: PDFArray): void {
    const replaced = this.withInks(space, inks, 0);
    if (!replaced) return;
    dict.set(key, replaced);
    this.is_changed = true;
  }

  /** The same space over the inks of the press; null when it has nothing to do with DeviceCMYK. */
  private withInks(space: PDFObject | undefined, inks: PDFArray, depth: number): PDFArray | null {
    const whole = this.wholeSpace(space, inks);
    if (whole) return this.copy(whole);
    if (!(space instanceof PDFArray) || space.size() === 0 || depth > MAX_FORM_DEPTH) return null;
    const family = `${space.lookup(0)}`;
    // The colour below another one: of a palette, of a pattern, of a special ink where that ink is not at hand.
    const below = { '/Indexed': 1, '/Pattern': 1, '/Separation': 2, '/DeviceN': 2 }[family];
    if (below === undefined || space.size() <= below) return null;
    const base = this.withInks(space.lookup(below), inks, depth + 1);
    if (!base) return null;
    const replaced = this.copy(space);
    replaced.set(below, base);
    return replaced;
  }

  private wholeSpace(space: PDFObject | undefined, inks: PDFArray): PDFArray | null {
    if (isDeviceCmyk(space)) return inks;
    const { screen, grey, is_every_space } = this.spaces;
    if (!is_every_space) return null;
    const family = `${space instanceof PDFArray ? space.lookup(0) : space}`;
    const profile = family === '/ICCBased' ? (space as PDFArray).lookup(1) : undefined;
    const channels = profile instanceof PDFStream ? `${profile.dict.lookup(PDFName.of('N'))}` : '';
    if (family === '/ICCBased' && channels === '4') return inks;
    if (screen && (channels === '3' || ['/DeviceRGB', '/CalRGB', '/Lab'].includes(family))) return screen;
    if (grey && (channels === '1' || ['/DeviceGray', '/CalGray'].includes(family))) return grey;
    return null;
  }

  private get names(): Record<string, string> {
    const { screen, grey } = this.spaces;
    return {
      DeviceCMYK: NAMES.inks,
      ...(screen ? { DeviceRGB: NAMES.screen } : {}),
      ...(grey ? { DeviceGray: NAMES.grey } : {}),
    };
  }

  private contentOf(stream: PDFStream): Buffer | null {
    const content = stream instanceof PDFRawStream ? unpacked(stream, this.bytes_left) : null;
    if (content) this.bytes_left -= content.length;
    else this.is_complete = false;
    return content;
  }

  private each(
    holder: PDFDict,
    kind: string,
    use: (object: PDFObject | undefined, key: PDFName, dict: PDFDict) => void,
  ): void {
    const dict = holder.lookup(PDFName.of(kind));
    if (!(dict instanceof PDFDict)) return;
    for (const key of dict.keys()) {
      if (this.objects_left <= 0) {
        this.is_complete = false;
        return;
      }
      this.objects_left -= 1;
      use(dict.lookup(key), key, dict);
    }
  }

  private copy(array: PDFArray): PDFArray {
    return array.clone(this.document.context);
  }

  private isSeen(object: PDFObject): boolean {
    if (this.seen.has(object)) return true;
    this.seen.add(object);
    return false;
  }
}

function isDeviceCmyk(space: PDFObject | undefined): boolean {
  const name = space instanceof PDFArray && space.size() === 1 ? space.lookup(0) : space;
  return `${name}` === '/DeviceCMYK';
}

/** What the file itself says that DeviceCMYK means here, when it says so with a profile. */
function inksOf(spaces: PDFObject | undefined): PDFArray | null {
  const own = spaces instanceof PDFDict ? spaces.lookup(PDFName.of('DefaultCMYK')) : undefined;
  if (!(own instanceof PDFArray) || own.size() < 2 || `${own.lookup(0)}` !== '/ICCBased') return null;
  const profile = own.lookup(1);
  const channels = profile instanceof PDFStream ? profile.dict.lookup(PDFName.of('N')) : undefined;
  return channels instanceof PDFNumber && channels.asNumber() === INK_COUNT ? own : null;
}
