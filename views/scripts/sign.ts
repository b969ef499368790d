// The sign-off form: what is still open, the drawn signature, one submission. The server decides; this only shows it early.

import type SignaturePadClass from 'signature_pad';
import type { PointGroup } from 'signature_pad';

/** A stroke needs this many points, and must leave the straight line by more than this, to be a signature. */
const FEWEST_POINTS = 3;
const STRAIGHT_WITHIN_PX = 1.5;
const FEWEST_LETTERS = 2;
const CODE_DIGITS = 6;

interface Point {
  x: number;
  y: number;
  time: number;
}

interface Stroke {
  points: Point[];
}

interface OpenPoint {
  say: string;
  go(): void;
}

const form = document.querySelector<HTMLFormElement>('form[data-sign]');
if (form) start(form);

function start(form: HTMLFormElement) {
  const words = JSON.parse(form.dataset.words ?? '{}') as Record<string, string>;
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | null;
  const left = form.querySelector<HTMLElement>('[data-left]')!;
  const openLine = form.querySelector<HTMLElement>('[data-open]')!;
  const button = form.querySelector<HTMLButtonElement>('[data-sign-button]')!;
  const label = form.querySelector<HTMLElement>('[data-sign-label]')!;
  const buttonWords = label.textContent ?? '';
  const signature = startSignature(form, refresh);

  const focusOn = (element: HTMLElement | null) => () => {
    element?.scrollIntoView({ block: 'center' });
    element?.focus({ preventScroll: true });
  };

  function openPoints(): OpenPoint[] {
    const open: OpenPoint[] = [];
    const code = field('code');
    if (code && code.value.replace(/\D/g, '').length !== CODE_DIGITS) {
      open.push({ say: words.code, go: focusOn(code) });
    }
    for (const page of document.querySelectorAll<HTMLElement>('[data-page]')) {
      const number = Number(page.dataset.page);
      if (page.dataset.seen === 'yes') continue;
      open.push({
        say: words.page.replace('{n}', String(number)),
        go: () => document.dispatchEvent(new CustomEvent('show-page', { detail: number })),
      });
    }
    for (const gate of form.querySelectorAll<HTMLElement>('[data-gate][data-met="no"]')) {
      const target = document.querySelector<HTMLElement>(gate.dataset.target ?? '');
      if (target) open.push({ say: gate.textContent ?? '', go: focusOn(target) });
    }
    for (const box of form.querySelectorAll<HTMLInputElement>('input[data-statement]')) {
      if (box.checked) continue;
      const title = (box.dataset.statement ?? '').replace(/\.$/, '');
      open.push({ say: words.statement.replace('{title}', title), go: focusOn(box) });
    }
    const name = field('typed_name');
    if ((name?.value.match(/\p{L}/gu)?.length ?? 0) < FEWEST_LETTERS)
      open.push({ say: words.name, go: focusOn(name) });
    const trouble = signature.trouble();
    if (trouble) open.push({ say: words[trouble], go: signature.focus });
    return open;
  }

  function refresh() {
    const count = openPoints().length;
    const text = words[`left_${plural.select(count)}`] ?? words.left_other;
    const next = count ? text.replace('{n}', String(count)) : words.ready;
    if (left.textContent !== next) left.textContent = next;
    button.classList.toggle('button-open', count > 0);
    openLine.hidden = true;
  }

  form.addEventListener('input', refresh);
  form.addEventListener('change', (event) => {
    const box = event.target as HTMLInputElement;
    if (box.dataset.statement) box.value = box.checked ? new Date().toISOString() : 'on';
    if (box.checked) box.closest('.statement')?.classList.remove('statement-error');
    refresh();
  });
  document.addEventListener('page-seen', refresh);

  form.addEventListener('submit', (event) => {
    const [first] = openPoints();
    if (first || button.getAttribute('aria-busy') === 'true') {
      event.preventDefault();
      if (!first) return;
      openLine.textContent = first.say;
      openLine.hidden = false;
      first.go();
      return;
    }
    field('viewport')!.value = `${innerWidth}x${innerHeight}`;
    field('time_zone_offset')!.value = String(-new Date().getTimezoneOffset());
    signature.write();
    button.setAttribute('aria-busy', 'true');
    label.textContent = words.signing;
  });
  addEventListener('pageshow', () => {
    button.removeAttribute('aria-busy');
    label.textContent = buttonWords;
    refresh();
  });

  askForCode(form);
  refresh();
}

function startSignature(form: HTMLFormElement, changed: () => void) {
  const box = form.querySelector<HTMLElement>('[data-signature]')!;
  const canvas = box.querySelector<HTMLCanvasElement>('canvas')!;
  const drawn = box.querySelector<HTMLElement>('[data-pad]')!;
  const typed = box.querySelector<HTMLElement>('[data-typed]')!;
  const blocked = box.querySelector<HTMLElement>('[data-blocked]')!;
  const toDrawing = box.querySelector<HTMLElement>('[data-sign-by="drawn"]')!;
  const input = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const method = input('signature_method');
  let pad: SignaturePadClass | null = null;
  let width = 0;

  function choose(next: 'drawn' | 'typed') {
    method.value = next;
    drawn.hidden = next !== 'drawn';
    typed.hidden = next !== 'typed';
    if (next === 'drawn') fit();
    changed();
  }

  /** Resizing clears a canvas, so the strokes are kept, scaled and drawn again. */
  function fit() {
    if (!pad || !canvas.offsetWidth || canvas.offsetWidth === width) return;
    const strokes = pad.toData();
    const ratio = width ? canvas.offsetWidth / width : 1;
    const density = Math.max(devicePixelRatio || 1, 1);
    width = canvas.offsetWidth;
    canvas.width = width * density;
    canvas.height = canvas.offsetHeight * density;
    canvas.getContext('2d')?.scale(density, density);
    pad.clear();
    if (strokes.length) pad.fromData(strokes.map((stroke) => scaled(stroke, ratio)));
  }

  async function open() {
    try {
      if (!canDraw()) throw new Error('blocked');
      const { default: SignaturePad } = (await import(canvas.dataset.library ?? '')) as {
        default: typeof SignaturePadClass;
      };
      pad = new SignaturePad(canvas, { penColor: '#14213d', minWidth: 0.9, maxWidth: 2.6 });
    } catch {
      blocked.hidden = false;
      return;
    }
    pad.addEventListener('endStroke', changed);
    toDrawing.hidden = false;
    const wasTyped = input('signature_typed_name').value !== '';
    const before = input('signature_strokes').value;
    choose(wasTyped ? 'typed' : 'drawn');
    if (before) restore(pad, before);
    changed();
    new ResizeObserver(fit).observe(canvas);
  }

  box.querySelector('[data-pad-clear]')?.addEventListener('click', () => {
    pad?.clear();
    changed();
  });
  for (const button of box.querySelectorAll<HTMLElement>('[data-sign-by]')) {
    button.addEventListener('click', () => {
      choose(button.dataset.signBy as 'drawn' | 'typed');
      if (method.value === 'typed') input('signature_typed_name').focus();
      else box.focus();
    });
  }
  open();

  return {
    trouble(): 'signature' | 'line' | 'typed' | null {
      if (method.value === 'typed') {
        const same = plainName(input('signature_typed_name').value) === plainName(input('typed_name').value);
        return same && input('signature_typed_confirm').checked ? null : 'typed';
      }
      if (!pad || pad.isEmpty()) return 'signature';
      return pad.toData().some((stroke) => isWritten(stroke.points)) ? null : 'line';
    },
    focus() {
      const target = method.value === 'typed' ? input('signature_typed_name') : box;
      target.scrollIntoView({ block: 'center' });
      target.focus({ preventScroll: true });
    },
    write() {
      if (method.value !== 'drawn' || !pad) return;
      input('signature_svg').value = pad.toSVG();
      const strokes: Stroke[] = pad.toData().map(({ points }) => ({ points: points.map(plain) }));
      input('signature_strokes').value = JSON.stringify(strokes);
    },
  };
}

function plainName(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').toLocaleLowerCase();
}

/** Place and time only: pressure is never kept. */
function plain({ x, y, time }: Point): Point {
  return { x: Math.round(x), y: Math.round(y), time: Math.round(time) };
}

function scaled(stroke: PointGroup, ratio: number): PointGroup {
  return {
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.x * ratio, y: point.y * ratio })),
  };
}

function restore(pad: SignaturePadClass, text: string) {
  try {
    const strokes = JSON.parse(text) as Stroke[];
    const groups = strokes.map(({ points }) => ({
      penColor: pad.penColor,
      dotSize: pad.dotSize,
      minWidth: pad.minWidth,
      maxWidth: pad.maxWidth,
      velocityFilterWeight: pad.velocityFilterWeight,
      compositeOperation: pad.compositeOperation,
      points: points.map((point) => ({ ...point, pressure: 0 })),
    }));
    pad.fromData(groups as PointGroup[]);
  } catch {
    pad.clear();
  }
}

function isWritten(points: Point[]): boolean {
  if (points.length < FEWEST_POINTS) return false;
  const [first] = points;
  const away = ({ x, y }: Point) => Math.hypot(x - first.x, y - first.y);
  const far = points.reduce((best, point) => (away(point) > away(best) ? point : best));
  const length = away(far);
  if (!length) return false;
  return points.some(({ x, y }) => {
    const area = (far.x - first.x) * (first.y - y) - (first.x - x) * (far.y - first.y);
    return Math.abs(area) / length > STRAIGHT_WITHIN_PX;
  });
}

/** Some privacy settings return a canvas that forgets or falsifies what is drawn on it. */
function canDraw(): boolean {
  const probe = document.createElement('canvas');
  probe.width = 2;
  probe.height = 2;
  const context = probe.getContext('2d');
  if (!context) return false;
  context.fillStyle = '#ff0000';
  context.fillRect(0, 0, 2, 2);
  const [red, green] = context.getImageData(0, 0, 1, 1).data;
  return red > 250 && green < 5;
}

function askForCode(form: HTMLFormElement) {
  const identity = form.querySelector<HTMLElement>('[data-identity]');
  const ask = document.querySelector<HTMLFormElement>('#send-code');
  const status = identity?.querySelector<HTMLElement>('[data-code-status]');
  if (!identity || !ask || !status) return;
  ask.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await fetch(ask.action, { method: 'POST', headers: { accept: 'application/json' } }).catch(
      () => null,
    );
    status.textContent = (answer?.ok ? identity.dataset.sent : identity.dataset.notSent) ?? '';
    if (answer?.ok) form.querySelector<HTMLInputElement>('#code')?.focus();
  });
}
