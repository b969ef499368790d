// What was seen in the artwork, as plain facts: the checks judge from these and open nothing themselves.

import type { Kind } from './artwork/identify';
import type { PdfPageStructure } from './artwork/pdf-structure';
import type { PlainPictures } from './artwork/plain-pictures';
import type { ArtworkPage, PrintSpecification } from './contract';
import type { PageFit } from './fit';
import type { Matrix, Rect, Size } from './geometry';

export interface PlacedImage {
  /** On the trim, in millimetres. */
  place: Rect;
  /** At print size; the smaller of the two directions. */
  ppi: number;
  is_one_bit: boolean;
}

export interface PlacedWords {
  place: Rect;
  words: string;
}

export interface Sized {
  place: Rect;
  /** Thickness of a line or height of letters, on paper. */
  size_pt: number;
}

/** The worst of each kind on one page of a PDF; null where there is none. */
export interface PagePainting {
  thin_line: Sized | null;
  thin_white_line: Sized | null;
  /** Of more than one ink. */
  thin_mixed_line: Sized | null;
  small_white_text: Sized | null;
  /** Of more than one ink, black apart. */
  small_mixed_text: Sized | null;
  /** Black with other inks under it. */
  rich_black_text: Sized | null;
  heaviest_black_text: { place: Rect; percent: number } | null;
  /** White that is set to overprint: it prints as nothing. */
  vanishing: { place: Rect; is_text: boolean } | null;
  overprint: Rect | null;
  see_through: Rect | null;
  screen_colour: Rect | null;
  /** In the colour of crop marks, on every plate. */
  every_ink: Rect | null;
  spots: Array<{ name: string; place: Rect }>;
  /** No place of the page can carry more ink than this; Infinity when that cannot be told from its operators. */
  ink_bound_percent: number;
}

export const noPainting: PagePainting = {
  thin_line: null,
  thin_white_line: null,
  thin_mixed_line: null,
  small_white_text: null,
  small_mixed_text: null,
  rich_black_text: null,
  heaviest_black_text: null,
  vanishing: null,
  overprint: null,
  see_through: null,
  screen_colour: null,
  every_ink: null,
  spots: [],
  ink_bound_percent: 0,
};

export interface PageLook extends ArtworkPage {
  /** null when the page has neither the size nor the shape of the product. */
  fit: PageFit | null;
  /** What a picture loses when it covers the piece; only for pictures. */
  lost_mm: { sides: number; ends: number } | null;
  images: PlacedImage[];
  /** Only those outside the safe area. */
  words: PlacedWords[];
  /** Words that look like the number of a sheet; only looked for where the press numbers. */
  running_number: PlacedWords | null;
  has_text: boolean;
  /** Two pages side by side where single ones are wanted. */
  is_spread: boolean;
  painting: PagePainting;
  /** The inks together where they are heaviest, over a square of 15 mm; null when the inks are not known. */
  heaviest: { percent: number; place: Rect } | null;
}

export interface UsedFont {
  name: string;
  embedded: boolean;
  pages: number[];
}

export interface Features {
  transparency: boolean;
  annotations: number;
  form_fields: number;
  scripts: number;
  attachments: number;
  hidden_layers: number;
  overprint: boolean;
  /** The proof shows what overprints by blending. */
  is_overprint_imitated: boolean;
  outside_references: number;
  live_text_in_drawing: boolean;
  /** A drawing that states its size in millimetres, inches or points. */
  has_own_size: boolean;
}

export interface Look {
  kind: Kind;
  specification: PrintSpecification;
  page_count: number;
  pages: PageLook[];
  fonts: UsedFont[];
  /** DeviceRGB, DeviceCMYK, ICCBased (4), Separation … as found. */
  colour_spaces: string[];
  spot_colours: string[];
  output_intent: string | null;
  /** PDF/X-4 and its like, as the file calls itself. */
  print_standard: string | null;
  /** How process inks are shown; null when there are none. Without a profile they keep the look of a plain viewer. */
  inks: { profile: { name: string; source: 'artwork' | 'shop' } | null; is_complete: boolean } | null;
  features: Features;
  /** false when one of the two readers could not open the file, so that some questions stay unanswered. */
  is_fully_read: boolean;
  had_owner_password: boolean;
}

/** Drawn pixels of the trim with its bleed, three bytes each (red, green, blue). */
export interface Pixels extends Size {
  data: Buffer;
  px_per_mm: number;
}

/** Plain data; the bytes of a PDF lie in memory that both threads see. */
export type SharedArtwork =
  | {
      kind: 'pdf';
      look: Look;
      pages: OpenedPage[];
      bytes: Uint8Array;
      pictures: PlainPictures;
      inks: Uint8Array;
    }
  | { kind: 'jpeg' | 'png' | 'tiff' | 'svg'; look: Look; path: string }
  | { kind: 'plates'; look: Look; plates: Plate[] };

/** A picture file of which one page is printed. */
export interface Plate {
  path: string;
  kind: 'jpeg' | 'png' | 'tiff';
  page: number;
}

/** A page of a PDF whose place on the product is settled. */
export interface OpenedPage {
  structure: PdfPageStructure;
  /** From user space to the page as shown: millimetres from the top left, rotation and UserUnit done. */
  shown: Matrix;
  fit: PageFit | null;
  is_spread: boolean;
}

/** What a PDF carries besides its pages, and a press has no use for. */
export interface Extras {
  annotations: number;
  form_fields: number;
  scripts: number;
  attachments: number;
  actions: number;
}

/** What the press file of a PDF is made from. */
export interface PdfSource {
  places: OpenedPage[];
  /** null when its structure cannot be read. */
  extras: Extras | null;
  is_encrypted: boolean;
  /** The file without its owner password. */
  plain(): Promise<Uint8Array>;
}

/** An opened file. `page` counts from 1 everywhere. */
export interface Artwork {
  look: Look;
  /** The trim and its bleed, on white, with exactly this many pixels. */
  draw(page: number, px: Size): Promise<Pixels>;
  text(page: number): string | null;
  /** The lines of text that touch this place of the trim, in reading order. */
  wordsAt(page: number, place: Rect): string;
  /** What `openShared` opens the same artwork from in another thread, without reading it anew. */
  share(): SharedArtwork;
  /** Only of a PDF, where it was opened. */
  pdf?: PdfSource;
  close(): void;
}

export const noFeatures: Features = {
  transparency: false,
  annotations: 0,
  form_fields: 0,
  scripts: 0,
  attachments: 0,
  hidden_layers: 0,
  overprint: false,
  is_overprint_imitated: false,
  outside_references: 0,
  live_text_in_drawing: false,
  has_own_size: true,
};
