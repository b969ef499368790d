// What holds where a product says nothing: digital presses and small offset.
import type { DrawingLimits, PrintSpecification, SpecialMarks } from '../contract';

/**
 * Ghent Workgroup 2022: R0015 rich black (280 %), R0016 to R0019 white and several inks (digital: 5 pt, 0.25 pt),
 * R0032 black-and-white pictures (sheet-fed: 549 and 799 ppi). Plain lines: trade practice, no standard has a figure.
 */
export const USUAL_DRAWING: DrawingLimits = {
  line_pt: { warn: 0.25, block: 0.125 },
  delicate_line_pt: 0.25,
  delicate_text_pt: 5,
  rich_black: { text_pt: 9, percent: 280 },
  one_bit_ppi: { warn: 799, block: 549 },
};

export const USUAL_MARKS: SpecialMarks = {
  die_line: 'none',
  white_ink: false,
  finishing: false,
  numbering: false,
};

export function drawingLimits({ drawing }: PrintSpecification): DrawingLimits {
  return { ...USUAL_DRAWING, ...drawing };
}

export function specialMarks({ special }: PrintSpecification): SpecialMarks {
  return { ...USUAL_MARKS, ...special };
}
