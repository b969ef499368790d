// The production board: drag with the mouse, or the Move menu, or keys. Each move is the card's own POST form.
// The server answers JSON: 2xx { sentence?, steps? }, the steps that may follow, or { error } saying why the job cannot
// go there, with { next }, the page that this step is taken on, when it has one.

export {};

const board = document.querySelector<HTMLElement>('[data-board]');
if (board) start(board);

function start(board: HTMLElement) {
  const status = document.querySelector<HTMLElement>('[data-board-status]')!;
  const cards = () => [...board.querySelectorAll<HTMLElement>('[data-card]')];
  const columns = () => [...board.querySelectorAll<HTMLElement>('[data-column]')];
  let dragged: HTMLElement | null = null;

  async function move(card: HTMLElement, to: string) {
    const column = columns().find((each) => each.dataset.column === to);
    const from = card.closest<HTMLElement>('[data-column]');
    const form = card.querySelector<HTMLFormElement>('form[data-move]');
    if (!column || !form || column === from) return;
    card.setAttribute('aria-busy', 'true');
    const answer = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ to }),
    }).catch(() => null);
    const body = (await answer?.json().catch(() => null)) as {
      sentence?: string;
      steps?: string[];
      error?: string;
      next?: string;
    } | null;
    card.removeAttribute('aria-busy');
    card.querySelector('details')?.removeAttribute('open');
    if (!answer?.ok) {
      if (body?.next) location.assign(body.next);
      say(body?.error ?? board.dataset.refused ?? '', true);
      return;
    }
    column.querySelector('[data-cards]')?.append(card);
    for (const button of form.querySelectorAll('button')) {
      button.hidden = !(body?.steps ?? [button.value]).includes(button.value);
    }
    for (const each of columns()) {
      const count = each.querySelectorAll('[data-card]').length;
      each.querySelector('[data-count]')!.textContent = String(count);
      each.querySelector('[data-column-empty]')?.toggleAttribute('hidden', count > 0);
    }
    const moved = (board.dataset.moved ?? '')
      .replace('{ref}', card.dataset.card ?? '')
      .replace('{column}', column.dataset.columnLabel ?? '');
    say(body?.sentence ?? moved, false);
    card.focus();
  }

  function say(sentence: string, refused: boolean) {
    status.textContent = sentence;
    status.classList.toggle('is-refused', refused);
    status.hidden = false;
  }

  board.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    const card = form.closest<HTMLElement>('[data-card]');
    const to = ((event as SubmitEvent).submitter as HTMLButtonElement | null)?.value;
    if (!card || !to || !form.matches('[data-move]')) return;
    event.preventDefault();
    move(card, to);
  });

  for (const card of cards()) card.draggable = true;
  board.addEventListener('dragstart', (event) => {
    dragged = (event.target as Element).closest<HTMLElement>('[data-card]');
    dragged?.classList.add('is-dragged');
    event.dataTransfer?.setData('text/plain', dragged?.dataset.card ?? '');
  });
  board.addEventListener('dragend', () => {
    dragged?.classList.remove('is-dragged');
    for (const column of columns()) column.classList.remove('is-over');
    dragged = null;
  });
  for (const column of columns()) {
    column.addEventListener('dragover', (event) => {
      if (!dragged) return;
      event.preventDefault();
      column.classList.add('is-over');
    });
    column.addEventListener('dragleave', () => column.classList.remove('is-over'));
    column.addEventListener('drop', (event) => {
      event.preventDefault();
      if (dragged) move(dragged, column.dataset.column ?? '');
    });
  }

  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select')) return;
    const all = cards();
    const here = all.indexOf(target.closest<HTMLElement>('[data-card]') as HTMLElement);
    const menu = all[here]?.querySelector<HTMLDetailsElement>('details');
    if (event.key === 'j') all[Math.min(here + 1, all.length - 1)]?.focus();
    else if (event.key === 'k') all[Math.max(here - 1, 0)]?.focus();
    else if (event.key === 'm' && menu) {
      menu.open = true;
      menu.querySelector<HTMLElement>('form button:not([hidden])')?.focus();
    } else if (event.key === 'Escape' && menu?.open) {
      menu.open = false;
      all[here].focus();
    } else if (event.key === '/') document.querySelector<HTMLElement>('#staff-q')?.focus();
    else return;
    event.preventDefault();
  });
}
