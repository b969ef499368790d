// The proof sheet: the piece in its real size, marks at its corners, and the slug outside it. Everything is placed
// here once, in millimetres from the top left; the page image and the PDF draw the same list.
import type { Language, Slug } from '../contract';
import type { Rect, Size } from '../geometry';
import { slugWords } from '../words/slug';
import { type Weight, widthOf } from './lettering';

export type Item =
  | { is: 'box'; rect: Rect; colour: string }
  | {
      is: 'line';
      from: [number, number];
      to: [number, number];
      width: number;
      colour: string;
      dash?: number[];
    }
  | { is: 'text'; at: [number, number]; size: number; words: string; weight: Weight; colour: string };

export interface Sheet {
  size: Size;
  /** The trim with its bleed. */
  piece: Rect;
  trim: Rect;
  /** Everything that is the same on every page of this size; the piece is laid over it. */
  items: Item[];
  pageLabel(number: number): Item;
}

export interface SheetPlan {
  trim: Size;
  bleed_mm: number;
  safe_mm: number;
  slug: Slug;
  /** Of the artwork, and of the press file made from it. */
  sha256: string;
  press_sha256: string;
  /** What was done to the artwork, in a few words; may be empty. */
  fixes: string;
  language: Language;
  page_count: number;
}

const ink = { strong: '#1b1f23', soft: '#5b6169', rule: '#d9d7d1', alarm: '#a8201a' };
const ground = { surround: '#e9e8e4', band: '#24292e', panel: '#ffffff', piece: '#ffffff', edge: '#c9c7c1' };
const MM_PER_PT = 25.4 / 72;

/** The slug needs this much width, so a business card gets a wider sheet; larger pieces get larger lettering. */
const MIN_WIDTH = 128;
const FULL_SIZE_SIDE = 175;

export function layOut(plan: SheetPlan): Sheet {
  const { trim, bleed_mm, language } = plan;
  const piece_size = { width: trim.width + 2 * bleed_mm, height: trim.height + 2 * bleed_mm };
  const u = Math.max(1, Math.sqrt(piece_size.width * piece_size.height) / FULL_SIZE_SIDE);
  const margin = 10 * u;
  const band = 8.5 * u;
  const width = Math.max(MIN_WIDTH * u, piece_size.width + 2 * margin);
  const piece: Rect = { x: (width - piece_size.width) / 2, y: band + margin, ...piece_size };
  const trimmed: Rect = { x: piece.x + bleed_mm, y: piece.y + bleed_mm, ...trim };
  const panel_top = piece.y + piece.height + margin;
  const panel = slugPanel(plan, { x: 0, y: panel_top, width }, u);
  const size = { width, height: panel_top + panel.height };

  const words = slugWords.not_for_print;
  const other: Language = language === 'en' ? 'fr' : 'en';
  const title = text(words[language], 6 * u, band / 2, 9 * u, 'semibold', '#ffffff');
  const title_width = widthOf(words[language], 'semibold', 9 * u * MM_PER_PT);
  const items: Item[] = [
    { is: 'box', rect: { x: 0, y: 0, ...size }, colour: ground.surround },
    { is: 'box', rect: { x: 0, y: 0, width, height: band }, colour: ground.band },
    title,
    text(words[other], 6 * u + title_width + 3.5 * u, band / 2, 7.5 * u, 'regular', '#c3c6c9'),
    ...cropMarks(trimmed, bleed_mm, u),
    { is: 'box', rect: outset(piece, 0.12 * u), colour: ground.edge },
    { is: 'box', rect: piece, colour: ground.piece },
    ...panel.items,
  ];
  const pageLabel = (number: number) => {
    const label = `${slugWords.page[language]} ${number} / ${plan.page_count}`;
    const label_width = widthOf(label, 'semibold', 7.5 * u * MM_PER_PT);
    return text(label, width - 6 * u - label_width, band / 2, 7.5 * u, 'semibold', '#ffffff');
  };
  return { size, piece, trim: trimmed, items, pageLabel };
}

// Offset past the bleed, as a press operator expects them.
function cropMarks(trim: Rect, bleed: number, u: number): Item[] {
  const near = bleed + 1.2 * u;
  const far = near + 4.5 * u;
  const items: Item[] = [];
  for (const [x, side] of [
    [trim.x, -1],
    [trim.x + trim.width, 1],
  ] as const) {
    for (const [y, end] of [
      [trim.y, -1],
      [trim.y + trim.height, 1],
    ] as const) {
      const stroke = { is: 'line' as const, width: 0.15 * u, colour: ink.strong };
      items.push({ ...stroke, from: [x + side * near, y], to: [x + side * far, y] });
      items.push({ ...stroke, from: [x, y + end * near], to: [x, y + end * far] });
    }
  }
  return items;
}

function slugPanel(plan: SheetPlan, top: { x: number; y: number; width: number }, u: number) {
  const { slug, language } = plan;
  const left = 6 * u;
  const right = top.width - 6 * u;
  const items: Item[] = [];
  let y = top.y + 6.5 * u;

  const version = `${slugWords.version[language]} v${slug.version}`;
  const version_width = widthOf(version, 'semibold', 11 * u * MM_PER_PT);
  items.push(
    text(
      fitted(slug.shop, 'semibold', 11 * u, right - left - version_width - 6 * u),
      left,
      y,
      11 * u,
      'semibold',
      ink.strong,
    ),
    text(version, right - version_width, y, 11 * u, 'semibold', ink.alarm),
  );
  y += 5.5 * u;
  items.push({ is: 'line', from: [left, y], to: [right, y], width: 0.2 * u, colour: ink.rule });
  y += 4.2 * u;

  const fields: Array<[string, string]> = [
    [slugWords.order[language], slug.order_ref],
    [slugWords.product[language], slug.product],
    [slugWords.size[language], slug.size],
    [slugWords.quantity[language], slug.quantity],
    [slugWords.made[language], slug.rendered_at],
  ];
  if (plan.fixes) fields.push([slugWords.fixes[language], plan.fixes]);
  let x = left;
  for (const [label, value] of fields) {
    const shown = fitted(value, 'semibold', 8 * u, right - left);
    const needed = Math.max(
      widthOf(label, 'regular', 6.2 * u * MM_PER_PT),
      widthOf(shown, 'semibold', 8 * u * MM_PER_PT),
    );
    if (x > left && x + needed > right) {
      x = left;
      y += 8.6 * u;
    }
    items.push(
      text(label, x, y, 6.2 * u, 'regular', ink.soft),
      text(shown, x, y + 3.4 * u, 8 * u, 'semibold', ink.strong),
    );
    x += needed + 7 * u;
  }
  y += 8.8 * u;
  const fingerprints: Array<[string, string]> =
    plan.sha256 === plan.press_sha256
      ? [[slugWords.both_fingerprints[language], plan.sha256]]
      : [
          [slugWords.fingerprint[language], plan.sha256],
          [slugWords.press_fingerprint[language], plan.press_sha256],
        ];
  const first_y = y;
  for (const [index, [label, sha256]] of fingerprints.entries()) {
    if (index > 0) y += 7 * u;
    const isShort = fitted(sha256, 'regular', 6.8 * u, right - left) !== sha256;
    items.push(
      text(label, left, y, 6.2 * u, 'regular', ink.soft),
      text(isShort ? sha256.slice(0, 16) : sha256, left, y + 3.2 * u, 6.8 * u, 'regular', ink.strong),
    );
  }
  const note = slugWords.colours[language];
  const note_width = widthOf(note, 'regular', 6.2 * u * MM_PER_PT);
  items.push(text(note, right - note_width, first_y, 6.2 * u, 'regular', ink.soft));
  y += 7.6 * u;
  items.push({ is: 'line', from: [left, y], to: [right, y], width: 0.2 * u, colour: ink.rule });
  y += 4.2 * u;
  items.push(...legend(plan, left, y, u));
  const height = y + 4.6 * u - top.y;
  return {
    items: [{ is: 'box' as const, rect: { ...top, height }, colour: ground.panel }, ...items],
    height,
  };
}

function legend(plan: SheetPlan, left: number, y: number, u: number): Item[] {
  const { language } = plan;
  const size = 6.6 * u;
  const items: Item[] = [];
  let x = left;
  const entry = (sample: Item[], label: string) => {
    items.push(...sample, text(label, x + 8.5 * u, y, size, 'regular', ink.soft));
    x += 8.5 * u + widthOf(label, 'regular', size * MM_PER_PT) + 5 * u;
  };
  const stroke = { is: 'line' as const, width: 0.5 * u };
  entry(
    [{ ...stroke, from: [x, y], to: [x + 6.8 * u, y], colour: '#c81e1e', dash: [1.8 * u, 0.7 * u] }],
    slugWords.cut[language],
  );
  if (plan.safe_mm > 0) {
    entry(
      [{ ...stroke, from: [x, y], to: [x + 6.8 * u, y], colour: '#1d5fc4', dash: [0.5 * u, 0.75 * u] }],
      slugWords.safe[language],
    );
  }
  if (plan.bleed_mm > 0) {
    entry(
      [
        { is: 'box', rect: { x, y: y - 1.3 * u, width: 6.8 * u, height: 2.6 * u }, colour: '#c6ccd2' },
        {
          is: 'box',
          rect: { x: x + 2.2 * u, y: y - 1.3 * u, width: 4.6 * u, height: 2.6 * u },
          colour: '#7e8a96',
        },
      ],
      slugWords.bleed[language],
    );
  }
  return items;
}

/** `middle`: where the middle of the capitals stands. */
function text(words: string, x: number, middle: number, pt: number, weight: Weight, colour: string): Item {
  const size = pt * MM_PER_PT;
  return { is: 'text', at: [x, middle + size * 0.33], size, words, weight, colour };
}

function fitted(words: string, weight: Weight, pt: number, width: number): string {
  let shown = words;
  while (shown.length > 1 && widthOf(shown, weight, pt * MM_PER_PT) > width)
    shown = `${[...shown].slice(0, -2).join('')}…`;
  return shown;
}

function outset(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}
