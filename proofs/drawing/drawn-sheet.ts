import type { PreflightReport, ProofRequest } from '../contract';
import { MM_PER_INCH, type Rect, type Size } from '../geometry';
import {
  MAX_DRAWN_PIXELS,
  MAX_DRAWN_SIDE_PX,
  PROOF_DPI,
  SCREEN_LONG_SIDE_PX,
  WANTED_LONG_SIDE_PX,
} from '../limits';
import type { PageLook } from '../look';
import { pixelsOf } from '../preflight';
import { fixesInShort } from '../words/fixes';
import { layOut, type Sheet } from './sheet';
import { drawSheet } from './sheet-image';

/** A sheet as laid out, and as drawn for the screen without its piece. */
export interface DrawnSheet {
  sheet: Sheet;
  bleed_mm: number;
  safe_mm: number;
  px: Size;
  px_per_mm: number;
  /** Where the piece lies in the screen image. */
  piece_px: Rect;
  pixels: Promise<Buffer>;
}

/** Pages of one size share their sheet. */
export class Sheets {
  private readonly laid = new Map<string, Sheet>();
  private readonly drawn = new Map<string, DrawnSheet>();

  constructor(
    private readonly request: ProofRequest,
    private readonly artwork: PreflightReport['artwork'],
    private readonly press_sha256: string,
  ) {}

  of(page: PageLook): DrawnSheet {
    const key = keyOf(page.fit!.trim);
    let found = this.drawn.get(key);
    if (!found) {
      found = this.draw(page);
      this.drawn.set(key, found);
    }
    return found;
  }

  /** The same sheet, when its pixels are not wanted. */
  laidOut(page: PageLook): Sheet {
    const { trim } = page.fit!;
    const key = keyOf(trim);
    const sheet = this.laid.get(key) ?? this.layOut(trim);
    this.laid.set(key, sheet);
    return sheet;
  }

  private layOut(trim: Size): Sheet {
    const { specification, slug, language, fixes = [] } = this.request;
    const { bleed_mm, safe_mm } = specification;
    const { sha256, page_count } = this.artwork;
    return layOut({
      trim,
      bleed_mm,
      safe_mm,
      slug,
      sha256,
      press_sha256: this.press_sha256,
      fixes: fixesInShort(fixes, language),
      language,
      page_count,
    });
  }

  private draw(page: PageLook): DrawnSheet {
    const { bleed_mm, safe_mm } = this.request.specification;
    const sheet = this.laidOut(page);
    const px_per_mm = Math.min(
      drawnScale(sheet.piece).px_per_mm,
      SCREEN_LONG_SIDE_PX / Math.max(sheet.size.width, sheet.size.height),
    );
    const px = pixelsOf(sheet.size, px_per_mm);
    const piece_px = {
      x: Math.round(sheet.piece.x * px_per_mm),
      y: Math.round(sheet.piece.y * px_per_mm),
      ...pixelsOf(sheet.piece, px_per_mm),
    };
    return {
      sheet,
      bleed_mm,
      safe_mm,
      px,
      px_per_mm,
      piece_px,
      pixels: drawSheet(sheet.items, px, px_per_mm),
    };
  }
}

function keyOf({ width, height }: Size): string {
  return `${width} × ${height}`;
}

/** Finer for small pieces, coarser only where a page would have too many pixels. */
export function drawnScale(size: Size): { px_per_mm: number; is_lowered: boolean } {
  const long = Math.max(size.width, size.height);
  const wanted = Math.min(PROOF_DPI.max, Math.max(PROOF_DPI.min, (WANTED_LONG_SIDE_PX * MM_PER_INCH) / long));
  const by_pixels = Math.sqrt(MAX_DRAWN_PIXELS / (size.width * size.height));
  const by_side = MAX_DRAWN_SIDE_PX / long;
  const px_per_mm = Math.min(wanted / MM_PER_INCH, by_pixels, by_side);
  return { px_per_mm, is_lowered: px_per_mm < PROOF_DPI.min / MM_PER_INCH - 0.01 };
}
