// What a colour in a PDF means in inks, before any colour is managed.
import { PDFArray, PDFDict, PDFName, PDFNumber, type PDFObject, PDFStream } from 'pdf-lib';

/** Name of an ink to its share, 0 to 1. */
export type Tints = Record<string, number>;

export interface Ink {
  /** DeviceCMYK alone has the rule that an ink of nothing leaves alone what lies below (OPM 1). */
  is_device_cmyk: boolean;
  /** A special ink: always leaves the others alone where it overprints. */
  is_spot: boolean;
  /** null for screen colours, patterns and what is not understood. */
  tints: Tints | null;
  is_white: boolean;
  is_screen: boolean;
}

export interface Space {
  family: string;
  /** The inks, in the order of the operands; empty when the space names none. */
  names: string[];
}

export const PROCESS = ['Cyan', 'Magenta', 'Yellow', 'Black'];
/** Prints on every plate: meant for crop marks only. */
export const EVERY_INK = 'All';

const NOTHING = 0.001;
const FULL_LAB = 99.9;
const MAX_DEPTH = 4;

const device: Record<string, Space> = {
  DeviceGray: { family: 'grey', names: ['Black'] },
  CalGray: { family: 'grey', names: ['Black'] },
  G: { family: 'grey', names: ['Black'] },
  DeviceCMYK: { family: 'DeviceCMYK', names: PROCESS },
  CMYK: { family: 'DeviceCMYK', names: PROCESS },
  DeviceRGB: { family: 'screen', names: [] },
  RGB: { family: 'screen', names: [] },
  CalRGB: { family: 'screen', names: [] },
  Lab: { family: 'Lab', names: [] },
};

const UNKNOWN: Space = { family: 'unknown', names: [] };

/** `named` finds a colour space by its name in the resources of the page or form. */
export function spaceOf(
  object: PDFObject | undefined,
  named: (name: string) => PDFObject | undefined,
  depth = 0,
): Space {
  if (depth > MAX_DEPTH) return UNKNOWN;
  if (object instanceof PDFName) {
    const name = object.decodeText();
    return device[name] ?? (named(name) ? spaceOf(named(name), () => undefined, depth + 1) : UNKNOWN);
  }
  if (!(object instanceof PDFArray) || object.size() === 0) return UNKNOWN;
  const family = nameOf(object.lookup(0));
  if (object.size() === 1 || family.startsWith('Cal') || family === 'Lab') return device[family] ?? UNKNOWN;
  if (family === 'ICCBased') return profiled(object.lookup(1));
  if (family === 'Separation') return { family: 'spot', names: [nameOf(object.lookup(1))] };
  if (family === 'DeviceN') {
    const names = object.lookup(1);
    return { family: 'spot', names: names instanceof PDFArray ? names.asArray().map(nameOf) : [] };
  }
  if (family === 'Indexed' || family === 'I') {
    const base = spaceOf(object.lookup(1), named, depth + 1);
    return { family: base.family === 'screen' ? 'screen' : 'palette', names: base.names };
  }
  return UNKNOWN;
}

/** The inks of an image: which ones it may use, not how much of them. */
export function inksOfImage(space: Space): Ink {
  if (space.family === 'grey') return withTints({ Black: 1 }, space);
  return { ...blank, is_spot: space.family === 'spot', is_screen: isScreen(space) };
}

export function inkOf(space: Space, values: number[]): Ink {
  const { family, names } = space;
  if (isScreen(space)) {
    const is_white =
      family === 'Lab'
        ? (values[0] ?? 0) >= FULL_LAB
        : values.length > 0 && values.every((v) => v >= 1 - NOTHING);
    return { ...blank, is_white, is_screen: true };
  }
  if (family === 'grey') return withTints({ Black: 1 - (values[0] ?? 0) }, space);
  if (family === 'palette' || names.length === 0 || values.length < names.length) return blank;
  const tints: Tints = {};
  for (const [index, name] of names.entries()) if (name !== 'None') tints[name] = values[index]!;
  return withTints(tints, space);
}

const blank: Ink = {
  is_device_cmyk: false,
  is_spot: false,
  tints: null,
  is_white: false,
  is_screen: false,
};

export const UNKNOWN_INK = blank;
export const BLACK: Ink = inkOf(device.DeviceGray!, [0]);

export function deviceSpace(name: 'DeviceGray' | 'DeviceRGB' | 'DeviceCMYK'): Space {
  return device[name]!;
}

/** The inks together, in percent. */
export function coverage(tints: Tints): number {
  return Object.values(tints).reduce((sum, tint) => sum + Math.max(0, Math.min(1, tint)), 0) * 100;
}

export function inkCount(tints: Tints): number {
  return Object.values(tints).filter((tint) => tint > NOTHING).length;
}

function withTints(tints: Tints, { family }: Space): Ink {
  return {
    is_device_cmyk: family === 'DeviceCMYK',
    is_spot: family === 'spot',
    tints,
    is_white: inkCount(tints) === 0,
    is_screen: false,
  };
}

function isScreen({ family }: Space): boolean {
  return family === 'screen' || family === 'Lab';
}

function profiled(stream: PDFObject | undefined): Space {
  const count = stream instanceof PDFStream ? stream.dict.lookup(PDFName.of('N')) : undefined;
  const channels = count instanceof PDFNumber ? count.asNumber() : 0;
  if (channels === 4) return { family: 'profiled inks', names: PROCESS };
  if (channels === 1) return device.DeviceGray!;
  return channels === 3 ? device.DeviceRGB! : UNKNOWN;
}

export function nameOf(object: PDFObject | undefined): string {
  return object instanceof PDFName ? object.decodeText() : '';
}

export function dictOf(object: PDFObject | undefined): PDFDict | undefined {
  if (object instanceof PDFStream) return object.dict;
  return object instanceof PDFDict ? object : undefined;
}
