// Follows the content of a page as a press would and tells what it paints: where, with which inks, over what.
import {
  PDFArray,
  PDFBool,
  PDFDict,
  type PDFDocument,
  PDFName,
  PDFNumber,
  type PDFObject,
  type PDFPage,
  PDFRawStream,
  PDFStream,
} from 'pdf-lib';
import { type Box, chain, type Matrix, moveBox } from '../geometry';
import { MAX_FORM_DEPTH, MAX_OPERATORS, MAX_STREAMS_BYTES } from '../limits';
import { unpacked } from './content-colours';
import { type Operator, operators } from './content-operators';
import { type FontWidths, fontWidths, USUAL_WIDTHS } from './font-widths';
import {
  BLACK,
  deviceSpace,
  dictOf,
  type Ink,
  inkOf,
  inksOfImage,
  nameOf,
  type Space,
  spaceOf,
  UNKNOWN_INK,
} from './inks';
import { numbersIn, shownText } from './operands';
import { pageContent } from './page-content';

export interface Paint {
  is: 'text' | 'line' | 'shape' | 'image';
  /** On the page, in user space, cut to what may be seen. */
  box: Box;
  ink: Ink;
  /** Thickness of a line, height of letters; 0 for the others. In units of user space. */
  size: number;
  overprints: boolean;
  /** OPM: 1 leaves alone, where an ink is nothing, what lies below. */
  mode: number;
  is_transparent: boolean;
  is_normal: boolean;
  /** Where its operator stands, so that it can be written otherwise. */
  stream: PDFObject;
  at: number;
  /** The picture itself, when it is one and not a mask. */
  picture: PDFStream | null;
}

interface State {
  matrix: Matrix;
  clip: Box | null;
  fill: Ink;
  stroke: Ink;
  fill_space: Space;
  stroke_space: Space;
  line: number;
  fill_overprints: boolean;
  stroke_overprints: boolean;
  mode: number;
  blend: string;
  fill_alpha: number;
  stroke_alpha: number;
  has_soft_mask: boolean;
  font: FontWidths;
  size: number;
  letter_space: number;
  word_space: number;
  stretch: number;
  leading: number;
  rise: number;
  way: number;
}

const START: State = {
  matrix: [1, 0, 0, 1, 0, 0],
  clip: null,
  fill: BLACK,
  stroke: BLACK,
  fill_space: deviceSpace('DeviceGray'),
  stroke_space: deviceSpace('DeviceGray'),
  line: 1,
  fill_overprints: false,
  stroke_overprints: false,
  mode: 0,
  blend: 'Normal',
  fill_alpha: 1,
  stroke_alpha: 1,
  has_soft_mask: false,
  font: USUAL_WIDTHS,
  size: 0,
  letter_space: 0,
  word_space: 0,
  stretch: 1,
  leading: 0,
  rise: 0,
  way: 0,
};

const MAX_SAVED_STATES = 64;
const SPACE = 0x20;
/** Of the size: how far letters usually reach above and below their line. */
const LETTERS = { above: 0.75, below: 0.2 };
const HAIR = 0.001;

/** Streams are read once and kept: a page header may be drawn a hundred times. */
export class Painting {
  is_complete = true;
  private operators_left = MAX_OPERATORS;
  private bytes_left = MAX_STREAMS_BYTES;
  private readonly contents = new Map<PDFObject, Buffer | null>();
  private readonly fonts = new Map<PDFDict, FontWidths>();

  constructor(private readonly document: PDFDocument) {}

  /** Hands over every paint of the page in its order; never throws for what a file holds. */
  page(page: PDFPage, paint: (paint: Paint) => void): void {
    const { context } = this.document;
    const resources = context.lookup(page.node.getInheritableAttribute(PDFName.of('Resources')));
    const content = pageContent(page, context, (stream) => this.contentOf(stream));
    if (!content) return;
    const run = new Run(this, paint);
    run.content(content, page.node, resources instanceof PDFDict ? resources : undefined, { ...START }, 0);
  }

  contentOf(stream: PDFStream): Buffer | null {
    const known = this.contents.get(stream);
    if (known !== undefined) return known;
    const content = stream instanceof PDFRawStream ? unpacked(stream, this.bytes_left) : null;
    if (content) this.bytes_left -= content.length;
    else this.is_complete = false;
    this.contents.set(stream, content);
    return content;
  }

  widthsOf(font: PDFDict): FontWidths {
    const known = this.fonts.get(font);
    if (known) return known;
    const widths = fontWidths(font);
    this.fonts.set(font, widths);
    return widths;
  }

  mayGoOn(): boolean {
    this.operators_left -= 1;
    if (this.operators_left > 0) return true;
    this.is_complete = false;
    return false;
  }
}

class Run {
  constructor(
    private readonly painting: Painting,
    private readonly paint: (paint: Paint) => void,
  ) {}

  content(
    content: Buffer,
    stream: PDFObject,
    resources: PDFDict | undefined,
    start: State,
    depth: number,
  ): void {
    let state = start;
    const saved: State[] = [];
    const path = new Path();
    let clips = false;
    let text: Matrix = [1, 0, 0, 1, 0, 0];
    let line: Matrix = text;
    const named = (kind: string, name: string) => {
      const dict = resources?.lookup(PDFName.of(kind));
      return dict instanceof PDFDict ? dict.lookup(PDFName.of(name)) : undefined;
    };
    const spaceNamed = (name: string) => spaceOf(PDFName.of(name), (each) => named('ColorSpace', each));

    let picture: PDFStream | null = null;
    const emit = (is: Paint['is'], box: Box, ink: Ink, size: number, at: number, isStroke = false) => {
      const seen = state.clip ? both(box, state.clip) : box;
      if (!seen) return;
      const alpha = isStroke ? state.stroke_alpha : state.fill_alpha;
      this.paint({
        is,
        box: seen,
        ink,
        size,
        overprints: isStroke ? state.stroke_overprints : state.fill_overprints,
        mode: state.mode,
        is_transparent: state.blend !== 'Normal' || alpha < 1 - HAIR || state.has_soft_mask,
        is_normal: state.blend === 'Normal',
        stream,
        at,
        picture,
      });
    };
    const paintPath = (fills: boolean, strokes: boolean, at: number) => {
      const { box } = path;
      if (box) {
        if (fills) emit('shape', box, state.fill, path.isOneBox ? thickness(box) : 0, at);
        if (strokes) {
          const width = state.line * stretchOf(state.matrix);
          emit('line', grown(box, width / 2), state.stroke, width, at, true);
        }
      }
      endPath();
    };
    const endPath = () => {
      if (clips && path.box) state.clip = state.clip ? (both(path.box, state.clip) ?? NOWHERE) : path.box;
      clips = false;
      path.clear();
    };
    const setColour = (operator: Operator, space: Space, isStroke: boolean) => {
      const ink = inkOf(space, numbersIn(content, operator.operands_at, operator.at));
      if (isStroke) Object.assign(state, { stroke: ink, stroke_space: space });
      else Object.assign(state, { fill: ink, fill_space: space });
    };
    const show = (operator: Operator) => {
      const size = state.size;
      const trm = chain([size * state.stretch, 0, 0, size, 0, state.rise], chain(text, state.matrix));
      let advance = 0;
      for (const { codes, step } of shownText(content, operator.operands_at, operator.at)) {
        if (!codes) {
          advance -= (step / 1000) * size * state.stretch;
          continue;
        }
        const { bytes_per_code, of } = state.font;
        for (let at = 0; at + bytes_per_code <= codes.length; at += bytes_per_code) {
          const code = bytes_per_code === 2 ? codes.readUInt16BE(at) : codes[at]!;
          const space = bytes_per_code === 1 && code === SPACE ? state.word_space : 0;
          advance += ((of(code) / 1000) * size + state.letter_space + space) * state.stretch;
        }
      }
      const length = size === 0 || state.stretch === 0 ? 0 : advance / (size * state.stretch);
      if (state.way !== 3 && state.way !== 7 && length !== 0) {
        const letters = { left: 0, right: length, bottom: -LETTERS.below, top: LETTERS.above };
        const isStroke = state.way === 1 || state.way === 5;
        const height = Math.abs(size) * Math.hypot(...ofMatrix(chain(text, state.matrix)));
        const ink = isStroke ? state.stroke : state.fill;
        emit('text', moveBox(trm, letters), ink, height, operator.at, isStroke);
      }
      text = chain([1, 0, 0, 1, advance, 0], text);
    };

    for (const operator of operators(content)) {
      if (!this.painting.mayGoOn()) return;
      const { word, operands_at, at } = operator;
      const numbers = () => numbersIn(content, operands_at, at);
      switch (word) {
        case 'q':
          if (saved.length < MAX_SAVED_STATES) saved.push({ ...state });
          break;
        case 'Q':
          state = saved.pop() ?? state;
          break;
        case 'cm': {
          const given = numbers();
          if (given.length === 6) state.matrix = chain(given as unknown as Matrix, state.matrix);
          break;
        }
        case 'w':
          state.line = numbers()[0] ?? state.line;
          break;
        case 'gs':
          if (operator.name) applyState(state, named('ExtGState', operator.name));
          break;
        case 'g':
          setColour(operator, deviceSpace('DeviceGray'), false);
          break;
        case 'G':
          setColour(operator, deviceSpace('DeviceGray'), true);
          break;
        case 'rg':
          setColour(operator, deviceSpace('DeviceRGB'), false);
          break;
        case 'RG':
          setColour(operator, deviceSpace('DeviceRGB'), true);
          break;
        case 'k':
          setColour(operator, deviceSpace('DeviceCMYK'), false);
          break;
        case 'K':
          setColour(operator, deviceSpace('DeviceCMYK'), true);
          break;
        case 'cs':
          state.fill_space = spaceNamed(operator.name ?? '');
          state.fill = firstColour(state.fill_space);
          break;
        case 'CS':
          state.stroke_space = spaceNamed(operator.name ?? '');
          state.stroke = firstColour(state.stroke_space);
          break;
        case 'sc':
        case 'scn':
          if (operator.numbers < 0) state.fill = UNKNOWN_INK;
          else setColour(operator, state.fill_space, false);
          break;
        case 'SC':
        case 'SCN':
          if (operator.numbers < 0) state.stroke = UNKNOWN_INK;
          else setColour(operator, state.stroke_space, true);
          break;
        case 'm':
        case 'l':
        case 'c':
        case 'v':
        case 'y':
          path.points(numbers(), state.matrix);
          break;
        case 're':
          path.rectangle(numbers(), state.matrix);
          break;
        case 'W':
        case 'W*':
          clips = true;
          break;
        case 'n':
          endPath();
          break;
        case 'f':
        case 'F':
        case 'f*':
          paintPath(true, false, at);
          break;
        case 'S':
        case 's':
          paintPath(false, true, at);
          break;
        case 'B':
        case 'B*':
        case 'b':
        case 'b*':
          paintPath(true, true, at);
          break;
        case 'sh': {
          const shading = dictOf(named('Shading', operator.name ?? ''));
          const space = spaceOf(shading?.lookup(PDFName.of('ColorSpace')), (each) =>
            named('ColorSpace', each),
          );
          if (state.clip) emit('shape', state.clip, inksOfImage(space), 0, at);
          break;
        }
        case 'Do': {
          const object = named('XObject', operator.name ?? '');
          if (!(object instanceof PDFStream)) break;
          if (nameOf(object.dict.lookup(PDFName.of('Subtype'))) !== 'Image') {
            this.form(object, resources, state, depth);
            break;
          }
          const isMask = isTrue(object.dict.lookup(PDFName.of('ImageMask')));
          const ink = isMask
            ? state.fill
            : inksOfImage(
                spaceOf(object.dict.lookup(PDFName.of('ColorSpace')), (each) => named('ColorSpace', each)),
              );
          const square = { left: 0, bottom: 0, right: 1, top: 1 };
          const before = state;
          if (object.dict.has(PDFName.of('SMask'))) state = { ...state, has_soft_mask: true };
          picture = isMask ? null : object;
          emit('image', moveBox(state.matrix, square), ink, 0, at);
          picture = null;
          state = before;
          break;
        }
        case 'BT':
          text = [1, 0, 0, 1, 0, 0];
          line = text;
          break;
        case 'Tf': {
          const font = named('Font', fontName(content, operands_at, at));
          if (font instanceof PDFDict) state.font = this.painting.widthsOf(font);
          state.size = afterName(content, operands_at, at);
          break;
        }
        case 'Tc':
          state.letter_space = numbers()[0] ?? 0;
          break;
        case 'Tw':
          state.word_space = numbers()[0] ?? 0;
          break;
        case 'Tz':
          state.stretch = (numbers()[0] ?? 100) / 100;
          break;
        case 'TL':
          state.leading = numbers()[0] ?? 0;
          break;
        case 'Ts':
          state.rise = numbers()[0] ?? 0;
          break;
        case 'Tr':
          state.way = numbers()[0] ?? 0;
          break;
        case 'Td':
        case 'TD': {
          const [x = 0, y = 0] = numbers();
          if (word === 'TD') state.leading = -y;
          line = chain([1, 0, 0, 1, x, y], line);
          text = line;
          break;
        }
        case 'Tm': {
          const given = numbers();
          if (given.length === 6) line = given as unknown as Matrix;
          text = line;
          break;
        }
        case 'T*':
          line = chain([1, 0, 0, 1, 0, -state.leading], line);
          text = line;
          break;
        case "'":
        case '"':
          line = chain([1, 0, 0, 1, 0, -state.leading], line);
          text = line;
          show(operator);
          break;
        case 'Tj':
        case 'TJ':
          show(operator);
          break;
      }
    }
  }

  private form(form: PDFStream, parent: PDFDict | undefined, outer: State, depth: number): void {
    if (depth >= MAX_FORM_DEPTH) return;
    const content = this.painting.contentOf(form);
    if (!content) return;
    const own = form.dict.lookup(PDFName.of('Resources'));
    const matrix = fourOrSix(form.dict.lookup(PDFName.of('Matrix')), 6) as Matrix | null;
    const state = { ...outer, matrix: matrix ? chain(matrix, outer.matrix) : outer.matrix };
    const bounds = fourOrSix(form.dict.lookup(PDFName.of('BBox')), 4);
    if (bounds) {
      const [x1, y1, x2, y2] = bounds as [number, number, number, number];
      const frame = {
        left: Math.min(x1, x2),
        right: Math.max(x1, x2),
        bottom: Math.min(y1, y2),
        top: Math.max(y1, y2),
      };
      const box = moveBox(state.matrix, frame);
      state.clip = state.clip ? (both(box, state.clip) ?? NOWHERE) : box;
    }
    // A group is composed by itself first; what it does to the page below is the group's affair, not each paint's.
    const isGroup = form.dict.has(PDFName.of('Group'));
    if (isGroup) {
      const has_soft_mask = outer.has_soft_mask || outer.blend !== 'Normal' || outer.fill_alpha < 1 - HAIR;
      Object.assign(state, { has_soft_mask, blend: 'Normal', fill_alpha: 1, stroke_alpha: 1 });
    }
    this.content(content, form, own instanceof PDFDict ? own : parent, state, depth + 1);
  }
}

const NOWHERE: Box = { left: 0, bottom: 0, right: 0, top: 0 };

class Path {
  box: Box | null = null;
  private parts = 0;
  private boxes = 0;

  get isOneBox(): boolean {
    return this.boxes === 1 && this.parts === 1;
  }

  clear(): void {
    this.box = null;
    this.parts = 0;
    this.boxes = 0;
  }

  points(numbers: number[], [a, b, c, d, e, f]: Matrix): void {
    this.parts += 1;
    for (let at = 0; at + 1 < numbers.length; at += 2) {
      const [x, y] = [numbers[at]!, numbers[at + 1]!];
      this.add(a * x + c * y + e, b * x + d * y + f);
    }
  }

  rectangle([x = 0, y = 0, width = 0, height = 0]: number[], matrix: Matrix): void {
    this.boxes += 1;
    this.points([x, y, x + width, y, x, y + height, x + width, y + height], matrix);
  }

  private add(x: number, y: number): void {
    const { box } = this;
    if (!box) this.box = { left: x, right: x, bottom: y, top: y };
    else {
      if (x < box.left) box.left = x;
      if (x > box.right) box.right = x;
      if (y < box.bottom) box.bottom = y;
      if (y > box.top) box.top = y;
    }
  }
}

function applyState(state: State, given: PDFObject | undefined): void {
  if (!(given instanceof PDFDict)) return;
  const value = (key: string) => given.lookup(PDFName.of(key));
  const number = (key: string) => {
    const found = value(key);
    return found instanceof PDFNumber ? found.asNumber() : undefined;
  };
  const stroke = value('OP');
  const fill = value('op') ?? stroke;
  if (stroke instanceof PDFBool) state.stroke_overprints = stroke.asBoolean();
  if (fill instanceof PDFBool) state.fill_overprints = fill.asBoolean();
  state.mode = number('OPM') ?? state.mode;
  state.line = number('LW') ?? state.line;
  state.fill_alpha = number('ca') ?? state.fill_alpha;
  state.stroke_alpha = number('CA') ?? state.stroke_alpha;
  const blend = value('BM');
  if (blend) {
    const name = nameOf(blend instanceof PDFArray ? blend.lookup(0) : blend);
    state.blend = name === 'Compatible' ? 'Normal' : name || state.blend;
  }
  const mask = value('SMask');
  if (mask) state.has_soft_mask = mask instanceof PDFDict;
}

// DeviceCMYK begins as black, special inks as solid, the others as black too (PDF 1.7, 8.6.8).
function firstColour(space: Space): Ink {
  if (space.family === 'DeviceCMYK') return inkOf(space, [0, 0, 0, 1]);
  return inkOf(
    space,
    space.names.length > 0 ? space.names.map(() => (space.family === 'spot' ? 1 : 0)) : [0, 0, 0],
  );
}

function fontName(content: Buffer, from: number, to: number): string {
  return /\/([^\s/]+)/.exec(content.toString('latin1', from, to))?.[1] ?? '';
}

/** The size in "/F1 12 Tf": the name may hold figures too. */
function afterName(content: Buffer, from: number, to: number): number {
  return Number(/\s([-+.\d]+)\s*$/.exec(content.toString('latin1', from, to))?.[1]) || 0;
}

function ofMatrix([, , c, d]: Matrix): [number, number] {
  return [c, d];
}

function stretchOf([a, b, c, d]: Matrix): number {
  return Math.sqrt(Math.abs(a * d - b * c));
}

function thickness({ left, right, bottom, top }: Box): number {
  return Math.min(right - left, top - bottom);
}

function grown({ left, right, bottom, top }: Box, by: number): Box {
  return { left: left - by, right: right + by, bottom: bottom - by, top: top + by };
}

/** What two boxes share; null when they do not meet. A line without height still has a place. */
function both(one: Box, other: Box): Box | null {
  const shared = {
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
    top: Math.min(one.top, other.top),
  };
  return shared.left <= shared.right && shared.bottom <= shared.top ? shared : null;
}

function fourOrSix(object: PDFObject | undefined, count: number): number[] | null {
  if (!(object instanceof PDFArray) || object.size() < count) return null;
  const numbers = Array.from({ length: count }, (_, index) => {
    const value = object.lookup(index);
    return value instanceof PDFNumber ? value.asNumber() : Number.NaN;
  });
  return numbers.every(Number.isFinite) ? numbers : null;
}

function isTrue(object: PDFObject | undefined): boolean {
  return object instanceof PDFBool && object.asBoolean();
}
