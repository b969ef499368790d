// Sends the chosen file at once, with its progress. The form must also work as a plain POST.
// The server answers JSON: { next } with 2xx, or { error } with a sentence for the customer.

export {};

const SECOND_MS = 1000;
const MINUTE_S = 60;
/** The first moments of a transfer say nothing about the rest. */
const ESTIMATE_AFTER_MS = 800;

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-upload]')) start(form);

function start(form: HTMLFormElement) {
  const drop = form.querySelector<HTMLElement>('[data-drop]')!;
  const input = drop.querySelector<HTMLInputElement>('input[type="file"]')!;
  const rows = form.querySelector<HTMLElement>('[data-file-rows]')!;
  const status = form.querySelector<HTMLElement>('[data-upload-status]')!;
  const words = JSON.parse(drop.dataset.words ?? '{}') as Record<string, string>;
  const largest = Number(form.dataset.maxBytes) || Number.POSITIVE_INFINITY;
  const icons = drop.querySelector('use')?.getAttribute('href')?.split('#')[0] ?? '';
  for (const plain of form.querySelectorAll<HTMLElement>('[data-upload-plain]')) plain.hidden = true;

  async function take(files: FileList | null) {
    if (!files?.length) return;
    const chosen = input.multiple ? [...files] : [files[0]];
    const answers = [];
    for (const file of chosen) answers.push(await send(file));
    input.value = '';
    const next = answers.at(-1);
    if (next && answers.every(Boolean)) location.assign(next);
  }

  /** The address to go to, or null when the file was not kept. */
  function send(file: File): Promise<string | null> {
    const row = drawRow(file.name, icons, words.cancel);
    rows.append(row.element);
    const refuse = (sentence: string) => {
      row.refuse(sentence);
      status.textContent = `${file.name}: ${sentence}`;
      return null;
    };
    if (file.size > largest) return Promise.resolve(refuse(words.too_big));
    const data = new FormData(form);
    data.delete(input.name);
    data.append(input.name, file);
    const request = new XMLHttpRequest();
    const began = performance.now();
    return new Promise((resolve) => {
      request.upload.addEventListener('progress', (event) => {
        if (!event.lengthComputable) return;
        const passed = performance.now() - began;
        const left = (passed / event.loaded) * (event.total - event.loaded);
        const percent = Math.round((event.loaded / event.total) * 100);
        row.progress(
          percent,
          passed > ESTIMATE_AFTER_MS ? sentence(percent, left / SECOND_MS) : `${percent} %`,
        );
      });
      request.upload.addEventListener('load', () => {
        row.progress(100, words.checking);
        status.textContent = words.checking;
      });
      request.addEventListener('load', () => {
        const answer = readAnswer(request);
        if (request.status >= 200 && request.status < 300) {
          row.done(words.done);
          status.textContent = `${file.name}: ${words.done}`;
          resolve(answer.next ?? request.responseURL);
        } else resolve(refuse(answer.error ?? words.failed));
      });
      request.addEventListener('error', () => resolve(refuse(words.cut)));
      request.addEventListener('abort', () => resolve(refuse(words.cancelled)));
      row.cancel.addEventListener('click', () => request.abort());
      request.open('POST', form.action);
      request.setRequestHeader('accept', 'application/json');
      request.send(data);
    });
  }

  function sentence(percent: number, seconds: number) {
    const left =
      seconds < MINUTE_S
        ? words.seconds.replace('{n}', String(Math.max(1, Math.round(seconds))))
        : words.minutes.replace('{n}', String(Math.round(seconds / MINUTE_S)));
    return words.sending.replace('{percent}', String(percent)).replace('{left}', left);
  }

  input.addEventListener('change', () => take(input.files));
  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add('is-over');
    });
  }
  for (const name of ['dragleave', 'drop']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.remove('is-over');
    });
  }
  drop.addEventListener('drop', (event) => take(event.dataTransfer?.files ?? null));
}

function readAnswer(request: XMLHttpRequest): { next?: string; error?: string } {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

function drawRow(name: string, icons: string, cancelWords: string) {
  const element = document.createElement('li');
  element.className = 'file-row';
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('class', 'icon');
  icon.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  icon.append(use);
  const text = document.createElement('div');
  const title = document.createElement('p');
  title.className = 'file-name';
  title.textContent = name;
  const note = document.createElement('p');
  note.className = 'file-note';
  text.append(title, note);
  const cancel = document.createElement('button');
  cancel.type = 'button';
  cancel.className = 'link-button';
  cancel.textContent = cancelWords;
  cancel.setAttribute('aria-label', `${cancelWords} ${name}`);
  const bar = document.createElement('progress');
  bar.max = 100;
  bar.setAttribute('aria-label', name);
  element.append(icon, text, cancel, bar);
  const finish = (glyph: string, state: string, sentence: string) => {
    use.setAttribute('href', `${icons}#${glyph}`);
    element.classList.add(state);
    note.textContent = sentence;
    cancel.remove();
    bar.remove();
  };
  use.setAttribute('href', `${icons}#file-text`);
  return {
    element,
    cancel,
    progress(percent: number, sentence: string) {
      bar.value = percent;
      note.textContent = sentence;
    },
    done: (sentence: string) => finish('circle-check', 'is-done', sentence),
    refuse: (sentence: string) => finish('circle-alert', 'is-refused', sentence),
  };
}
