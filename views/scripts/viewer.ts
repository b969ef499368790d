// The pages of a proof one at a time: zoom, text, real size, and the rule of when a page counts as seen.

export {};

/** A page counts as seen after this long, fully decoded, in a visible tab, at fit size or larger. */
const SEEN_AFTER_MS = 2000;
const TICK_MS = 250;
const RETRY_MS = 3000;
const ZOOM_STEP = 1.35;
const LARGEST_REAL_SIZE = 8;
const CSS_PIXELS_PER_MM = 96 / 25.4;
const SWIPE_PX = 60;

interface Looking {
  first_seen: string | null;
  visible_ms: number;
  max_zoom: number;
  text_opened: boolean;
}

interface Page {
  number: number;
  element: HTMLElement;
  image: HTMLImageElement;
  text: HTMLDetailsElement | null;
  state: HTMLElement;
  pixelsPerMm: number;
  ready: boolean;
  seen: boolean;
  sending: boolean;
  looking: Looking;
}

const root = document.querySelector<HTMLElement>('[data-viewer]');
if (root) start(root);

function start(viewer: HTMLElement) {
  const words = JSON.parse(viewer.dataset.words ?? '{}') as Record<string, string>;
  const asksToLook = viewer.dataset.looking === 'yes';
  const stage = viewer.querySelector<HTMLElement>('[data-stage]')!;
  const place = viewer.querySelector<HTMLElement>('[data-place]')!;
  const pan = viewer.querySelector<HTMLElement>('[data-pan]')!;
  const record = document.querySelector<HTMLInputElement>('input[name="looking"]');
  const dialog = document.querySelector<HTMLDialogElement>('[data-calibrate]');
  let current = 0;
  let scale = 0;
  let fitted = true;

  const pages = [...viewer.querySelectorAll<HTMLElement>('[data-page]')].map((element): Page => {
    const state = document.createElement('div');
    state.className = 'page-state';
    state.setAttribute('role', 'status');
    element.append(state);
    const number = Number(element.dataset.page);
    return {
      number,
      element,
      image: element.querySelector<HTMLImageElement>('img')!,
      text: element.querySelector<HTMLDetailsElement>('details'),
      state,
      pixelsPerMm: Number(element.dataset.ppm),
      ready: false,
      seen: element.dataset.seen === 'yes',
      sending: false,
      looking: { first_seen: null, visible_ms: 0, max_zoom: 0, text_opened: false },
    };
  });

  const fill = (text: string, page: Page) =>
    text.replace('{n}', String(page.number)).replace('{total}', String(pages.length));
  const naturalWidth = (page: Page) => Number(page.image.getAttribute('width'));
  const naturalHeight = (page: Page) => Number(page.image.getAttribute('height'));
  // Kept in pixels of the screen itself: those of CSS grow with the browser's own zoom.
  const measured = () => Number(sessionStorage.getItem('real-size')) || null;
  const realScale = (page: Page) =>
    (measured() ? measured()! / devicePixelRatio : CSS_PIXELS_PER_MM) / page.pixelsPerMm;

  function fitScale(page: Page) {
    const style = getComputedStyle(stage);
    const width = stage.clientWidth - Number.parseFloat(style.paddingLeft) * 2;
    const height = stage.clientHeight - Number.parseFloat(style.paddingTop) * 2;
    return Math.max(0.02, Math.min(width / naturalWidth(page), height / naturalHeight(page)));
  }

  function zoomTo(wanted: number, keepFit = false) {
    const page = pages[current];
    const fit = fitScale(page);
    const largest = Math.max(fit, realScale(page) * LARGEST_REAL_SIZE, 2);
    const next = keepFit ? fit : Math.min(Math.max(wanted, Math.min(fit, realScale(page))), largest);
    const ratio = scale ? next / scale : 1;
    const middleX = stage.scrollLeft + stage.clientWidth / 2;
    const middleY = stage.scrollTop + stage.clientHeight / 2;
    scale = next;
    fitted = keepFit;
    page.image.style.width = `${naturalWidth(page) * scale}px`;
    page.looking.max_zoom = Math.max(
      page.looking.max_zoom,
      Math.round((scale / realScale(page)) * 100) / 100,
    );
    stage.scrollTo(middleX * ratio - stage.clientWidth / 2, middleY * ratio - stage.clientHeight / 2);
    const scrolls = stage.scrollWidth > stage.clientWidth + 2 || stage.scrollHeight > stage.clientHeight + 2;
    pan.hidden = !scrolls;
    stage.classList.toggle('is-zoomed', scrolls);
  }
  const fit = () => zoomTo(0, true);

  function describe() {
    const page = pages[current];
    place.replaceChildren(fill(words.page_of, page));
    if (asksToLook) {
      const mark = document.createElement('span');
      mark.textContent = page.seen ? `✓ ${words.seen}` : words.not_seen;
      mark.classList.toggle('is-seen', page.seen);
      place.append(mark);
    }
    for (const other of pages) {
      const check = document.querySelector<HTMLElement>(`[data-check="${other.number}"]`);
      if (!check) continue;
      check.dataset.seen = other.seen ? 'yes' : 'no';
      check.toggleAttribute('aria-current', other === page);
      if (other === page) check.setAttribute('aria-current', 'true');
      const label = check.querySelector('[data-check-words]');
      if (label) label.textContent = other.seen ? words.seen : words.not_seen;
    }
    for (const button of viewer.querySelectorAll<HTMLElement>('[data-go]')) {
      const target = current + Number(button.dataset.go);
      button.setAttribute('aria-disabled', String(target < 0 || target >= pages.length));
    }
    const read = document.querySelector<HTMLElement>('[data-read]');
    read?.setAttribute('aria-expanded', String(page.text?.open ?? false));
    read?.toggleAttribute('hidden', !page.text);
  }

  function show(index: number) {
    if (index < 0 || index >= pages.length) return;
    const reading = pages[current].text?.open ?? false;
    current = index;
    for (const [position, page] of pages.entries()) {
      page.element.hidden = position !== current;
      if (page.text) page.text.open = position === current && reading;
    }
    load(pages[current]);
    fit();
    describe();
  }

  async function load(page: Page) {
    if (page.ready) return;
    page.state.textContent = fill(words.loading, page);
    try {
      await page.image.decode();
      page.ready = true;
      page.state.replaceChildren();
      page.state.hidden = true;
      page.image.hidden = false;
    } catch {
      page.image.hidden = true;
      page.state.hidden = false;
      const again = document.createElement('button');
      again.type = 'button';
      again.className = 'button button-secondary';
      again.textContent = words.retry;
      again.addEventListener('click', () => {
        const url = new URL(page.image.src);
        url.searchParams.set('retry', String(Date.now()));
        page.image.hidden = false;
        page.image.src = url.href;
        load(page);
      });
      const text = document.createElement('p');
      text.textContent = words.failed;
      page.state.replaceChildren(text, again);
    }
    if (page === pages[current] && fitted) fit();
  }

  function isOnScreen() {
    const box = stage.getBoundingClientRect();
    const visible = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return document.visibilityState === 'visible' && visible > box.height / 2;
  }

  async function tellSeen(page: Page) {
    const url = page.element.dataset.seenUrl;
    if (!url || page.sending) return;
    page.sending = true;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(page.looking),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      page.seen = true;
      page.element.dataset.seen = 'yes';
      describe();
      document.dispatchEvent(new CustomEvent('page-seen', { detail: page.number }));
    } catch {
      place.replaceChildren(words.connection);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    } finally {
      page.sending = false;
    }
  }

  let last = performance.now();
  function tick() {
    const now = performance.now();
    const elapsed = Math.min(now - last, TICK_MS * 2);
    last = now;
    const page = pages[current];
    if (!page.ready || !isOnScreen() || page.text?.open) return;
    if (scale < fitScale(page) * 0.99 && scale < realScale(page) * 0.99) return;
    page.looking.first_seen ??= new Date().toISOString();
    page.looking.visible_ms = Math.round(page.looking.visible_ms + elapsed);
    if (record)
      record.value = JSON.stringify(Object.fromEntries(pages.map((each) => [each.number, each.looking])));
    if (asksToLook && !page.seen && page.looking.visible_ms >= SEEN_AFTER_MS) tellSeen(page);
  }

  async function measure(dialog: HTMLDialogElement) {
    const { calibrate } = await import(dialog.dataset.script!);
    calibrate(dialog, measured(), (found: number) => {
      sessionStorage.setItem('real-size', String(found));
      zoomTo(realScale(pages[current]));
    });
  }

  viewer.classList.add('is-live');
  for (const page of pages) {
    page.text?.addEventListener('toggle', () => {
      if (page.text?.open) page.looking.text_opened = true;
      describe();
    });
  }
  for (const button of viewer.querySelectorAll<HTMLElement>('[data-go]')) {
    button.addEventListener('click', () => show(current + Number(button.dataset.go)));
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-zoom]')) {
    button.addEventListener('click', () => {
      const way = button.dataset.zoom;
      if (way === 'fit') fit();
      else if (way === 'in') zoomTo(scale * ZOOM_STEP);
      else if (way === 'out') zoomTo(scale / ZOOM_STEP);
      else if (dialog && !measured()) measure(dialog);
      else zoomTo(realScale(pages[current]));
    });
  }
  for (const button of viewer.querySelectorAll<HTMLElement>('[data-pan-way]')) {
    const [x, y] = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[button.dataset.panWay!] ?? [
      0, 0,
    ];
    button.addEventListener('click', () => {
      stage.scrollBy({ left: (x * stage.clientWidth) / 3, top: (y * stage.clientHeight) / 3 });
    });
  }
  document.querySelector('[data-read]')?.addEventListener('click', () => {
    const text = pages[current].text;
    if (!text) return;
    text.open = !text.open;
    if (text.open) text.querySelector('summary')?.focus();
  });
  const toggle = (selector: string, target: Element | null, name: string) =>
    document.querySelector(selector)?.addEventListener('click', (event) => {
      const on = target?.classList.toggle(name) ?? false;
      (event.currentTarget as HTMLElement).setAttribute('aria-pressed', String(on));
      if (fitted) fit();
    });
  toggle('[data-white]', viewer, 'is-white');
  toggle('[data-places-shown]', viewer, 'has-places');
  toggle('[data-show-brought]', viewer.querySelector('[data-brought]'), 'is-shown');

  for (const check of document.querySelectorAll<HTMLElement>('[data-check], [data-check-place]')) {
    const number = Number(check.dataset.check ?? check.dataset.checkPlace);
    check.addEventListener('click', (event) => {
      event.preventDefault();
      show(pages.findIndex((page) => page.number === number));
      if (check.dataset.checkPlace) viewer.scrollIntoView({ block: 'nearest' });
    });
  }
  document.addEventListener('show-page', (event) => {
    show(pages.findIndex((page) => page.number === (event as CustomEvent<number>).detail));
    stage.focus();
  });

  followFingers(stage, {
    zoomBy: (ratio) => zoomTo(scale * ratio),
    turn: (step) => fitted && show(current + step),
    toggle: () => (fitted ? zoomTo(scale * 2.2) : fit()),
  });
  document.addEventListener('keydown', (event) => {
    const open = pages[current].text;
    if (event.key === 'Escape' && open?.open) open.open = false;
    if (document.activeElement !== stage) return;
    if (event.key === '+') zoomTo(scale * ZOOM_STEP);
    else if (event.key === '-') zoomTo(scale / ZOOM_STEP);
    else if (event.key === '0') fit();
    else if (event.key === 'PageDown') show(current + 1);
    else if (event.key === 'PageUp') show(current - 1);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(() => fitted && fit()).observe(stage);
  const wanted = Number(/^#page-(\d+)$/.exec(location.hash)?.[1] ?? 1);
  show(
    Math.max(
      0,
      pages.findIndex((page) => page.number === wanted),
    ),
  );
  setInterval(tick, TICK_MS);
}

interface Gestures {
  zoomBy(ratio: number): void;
  turn(step: number): void;
  toggle(): void;
}

/** Extras on top of the buttons: pinch, swipe, double tap, wheel with Ctrl, dragging with the mouse. */
function followFingers(stage: HTMLElement, { zoomBy, turn, toggle }: Gestures) {
  let spread = 0;
  let from: { x: number; y: number } | null = null;
  const distance = (touches: TouchList) =>
    Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
  stage.addEventListener('touchstart', (event) => {
    if (event.touches.length === 2) spread = distance(event.touches);
    from = event.touches.length === 1 ? { x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
  });
  stage.addEventListener(
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
  stage.addEventListener('touchend', (event) => {
    if (from && event.changedTouches.length === 1) {
      const x = event.changedTouches[0].clientX - from.x;
      const y = event.changedTouches[0].clientY - from.y;
      if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) turn(x < 0 ? 1 : -1);
    }
    from = null;
    spread = 0;
  });
  stage.addEventListener('dblclick', toggle);
  stage.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomBy(Math.exp(-event.deltaY / 200));
    },
    { passive: false },
  );
  stage.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || event.button !== 0 || !stage.classList.contains('is-zoomed')) return;
    if ((event.target as Element).closest('details')) return;
    const start = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    const move = (moved: PointerEvent) => stage.scrollTo(start.x - moved.clientX, start.y - moved.clientY);
    const stop = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', stop);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', stop);
  });
}
