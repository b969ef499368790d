// What goes into the proof engine and what comes out. Everything here is plain JSON: it crosses a process border.

import type { ReadBackItem } from './read-back';

export type { ReadBackItem } from './read-back';

export type Language = 'en' | 'fr';
export type Words = Record<Language, string>;

/** error: no proof is made. warning: the signer accepts it one by one. info: told, nothing to accept. */
export type Severity = 'error' | 'warning' | 'info';

export type Edge = 'top' | 'right' | 'bottom' | 'left';

/** What may be done to the artwork before it is printed. The proof is drawn from the outcome, and that is signed. */
export type Fix =
  /** The strip beyond these edges is filled with the mirror image of what lies inside the cut. */
  | { fix: 'mirror_bleed'; page: number; edges: Edge[] }
  /** Pages of another size: made to fill the piece, the rest cut evenly, or shown whole with paper around them. */
  | { fix: 'scale_to_trim'; how: 'fill' | 'whole' }
  /** Pages that stand the other way than the product are turned, clockwise. */
  | { fix: 'rotate'; degrees: 90 | 270 }
  /** Screen colours become the inks of the press profile. */
  | { fix: 'convert_to_press_profile' };

/** What the chosen product asks of the artwork. All lengths in millimetres of the finished piece. */
export interface PrintSpecification {
  product_key: string;
  trim_mm: { width: number; height: number };
  bleed_mm: number;
  safe_mm: number;
  /** Pages the artwork may have; `multiple_of` is 4 for a saddle-stitched booklet. */
  pages: { min: number; max: number; multiple_of: number };
  /** Effective resolution of placed images at print size: at or below `warn` a warning, at or below `block` an error. */
  resolution_ppi: { warn: number; block: number };
  /** What the press prints: process colour, black only (stamps, carbonless sets), or anything that it can convert itself. */
  colour: 'process' | 'black' | 'any';
  ink_limit_percent: number;
  /** What lines and letters must keep to; what is left out is as in `proofs/checks/usual-limits.ts`. */
  drawing?: Partial<DrawingLimits>;
  /** What a file for this product may hold beside the picture that is printed. */
  special?: Partial<SpecialMarks>;
}

export interface DrawingLimits {
  /** A line thinner than `warn` is a warning, thinner than `block` an error. */
  line_pt: { warn: number; block: number };
  /** Lines that are white or of several inks: thinner than this they fill in or show a coloured edge. */
  delicate_line_pt: number;
  /** The same for letters. */
  delicate_text_pt: number;
  /** Black letters of several inks: a warning when smaller than `text_pt` or above `percent` in all. */
  rich_black: { text_pt: number; percent: number };
  /** Effective resolution of black-and-white pictures. */
  one_bit_ppi: { warn: number; block: number };
}

export interface SpecialMarks {
  /** A line in an ink of its own that the knife follows. */
  die_line: 'none' | 'allowed' | 'wanted';
  white_ink: boolean;
  /** Varnish, foil or relief where an ink of that name says so. */
  finishing: boolean;
  /** The press adds running numbers, so the artwork must leave their place free. */
  numbering: boolean;
}

/** The words in the slug, outside the trim. The hash of the artwork is added by the engine. */
export interface Slug {
  shop: string;
  order_ref: string;
  version: number;
  product: string;
  size: string;
  quantity: string;
  /** The moment in words, printed as given. */
  rendered_at: string;
}

export interface ProofRequest {
  artwork_path: string;
  /** Name the customer gave the file; shown in words, never used as a path. */
  artwork_name: string;
  specification: PrintSpecification;
  slug: Slug;
  language: Language;
  /** What was chosen to be done to the artwork; nothing when left out. */
  fixes?: Fix[];
  /** An existing empty folder; every file of the result is written there and nowhere else. */
  out_folder: string;
}

/** A place on a page, in millimetres from the top left corner of the trim; may be negative in the bleed. */
export interface Place {
  x_mm: number;
  y_mm: number;
  width_mm: number;
  height_mm: number;
}

export interface Finding {
  /** Stable, kebab-case: `low-resolution`, `bleed-missing`, `font-not-embedded` … */
  code: string;
  severity: Severity;
  /** From 1; null when it concerns the whole artwork. */
  page: number | null;
  place: Place | null;
  /** What was found, its real effect and what can be done, in plain words. */
  text: Words;
  /** The figures behind the sentence, for the technical drawer: `{ ppi: 96, warn: 224 }`. */
  values: Record<string, string | number>;
  /** What the shop could do about it; nothing is done that nobody chose. */
  offers?: Fix[];
}

export interface PageBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ArtworkPage {
  number: number;
  width_mm: number;
  height_mm: number;
  rotation: number;
  /** Boxes as found, in millimetres, absent ones left out; only for PDF. */
  boxes_mm: Record<string, PageBox>;
}

export interface PreflightReport {
  engine: { name: string; version: string };
  artwork: {
    name: string;
    sha256: string;
    bytes: number;
    kind: 'pdf' | 'jpeg' | 'png' | 'tiff' | 'svg';
    page_count: number;
  };
  specification: PrintSpecification;
  /** How the artwork was laid on the trim: exact, exact-with-bleed, scaled (percent given), rotated. */
  fit: { rule: string; scale_percent: number; rotated: boolean };
  pages: ArtworkPage[];
  colour_spaces: string[];
  /** The ICC profile through which process inks are shown: the artwork's own or the shop's. Absent without such inks. */
  colour?: { profile: string; source: 'artwork' | 'shop' };
  fonts: Array<{ name: string; embedded: boolean }>;
  findings: Finding[];
}

export interface ProofPage {
  number: number;
  /** Relative to `out_folder`. Screen image with watermark, lines and slug, as in the PDF. */
  image: string;
  thumbnail: string;
  sha256: string;
  width_px: number;
  height_px: number;
  /** The trim inside the image, in pixels. */
  trim_px: PageBox;
  pixels_per_mm: number;
  /** Text found on the page in reading order; null when there is none to list (a picture, or outlines). */
  text: string | null;
  /** What the signer should read once more: numbers, addresses, dates, prices, names. */
  read_back: ReadBackItem[];
}

/** One thing that was done to the artwork, with its figures: `{ step: 'bleed-mirrored', page: 1, edges: 'top, left' }`. */
export interface PressStep {
  step: string;
  [figure: string]: string | number | boolean | null;
}

/** How the press file came from the artwork. Enough to say in words; the bytes themselves are kept, never made again. */
export interface Derivation {
  engine: { name: string; version: string };
  artwork_sha256: string;
  fixes: Fix[];
  /** In the order in which they were done. */
  steps: PressStep[];
  press_sha256: string;
}

/** What goes to the press: a PDF in the size of the piece with its bleed, from which the proof was drawn. */
export interface PressFile {
  /** Relative to `out_folder`; null when it is the artwork itself, byte for byte. */
  file: string | null;
  sha256: string;
  bytes: number;
  derivation: Derivation;
}

export interface ProofResult {
  report: PreflightReport;
  press: PressFile;
  pdf: { file: string; sha256: string; bytes: number };
  pages: ProofPage[];
}

/** What goes in to lay a small piece out twice on one sheet. */
export interface PressSheetRequest {
  /** The press file of the signed proof. */
  press_path: string;
  bleed_mm: number;
  /** Printed beside the pieces: order, version, hash. */
  label: string;
  out_folder: string;
}

export interface PressSheet {
  /** Relative to `out_folder`. */
  file: string;
  sha256: string;
  bytes: number;
  step: PressStep;
}

export type PressSheetOutcome = { ok: true; sheet: PressSheet } | { ok: false; refusal: Refusal };

/** Why no proof can be made of this artwork; one clear sentence that says what to do. */
export interface Refusal {
  code: string;
  text: Words;
  report: PreflightReport | null;
  /** For the shop's log, never for the customer: what a library said before it gave up. */
  detail?: string;
}

export type ProofOutcome = { ok: true; proof: ProofResult } | { ok: false; refusal: Refusal };

/** What preflight alone needs; a ProofRequest is one too. */
export type InspectRequest = Pick<
  ProofRequest,
  'artwork_path' | 'artwork_name' | 'specification' | 'language'
>;

/** `out_folder` is an existing empty folder. */
export interface PhotoRequest {
  photo_path: string;
  out_folder: string;
}

export interface PhotoCopy {
  /** Relative to `out_folder`. */
  file: string;
  sha256: string;
  width_px: number;
  height_px: number;
}

export type PhotoOutcome = { ok: true; copy: PhotoCopy } | { ok: false; refusal: Refusal };

export type InspectOutcome = { ok: true; report: PreflightReport } | { ok: false; refusal: Refusal };

/** One of the two versions to compare: its press file, or its artwork with what was done to it. */
export interface ComparedVersion {
  artwork_path: string;
  specification: PrintSpecification;
  fixes: Fix[];
  version: number;
}

export interface CompareRequest {
  before: ComparedVersion;
  after: ComparedVersion;
  /** Of the band over every picture. */
  language: Language;
  /** An existing empty folder; every file of the result is written there and nowhere else. */
  out_folder: string;
}

/** Words that stand in one version only; either side may be empty. */
export interface WordChange {
  removed: string;
  added: string;
}

export interface ChangedRegion {
  place: Place;
  /** How the lines of text in this place differ; empty when they are the same, or are no text. */
  words: WordChange[];
}

/** Pictures of one size, with the same piece at the same place; files relative to `out_folder`. */
export interface ComparedPictures {
  before: string | null;
  after: string | null;
  /** Both at once, and the newer page in grey with what differs in colour; null when there is only one side. */
  overlay: string | null;
  difference: string | null;
  width_px: number;
  height_px: number;
  /** The trim inside the pictures, in pixels. */
  trim_px: PageBox;
  pixels_per_mm: number;
}

/** A page and its counterpart; a page that was put in or taken out has none. */
export interface ComparedPage {
  before: number | null;
  after: number | null;
  /** The same page stands elsewhere in the order of pages. */
  is_moved: boolean;
  /** Nothing to be seen differs. */
  is_same: boolean;
  /** null when the pages are the same. */
  pictures: ComparedPictures | null;
  regions: ChangedRegion[];
  words: WordChange[];
}

export interface Comparison {
  /** In the order of the newer version; pages taken out stand where they stood. */
  pages: ComparedPage[];
}

export type CompareOutcome = { ok: true; comparison: Comparison } | { ok: false; refusal: Refusal };
