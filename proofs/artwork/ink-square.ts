/** Ink is judged as the mean over a square of this side (Ghent Workgroup 2022, rules 25 and 26). */
export const INK_SQUARE_MM = 15;
