// Every limit of the engine. A file beyond one of them becomes a sentence for the customer, never a crash.

const MEGABYTE = 1024 * 1024;

export const MAX_PDF_BYTES = 500 * MEGABYTE;
export const MAX_PICTURE_BYTES = 1500 * MEGABYTE;
export const MAX_SVG_BYTES = 20 * MEGABYTE;

export const MAX_PAGES = 500;

/** Side of a PDF page in points, UserUnit included: what PDF 1.7 itself allows. */
export const PAGE_SIDE_PT = { min: 3, max: 14_400 };

/** Above this many pixels a page is drawn at a lower resolution (A0 at 150 dpi has 35 million). */
export const MAX_DRAWN_PIXELS = 60_000_000;
export const MAX_DRAWN_SIDE_PX = 20_000;

/**
 * Pixels a picture may claim in its header. JPEG and TIFF are read in strips, so a poster is harmless; a PNG or an
 * SVG of a few kilobytes may ask for gigabytes.
 */
export const MAX_PICTURE_PIXELS = {
  jpeg: 1_000_000_000,
  tiff: 1_000_000_000,
  png: 250_000_000,
  svg: 250_000_000,
};

export const MAX_TRIM_MM = 4_500;

/** Drawn resolution: never below the first, raised for small pieces up to the second. */
export const PROOF_DPI = { min: 150, max: 300 };
export const SCREEN_LONG_SIDE_PX = 2_400;
export const WANTED_LONG_SIDE_PX = 1_700;
/** Two versions are compared no finer than a screen shows them. */
export const COMPARED_LONG_SIDE_PX = 2_400;
export const THUMBNAIL_LONG_SIDE_PX = 360;

/** A photograph of the print: what its copy measures at most, and what its header may claim. */
export const PHOTO_LONG_SIDE_PX = 2_000;
export const MAX_PHOTO_PIXELS = 120_000_000;

/** How deep forms may hold forms, and how many objects are looked at, when the engine lists what is on a page. */
export const MAX_FORM_DEPTH = 10;
export const MAX_PAGE_OBJECTS = 50_000;
export const MAX_ARTWORK_OBJECTS = 1_000_000;

/** Unpacked bytes of one content stream, and of all of them, that are searched for colour operators. */
export const MAX_STREAM_BYTES = 16 * MEGABYTE;
export const MAX_STREAMS_BYTES = 96 * MEGABYTE;

/** Operators that are followed to learn what is painted; a page of dense drawing has a hundred thousand. */
export const MAX_OPERATORS = 3_000_000;
/** Paints that are remembered to see what lies below an ink that overprints. */
export const MAX_PAINTS_BELOW = 400;

/** A PDF above this is drawn as it is: to show its inks through a profile the whole file is written once more. */
export const MAX_REWRITTEN_BYTES = 200 * MEGABYTE;
export const MAX_REWRITTEN_OBJECTS = 100_000;

/** Pictures (and forms) that are looked at for a JPEG to decode outside PDFium. */
export const MAX_ARTWORK_PICTURES = 20_000;
/** Pixels of one page that are decoded outside PDFium; the pictures beyond it keep the plain drawing. */
export const MAX_REPLACED_PIXELS = 120_000_000;

/** Unpacked bytes of the content of one page that is laid anew for the press. */
export const MAX_PAGE_CONTENT_BYTES = 256 * MEGABYTE;

/** Pixels of a picture that the press file holds without loss (times its channels, in bytes); a larger one is a JPEG. */
export const MAX_LOSSLESS_BYTES = 128 * MEGABYTE;
/** JPEG knows no longer side. */
export const MAX_JPEG_SIDE_PX = 65_500;
/** A drawing becomes pixels for the press: at this resolution, lower only where there would be too many. */
export const PRESS_DRAWING_PPI = 600;

/** An ICC profile that claims more is not taken for one. */
export const MAX_PROFILE_BYTES = 16 * MEGABYTE;

export const MAX_PAGE_TEXT = 50_000;
export const MAX_ARTWORK_TEXT = 2_000_000;

/** What the child may say: its answer, and the complaints of the libraries inside it. */
export const MAX_ANSWER_BYTES = 32 * MEGABYTE;
export const MAX_COMPLAINT_BYTES = 8 * 1024;
export const MAX_OPEN_FILES = 128;
export const MAX_WRITTEN_FILE_BYTES = 2_000 * MEGABYTE;

/** How long a child may take and how much memory the system gives it (enforced where `prlimit` exists). */
export interface Limits {
  seconds: number;
  seconds_per_page: number;
  memory_bytes: number;
}

export const LIMITS: Limits = { seconds: 60, seconds_per_page: 2, memory_bytes: 2048 * MEGABYTE };

/** A big file is held in memory more than once while it is read; the limit grows with it. */
export const BIG_FILE_BYTES = 200 * MEGABYTE;
export const MEMORY_PER_BIG_FILE_BYTE = 3;
