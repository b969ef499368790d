// The all-in price and the ready date while the customer chooses, and the − and + of number fields.
// data-quote-url answers JSON: { price, ready, lines?: [{ label, amount }], texts?: { name: text }, sentence? },
// already in words; a text goes to every element with its name in data-quote-text.
// A choice inside data-redraws decides which other choices there are: every part of the page that has data-redraw and
// an id is then taken anew from the page that the form's own "update" button gives.

export {};

const PAUSE_MS = 200;

interface Quote {
  price: string | null;
  ready: string | null;
  lines?: Array<{ label: string; amount: string }>;
  texts?: Record<string, string>;
  sentence?: string;
}

for (const button of document.querySelectorAll<HTMLButtonElement>('.stepper [data-step]')) {
  button.addEventListener('click', () => {
    const input = button.parentElement?.querySelector<HTMLInputElement>('input');
    if (!input) return;
    const lowest = input.min === '' ? Number.NEGATIVE_INFINITY : Number(input.min);
    const highest = input.max === '' ? Number.POSITIVE_INFINITY : Number(input.max);
    const wanted = Number(input.value || 0) + Number(button.dataset.step);
    input.value = String(Math.min(highest, Math.max(lowest, wanted)));
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

const form = document.querySelector<HTMLFormElement>('form[data-quote-url]');
if (form) quote(form);

function quote(form: HTMLFormElement) {
  const put = (name: string, text: string) => {
    for (const element of document.querySelectorAll(`[data-${name}]`)) element.textContent = text;
  };
  let pause: ReturnType<typeof setTimeout>;
  let asking: AbortController | null = null;

  async function ask() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    put('quote-note', form.dataset.updating ?? '');
    const choices = new URLSearchParams();
    for (const [name, value] of new FormData(form))
      if (typeof value === 'string') choices.append(name, value);
    try {
      const answer = await fetch(`${form.dataset.quoteUrl}?${choices}`, {
        headers: { accept: 'application/json' },
        signal: mine.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      show((await answer.json()) as Quote);
    } catch {
      if (!mine.signal.aborted) put('quote-note', form.dataset.unavailable ?? '');
    }
  }

  async function redraw() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    put('quote-note', form.dataset.updating ?? '');
    const choices = new URLSearchParams({ update: '1' });
    for (const [name, value] of new FormData(form))
      if (typeof value === 'string') choices.append(name, value);
    try {
      const answer = await fetch(form.action, { method: 'POST', body: choices, signal: mine.signal });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const part of document.querySelectorAll('[data-redraw]')) {
        const fresh = page.getElementById(part.id);
        if (fresh) part.replaceWith(fresh);
      }
      put('quote-note', page.querySelector('[data-quote-note]')?.textContent ?? '');
    } catch {
      if (!mine.signal.aborted) put('quote-note', form.dataset.unavailable ?? '');
    }
  }

  function show(quote: Quote) {
    put('quote-note', quote.sentence ?? '');
    if (quote.price !== null) put('price', quote.price);
    if (quote.ready !== null) put('ready', quote.ready);
    for (const element of document.querySelectorAll<HTMLElement>('[data-quote-text]')) {
      element.textContent = quote.texts?.[element.dataset.quoteText ?? ''] ?? element.textContent;
    }
    const list = document.querySelector<HTMLElement>('[data-price-lines]');
    if (!list || !quote.lines) return;
    list.replaceChildren(
      ...quote.lines.map(({ label, amount }) => {
        const row = document.createElement('div');
        const term = document.createElement('dt');
        const value = document.createElement('dd');
        term.textContent = label;
        value.textContent = amount;
        row.append(term, value);
        return row;
      }),
    );
  }

  form.addEventListener('input', (event) => {
    clearTimeout(pause);
    const redraws = event.target instanceof Element && event.target.closest('[data-redraws]');
    pause = setTimeout(redraws ? redraw : ask, PAUSE_MS);
  });
}
