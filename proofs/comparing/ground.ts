// The colour on which things stand: white type on green stands on green. Told from both versions together, coarsely.
import type { Pixels } from '../look';

const SQUARE_MM = 2.5;
const LEAST_SQUARE_PX = 8;

export class Ground {
  private readonly side: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly means: Float64Array;

  constructor(before: Pixels, after: Pixels) {
    const { width, height, px_per_mm } = after;
    this.side = Math.max(LEAST_SQUARE_PX, Math.round(SQUARE_MM * px_per_mm));
    this.columns = Math.ceil(width / this.side);
    this.rows = Math.ceil(height / this.side);
    this.means = this.smoothed(this.meansOf(before, after));
  }

  /** How far the colour of this pixel is from its ground. */
  distance(data: Buffer, pixel: number, x: number, y: number): number {
    const square = Math.floor(y / this.side) * this.columns + Math.floor(x / this.side);
    const [at, mean] = [pixel * 3, square * 3];
    return (
      Math.abs(data[at]! - this.means[mean]!) +
      Math.abs(data[at + 1]! - this.means[mean + 1]!) +
      Math.abs(data[at + 2]! - this.means[mean + 2]!)
    );
  }

  private meansOf(before: Pixels, after: Pixels): Float64Array {
    const { width, height } = after;
    const sums = new Float64Array(this.columns * this.rows * 3);
    const counts = new Float64Array(this.columns * this.rows);
    // Every second pixel is enough for a mean.
    for (let y = 0; y < height; y += 2) {
      const row = Math.floor(y / this.side) * this.columns;
      for (let x = 0; x < width; x += 2) {
        const square = row + Math.floor(x / this.side);
        const at = (y * width + x) * 3;
        for (let channel = 0; channel < 3; channel += 1) {
          sums[square * 3 + channel]! += before.data[at + channel]! + after.data[at + channel]!;
        }
        counts[square]! += 2;
      }
    }
    return sums.map((sum, index) => sum / Math.max(1, counts[Math.floor(index / 3)]!));
  }

  /** Each square with the eight around it, so that one thick letter is not its own ground. */
  private smoothed(means: Float64Array): Float64Array {
    const smooth = new Float64Array(means.length);
    for (let row = 0; row < this.rows; row += 1) {
      for (let column = 0; column < this.columns; column += 1) {
        let count = 0;
        const at = (row * this.columns + column) * 3;
        for (let y = Math.max(0, row - 1); y <= Math.min(this.rows - 1, row + 1); y += 1) {
          for (let x = Math.max(0, column - 1); x <= Math.min(this.columns - 1, column + 1); x += 1) {
            const from = (y * this.columns + x) * 3;
            for (let channel = 0; channel < 3; channel += 1) smooth[at + channel]! += means[from + channel]!;
            count += 1;
          }
        }
        for (let channel = 0; channel < 3; channel += 1) smooth[at + channel]! /= count;
      }
    }
    return smooth;
  }
}
