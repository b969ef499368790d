// Counter tablet: what staff show, change or take away is on the screen within seconds; the last page clears itself.

export {};

const LOOK_EVERY_MS = 2000;
/** Looks in a row without an answer before the page says that the connection is lost. */
const LOST_AFTER = 2;
const SECOND_MS = 1000;
const START = '/kiosk';

interface State {
  session: string;
  page: string;
  help?: string | null;
}

const watched = document.querySelector<HTMLElement>('[data-watch]');
if (watched) watch(watched);

async function watch(element: HTMLElement) {
  const { watch: url = '', session, belongs, home } = element.dataset;
  const offline = document.querySelector<HTMLElement>('[data-offline]');
  let lost = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const state = await look(url);
    lost = state ? 0 : lost + 1;
    if (offline) offline.hidden = lost < LOST_AFTER;
    if (!state) continue;
    if (state.session !== session) return location.replace(START);
    if (belongs && state.page !== belongs) return location.replace(home === 'yes' ? START : state.page);
    say(state.help);
  }
}

async function look(url: string): Promise<State | null> {
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' }, cache: 'no-store' });
    // A forgotten tablet is sent to the page that pairs it.
    if (answer.redirected) location.replace(answer.url);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function say(help: string | null | undefined) {
  const status = document.querySelector<HTMLElement>('[data-help]');
  if (!help || !status || status.textContent === help) return;
  status.textContent = help;
  document.querySelector('[data-help-label]')!.textContent = help;
  document.querySelector('[data-help-button]')!.classList.add('is-called');
}

// A link leaves no step in the history behind it: there is no way back to the customer before.
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]');
  if (!link || link.target || link.origin !== location.origin || link.pathname === location.pathname) return;
  event.preventDefault();
  location.replace(link.href);
});

// Calling for help must not lose what was entered.
document.addEventListener('submit', async (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches('[data-call]')) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: 'POST', headers: { accept: 'application/json' } }).catch(
    () => null,
  );
  if (answer?.ok) say(((await answer.json()) as State).help);
});

const last = document.querySelector<HTMLFormElement>('form[data-clear-after]');
if (last) clearAfter(last, Number(last.dataset.clearAfter) * SECOND_MS);

function clearAfter(form: HTMLFormElement, wait: number) {
  let timer = setTimeout(() => form.requestSubmit(), wait);
  for (const name of ['pointerdown', 'keydown']) {
    addEventListener(name, () => {
      clearTimeout(timer);
      timer = setTimeout(() => form.requestSubmit(), wait);
    });
  }
}
