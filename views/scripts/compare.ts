// Two versions of a page: zoom and place the same in every picture, one view for another, blending and blinking.

export {};

const ZOOM_STEP = 1.4;
const LARGEST_ZOOM = 12;
/** Slower than anything that could harm a reader who is sensitive to flashes. */
const BLINK_MS = 900;
const LOOK_AGAIN_MS = 2000;
/** What is shown beside a change when it is looked at closely, in parts of its own size. */
const ROOM_AROUND = 3;

if (document.querySelector('[data-waiting]')) setTimeout(() => location.reload(), LOOK_AGAIN_MS);
const root = document.querySelector<HTMLElement>('[data-compare]');
if (root) start(root);

function start(work: HTMLElement) {
  document.body.classList.add('is-live');
  const frames = [...work.querySelectorAll<HTMLElement>('[data-frame]')];
  let zoom = 1;

  /** At 1 the whole page is seen. */
  function fitWidth(frame: HTMLElement) {
    const image = frame.querySelector<HTMLImageElement>('img')!;
    const [width, height] = ['width', 'height'].map((name) => Number(image.getAttribute(name)));
    const tallest = Number.parseFloat(getComputedStyle(frame).maxHeight) || innerHeight;
    return Math.min(frame.clientWidth, (tallest * width) / height);
  }

  function draw() {
    for (const frame of frames) {
      if (!frame.offsetParent) continue;
      const width = fitWidth(frame) * zoom;
      frame.querySelector<HTMLElement>('[data-paper]')!.style.width = `${width}px`;
      frame.classList.toggle('is-zoomed', zoom > 1);
      // Numbers keep their size on the screen, so that they do not hide what they number.
      frame.style.setProperty('--badge', String(1 / Math.sqrt(zoom)));
    }
  }

  let leader: HTMLElement | null = null;
  let following = 0;
  function follow(frame: HTMLElement) {
    if (leader && leader !== frame) return;
    leader = frame;
    clearTimeout(following);
    following = setTimeout(() => {
      leader = null;
    }, 120);
    for (const other of frames) {
      if (other === frame || !other.offsetParent) continue;
      other.scrollTo(frame.scrollLeft, frame.scrollTop);
    }
  }

  const visible = () => frames.find((frame) => frame.offsetParent) ?? frames[0];
  /** Shares of the page that stand in the middle of the picture. */
  function middle(frame: HTMLElement) {
    return {
      x: (frame.scrollLeft + frame.clientWidth / 2) / Math.max(1, frame.scrollWidth),
      y: (frame.scrollTop + frame.clientHeight / 2) / Math.max(1, frame.scrollHeight),
    };
  }
  function lookAt({ x, y }: { x: number; y: number }) {
    for (const frame of frames) {
      if (!frame.offsetParent) continue;
      frame.scrollTo(
        x * frame.scrollWidth - frame.clientWidth / 2,
        y * frame.scrollHeight - frame.clientHeight / 2,
      );
    }
  }
  function zoomTo(wanted: number, place = middle(visible())) {
    zoom = Math.min(LARGEST_ZOOM, Math.max(1, wanted));
    draw();
    lookAt(place);
  }

  function show(view: string) {
    const place = middle(visible());
    work.dataset.view = view;
    for (const link of work.querySelectorAll<HTMLElement>('[data-view-link]')) {
      if (link.dataset.viewLink === view) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-page-link]')) {
      const url = new URL(link.href);
      url.searchParams.set('view', view);
      link.href = url.href;
    }
    if (view !== 'overlay') blink(false);
    draw();
    lookAt(place);
  }

  for (const frame of frames) {
    frame.addEventListener('scroll', () => follow(frame), { passive: true });
    frame.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoomTo(zoom * Math.exp(-event.deltaY / 200));
      },
      { passive: false },
    );
    frame.addEventListener('keydown', (event) => {
      if (event.key === '+') zoomTo(zoom * ZOOM_STEP);
      else if (event.key === '-') zoomTo(zoom / ZOOM_STEP);
      else if (event.key === '0') zoomTo(1);
      else return;
      event.preventDefault();
    });
    followFingers(frame, (ratio) => zoomTo(zoom * ratio));
  }
  for (const button of work.querySelectorAll<HTMLElement>('[data-zoom]')) {
    const way = button.dataset.zoom;
    button.addEventListener('click', () =>
      zoomTo(way === 'fit' ? 1 : way === 'in' ? zoom * ZOOM_STEP : zoom / ZOOM_STEP),
    );
  }
  for (const link of work.querySelectorAll<HTMLAnchorElement>('[data-view-link]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      history.replaceState(null, '', link.href);
      show(link.dataset.viewLink!);
    });
  }
  work.querySelector('[data-frames]')?.addEventListener('click', (event) => {
    const isHidden = work.classList.toggle('no-boxes');
    (event.currentTarget as HTMLElement).setAttribute('aria-pressed', String(!isHidden));
  });

  const range = work.querySelector<HTMLInputElement>('[data-blend-range]');
  const blinker = work.querySelector<HTMLElement>('[data-blink]');
  const over = stack();
  let blinking = 0;

  /** Both versions one on the other, in place of the picture that the server mixed. */
  function stack() {
    const image = work.querySelector<HTMLImageElement>('[data-under]');
    if (!image) return null;
    const top = image.cloneNode() as HTMLImageElement;
    image.src = image.dataset.under!;
    top.src = image.dataset.over!;
    top.alt = '';
    top.classList.add('compare-over');
    image.after(top);
    return top;
  }
  function blend(share: number) {
    if (!over || !range) return;
    over.style.opacity = String(share / 100);
    range.value = String(share);
  }
  function blink(on: boolean) {
    clearInterval(blinking);
    blinker?.setAttribute('aria-pressed', String(on));
    if (!on) return;
    blend(0);
    blinking = setInterval(() => blend(range?.value === '0' ? 100 : 0), BLINK_MS);
  }
  range?.addEventListener('input', () => {
    blink(false);
    blend(Number(range.value));
  });
  for (const button of work.querySelectorAll<HTMLElement>('[data-blend]')) {
    button.addEventListener('click', () => {
      blink(false);
      blend(Number(button.dataset.blend));
    });
  }
  blinker?.addEventListener('click', () => blink(blinker.getAttribute('aria-pressed') !== 'true'));
  blend(50);

  for (const button of document.querySelectorAll<HTMLElement>('[data-show]')) {
    button.addEventListener('click', () => {
      const box = work.querySelector<SVGGElement>(`[data-box="${button.dataset.show}"]`);
      const rect = box?.querySelector<SVGRectElement>('rect');
      if (!rect) return;
      const paper = box!.ownerSVGElement!.viewBox.baseVal;
      const { x, y, width, height } = rect.getBBox();
      const fill = Math.min(paper.width / width, paper.height / height) / ROOM_AROUND;
      for (const item of document.querySelectorAll('.compare-change')) item.classList.remove('is-shown');
      button.closest('.compare-change')?.classList.add('is-shown');
      work.scrollIntoView({ block: 'start' });
      zoomTo(Math.max(1, Math.min(fill, LARGEST_ZOOM / 2)), {
        x: (x + width / 2) / paper.width,
        y: (y + height / 2) / paper.height,
      });
      visible().focus({ preventScroll: true });
    });
  }
  new ResizeObserver(draw).observe(work);
  draw();
}

/** Pinching, and dragging with the mouse; scrolling with a finger or the keys is the browser's own. */
function followFingers(frame: HTMLElement, zoomBy: (ratio: number) => void) {
  let spread = 0;
  const distance = (touches: TouchList) =>
    Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
  frame.addEventListener('touchstart', (event) => {
    spread = event.touches.length === 2 ? distance(event.touches) : 0;
  });
  frame.addEventListener(
    'touchmove',
    (event) => {
      if (event.touches.length !== 2 || !spread) return;
      event.preventDefault();
      const next = distance(event.touches);
      zoomBy(next / spread);
      spread = next;
    },
    { passive: false },
  );
  frame.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || event.button !== 0) return;
    const start = { x: event.clientX + frame.scrollLeft, y: event.clientY + frame.scrollTop };
    const move = (moved: PointerEvent) => frame.scrollTo(start.x - moved.clientX, start.y - moved.clientY);
    const stop = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', stop);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', stop);
  });
}
