// ICC profiles that show inks as what they are instead of as what they look like. Written by hand: four input curves
// and a table of two steps for each channel are an exact "white minus ink".

export type Plate = 'colours' | 'black' | 'grey' | 'no ink';

// sRGB to the profile connection space, adapted to D50.
const RED = [0.4360747, 0.2225045, 0.0139322];
const GREEN = [0.3850649, 0.7168786, 0.0971045];
const BLUE = [0.1430804, 0.0606169, 0.7141733];
const WHITE = [0, 1, 2].map((axis) => RED[axis]! + GREEN[axis]! + BLUE[axis]!);

const CURVE_STEPS = 256;
const HEADER_BYTES = 128;
/** In the tables of a profile, 1.0 of XYZ. */
const ONE = 0x8000;
const SPACES: Record<number, string> = { 1: 'GRAY', 3: 'RGB ', 4: 'CMYK' };

/**
 * A profile of `channels` inputs that shows on a screen: `colours` the absence of cyan as red, of magenta as green and
 * of yellow as blue; `black` the absence of black as grey; `grey` a grey as itself; `no ink` everything as white.
 */
export function plateProfile(plate: Plate, channels: 1 | 3 | 4 = 4): Buffer {
  const tags: Array<[string, Buffer]> = [
    ['desc', description(`Plate: ${plate}`)],
    ['cprt', words('No copyright')],
    ['wtpt', xyz(WHITE)],
    ['A2B0', table(plate, channels)],
  ];
  const directory = Buffer.alloc(4 + tags.length * 12);
  directory.writeUInt32BE(tags.length, 0);
  let at = HEADER_BYTES + directory.length;
  const bodies: Buffer[] = [];
  for (const [index, [name, body]] of tags.entries()) {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    directory.write(name, 4 + index * 12, 'latin1');
    directory.writeUInt32BE(at, 8 + index * 12);
    directory.writeUInt32BE(body.length, 12 + index * 12);
    bodies.push(padded);
    at += padded.length;
  }
  return Buffer.concat([header(at, channels), directory, ...bodies]);
}

function header(size: number, channels: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(size, 0);
  bytes.writeUInt32BE(0x02400000, 8);
  bytes.write('prtr', 12, 'latin1');
  bytes.write(SPACES[channels]!, 16, 'latin1');
  bytes.write('XYZ ', 20, 'latin1');
  bytes.write('acsp', 36, 'latin1');
  xyz(WHITE).copy(bytes, 68, 8);
  return bytes;
}

/** lut16Type (ICC.1:2001-04, 6.5.9). */
function table(plate: Plate, channels: number): Buffer {
  const head = Buffer.alloc(52);
  head.write('mft2', 0, 'latin1');
  head.set([channels, 3, 2, 0], 8);
  for (const [index, value] of [1, 0, 0, 0, 1, 0, 0, 0, 1].entries()) {
    head.writeInt32BE(value * 0x10000, 12 + index * 4);
  }
  head.writeUInt16BE(CURVE_STEPS, 48);
  head.writeUInt16BE(2, 50);
  // Light falls as ink rises: the curve gives the light that is left, so that the table may be straight.
  const curve = Buffer.alloc(CURVE_STEPS * 2);
  for (let step = 0; step < CURVE_STEPS; step += 1) {
    const share = step / (CURVE_STEPS - 1);
    curve.writeUInt16BE(Math.round(linear(plate === 'grey' ? share : 1 - share) * 0xffff), step * 2);
  }
  const nodes = Buffer.alloc(2 ** channels * 6);
  for (let node = 0; node < 2 ** channels; node += 1) {
    // The first channel varies most slowly.
    const light = Array.from({ length: channels }, (_, index) => (node >> (channels - 1 - index)) & 1);
    for (const [axis, value] of shown(plate, light).entries()) {
      nodes.writeUInt16BE(Math.round(value * ONE), node * 6 + axis * 2);
    }
  }
  const straight = Buffer.from([0, 0, 0xff, 0xff]);
  return Buffer.concat([
    head,
    ...Array.from({ length: channels }, () => curve),
    nodes,
    straight,
    straight,
    straight,
  ]);
}

function shown(plate: Plate, light: number[]): number[] {
  if (plate === 'no ink') return WHITE;
  if (plate === 'grey') return WHITE.map((value) => value * light[0]!);
  if (plate === 'black') return WHITE.map((value) => value * light[3]!);
  return [0, 1, 2].map((axis) => RED[axis]! * light[0]! + GREEN[axis]! * light[1]! + BLUE[axis]! * light[2]!);
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function xyz(values: number[]): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.write('XYZ ', 0, 'latin1');
  for (const [index, value] of values.entries())
    bytes.writeInt32BE(Math.round(value * 0x10000), 8 + index * 4);
  return bytes;
}

function words(text: string): Buffer {
  return Buffer.concat([Buffer.from('text\0\0\0\0', 'latin1'), Buffer.from(`${text}\0`, 'latin1')]);
}

function description(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length + 1);
  return Buffer.concat([
    Buffer.from('desc\0\0\0\0', 'latin1'),
    length,
    Buffer.from(`${text}\0`, 'latin1'),
    Buffer.alloc(78),
  ]);
}
