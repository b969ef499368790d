// How far apart two screen colours look: CIEDE2000 (Sharma, Wu and Dalal 2005) over sRGB under D65.

type Triple = [number, number, number];

const RADIANS = Math.PI / 180;
const POWER_25_7 = 25 ** 7;

/** Both as red, green and blue from 0 to 255. About 1 is the least that eyes see. */
export function deltaE(one: readonly number[], other: readonly number[]): number {
  return deltaE2000(labOf(one), labOf(other));
}

export function deltaE2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const mean_c7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const stretch = 1.5 - 0.5 * Math.sqrt(mean_c7 / (mean_c7 + POWER_25_7));
  const [c1, c2] = [Math.hypot(a1 * stretch, b1), Math.hypot(a2 * stretch, b2)];
  const [h1, h2] = [hue(a1 * stretch, b1), hue(a2 * stretch, b2)];
  const isGrey = c1 * c2 === 0;
  const turn = isGrey ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const d_h = 2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * RADIANS);
  const l = (l1 + l2) / 2 - 50;
  const c = (c1 + c2) / 2;
  const h = isGrey ? h1 + h2 : meanHue(h1, h2);
  const t =
    1 -
    0.17 * Math.cos((h - 30) * RADIANS) +
    0.24 * Math.cos(2 * h * RADIANS) +
    0.32 * Math.cos((3 * h + 6) * RADIANS) -
    0.2 * Math.cos((4 * h - 63) * RADIANS);
  const by_l = (l2 - l1) / (1 + (0.015 * l ** 2) / Math.sqrt(20 + l ** 2));
  const by_c = (c2 - c1) / (1 + 0.045 * c);
  const by_h = d_h / (1 + 0.015 * c * t);
  const rotation =
    -2 *
    Math.sqrt(c ** 7 / (c ** 7 + POWER_25_7)) *
    Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * RADIANS);
  return Math.sqrt(by_l ** 2 + by_c ** 2 + by_h ** 2 + rotation * by_c * by_h);
}

function hue(a: number, b: number): number {
  return a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / RADIANS + 360) % 360;
}

function meanHue(h1: number, h2: number): number {
  if (Math.abs(h1 - h2) <= 180) return (h1 + h2) / 2;
  return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

function labOf(rgb: readonly number[]): Triple {
  const [r, g, b] = rgb.map((value) => linear(value / 255)) as Triple;
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function f(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116;
}
