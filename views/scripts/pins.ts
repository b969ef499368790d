// "Request changes": numbered pins on the page images, one row of the form for each.

export {};

const MOVE_STEP = 0.01;
const MOVE_LEAP = 0.05;

const form = document.querySelector<HTMLFormElement>('form[data-pins]');
if (form) start(form);

interface Pin {
  mark: HTMLButtonElement;
  item: HTMLElement;
  page: number;
  x: number;
  y: number;
}

function start(form: HTMLFormElement) {
  const words = JSON.parse(form.dataset.words ?? '{}') as Record<string, string>;
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const list = form.querySelector<HTMLElement>('[data-pin-list]')!;
  const none = form.querySelector<HTMLElement>('[data-no-pins]')!;
  const many = form.querySelector<HTMLElement>('[data-many]')!;
  const openLine = form.querySelector<HTMLElement>('[data-open]')!;
  const send = form.querySelector<HTMLElement>('[data-send]')!;
  const sendLabel = form.querySelector<HTMLElement>('[data-send-label]')!;
  const most = Number(list.dataset.most);
  const sheets = new Map<number, HTMLElement>();
  const items = [...list.querySelectorAll<HTMLElement>('[data-pin-item]')];
  const pattern = items[0].cloneNode(true) as HTMLElement;
  let pins: Pin[] = [];

  const part = (pin: Pin, name: string) =>
    pin.item.querySelector<HTMLInputElement>(`[name$="[${name}]"]`) as HTMLInputElement;
  const textOf = (pin: Pin) => pin.item.querySelector('textarea') as HTMLTextAreaElement;

  function add(page: number, x: number, y: number, item?: HTMLElement) {
    const sheet = sheets.get(page);
    if (!sheet || pins.length >= most) return null;
    const mark = document.createElement('button');
    mark.type = 'button';
    mark.className = 'pin';
    mark.append(document.createElement('span'));
    sheet.append(mark);
    const pin: Pin = { mark, item: item ?? emptyItem(), page, x, y };
    list.append(pin.item);
    pins.push(pin);
    mark.addEventListener('click', (event) => {
      event.stopPropagation();
      textOf(pin).focus();
    });
    mark.addEventListener('keydown', (event) => steer(pin, event));
    pin.item.querySelector('[data-remove]')?.addEventListener('click', () => remove(pin));
    place(pin);
    renumber();
    return pin;
  }

  function emptyItem() {
    const item = pattern.cloneNode(true) as HTMLElement;
    for (const text of item.querySelectorAll('textarea')) text.value = '';
    for (const radio of item.querySelectorAll<HTMLInputElement>('input[type="radio"]')) radio.checked = false;
    item.querySelector('.field-error')?.classList.remove('field-error');
    item.querySelector('.error-text')?.remove();
    return item;
  }

  function remove(pin: Pin) {
    const index = pins.indexOf(pin);
    pin.mark.remove();
    pin.item.remove();
    pins = pins.filter((other) => other !== pin);
    renumber();
    const next = pins[Math.min(index, pins.length - 1)];
    (next?.mark ?? form.querySelector<HTMLElement>('[data-add-middle]'))?.focus();
  }

  function place(pin: Pin) {
    pin.x = Math.min(1, Math.max(0, pin.x));
    pin.y = Math.min(1, Math.max(0, pin.y));
    pin.mark.style.left = `${pin.x * 100}%`;
    pin.mark.style.top = `${pin.y * 100}%`;
    part(pin, 'page').value = String(pin.page);
    part(pin, 'x').value = pin.x.toFixed(4);
    part(pin, 'y').value = pin.y.toFixed(4);
  }

  function steer(pin: Pin, event: KeyboardEvent) {
    const step = event.shiftKey ? MOVE_LEAP : MOVE_STEP;
    if (event.key === 'ArrowLeft') pin.x -= step;
    else if (event.key === 'ArrowRight') pin.x += step;
    else if (event.key === 'ArrowUp') pin.y -= step;
    else if (event.key === 'ArrowDown') pin.y += step;
    else if (event.key === 'Delete' || event.key === 'Backspace') remove(pin);
    else return;
    event.preventDefault();
    if (pins.includes(pin)) place(pin);
  }

  /** The server reads points[0], points[1] … in order, so names follow the numbers on the page. */
  function renumber() {
    for (const [index, pin] of pins.entries()) {
      const label = words.pin.replace('{n}', String(index + 1)).replace('{page}', String(pin.page));
      pin.mark.firstElementChild!.textContent = String(index + 1);
      pin.mark.setAttribute('aria-label', label);
      pin.item.querySelector('[data-pin-number]')!.textContent = String(index + 1);
      pin.item.querySelector('[data-pin-title]')!.textContent = label;
      for (const input of pin.item.querySelectorAll<HTMLInputElement>('[name]')) {
        input.name = input.name.replace(/^points\[\d+\]/, `points[${index}]`);
      }
      for (const attribute of ['id', 'for', 'aria-describedby']) {
        for (const element of pin.item.querySelectorAll(`[${attribute}^="points-"]`)) {
          const before = element.getAttribute(attribute)!;
          element.setAttribute(attribute, before.replace(/points-\d+/g, `points-${index}`));
        }
      }
    }
    none.hidden = pins.length > 0;
    many.hidden = pins.length < most;
    const text = words[`send_${plural.select(pins.length)}`] ?? words.send_other;
    sendLabel.textContent = pins.length ? text.replace('{n}', String(pins.length)) : words.send;
    openLine.hidden = true;
  }

  form.closest('body')?.classList.add('is-live');
  for (const sheet of form.querySelectorAll<HTMLElement>('[data-pin-page]')) {
    const page = Number(sheet.dataset.pinPage);
    sheets.set(page, sheet);
    sheet.addEventListener('click', (event) => {
      const box = sheet.getBoundingClientRect();
      const pin = add(page, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
      if (pin) textOf(pin).focus();
    });
  }
  for (const button of form.querySelectorAll<HTMLElement>('[data-add-middle]')) {
    button.addEventListener('click', () => add(Number(button.dataset.addMiddle), 0.5, 0.5)?.mark.focus());
  }
  for (const item of items) {
    const value = (name: string) => item.querySelector<HTMLInputElement>(`[name$="[${name}]"]`)?.value ?? '';
    const text = item.querySelector('textarea')?.value ?? '';
    item.remove();
    if (text || value('x'))
      add(Number(value('page')), Number(value('x') || 0.5), Number(value('y') || 0.5), item);
  }
  renumber();

  const isGiven = (name: string) => {
    const input = form.elements.namedItem(name) as HTMLInputElement | null;
    return Boolean(input?.value.trim());
  };
  form.addEventListener('submit', (event) => {
    const wordless = pins.findIndex((pin) => !textOf(pin).value.trim());
    const nothing = pins.length === 0 && !isGiven('note') && !isGiven('artwork');
    if (wordless < 0 && !nothing) {
      if (send.getAttribute('aria-busy') === 'true') event.preventDefault();
      send.setAttribute('aria-busy', 'true');
      sendLabel.textContent = words.sending;
      return;
    }
    event.preventDefault();
    openLine.textContent = nothing ? words.nothing : words.text_missing.replace('{n}', String(wordless + 1));
    openLine.hidden = false;
    if (nothing) form.querySelector<HTMLElement>('[data-add-middle]')?.focus();
    else textOf(pins[wordless]).focus();
  });
  addEventListener('pageshow', () => {
    send.removeAttribute('aria-busy');
    renumber();
  });
}
