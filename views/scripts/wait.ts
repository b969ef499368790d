// Follows work that is going on elsewhere, and goes to its result.
// The address in data-status-url answers JSON: { steps: { received: 'done', checked: 'now' }, sentence?, next? }.

export {};

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
const BACK_OFF = 1.25;

interface Status {
  steps?: Record<string, 'done' | 'now' | 'next'>;
  sentence?: string;
  next?: string;
}

const glyphs = { done: 'circle-check', now: 'registration', next: 'circle-dashed' };
const place = document.querySelector<HTMLElement>('[data-status-url]');
if (place) follow(place);

async function follow(place: HTMLElement) {
  const sentence = place.querySelector<HTMLElement>('[data-wait-sentence]');
  let wait = FIRST_WAIT_MS;
  let before = '';
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.visibilityState === 'hidden') continue;
    const status = await ask(place.dataset.statusUrl ?? '');
    if (!status) {
      if (sentence) sentence.textContent = place.dataset.connection ?? '';
      wait = Math.min(wait * BACK_OFF * 2, LONGEST_WAIT_MS);
      continue;
    }
    const now = JSON.stringify(status);
    wait = now === before ? Math.min(wait * BACK_OFF, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    if (now !== before) draw(place, sentence, status);
    before = now;
    if (status.next) {
      location.replace(status.next);
      return;
    }
  }
}

async function ask(url: string): Promise<Status | null> {
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' }, cache: 'no-store' });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function draw(place: HTMLElement, sentence: HTMLElement | null, status: Status) {
  if (sentence) sentence.textContent = status.sentence ?? '';
  for (const [key, state] of Object.entries(status.steps ?? {})) {
    const step = place.querySelector<HTMLElement>(`[data-step="${key}"]`);
    if (!step) continue;
    step.classList.toggle('is-done', state === 'done');
    step.classList.toggle('is-now', state === 'now');
    if (state === 'now') step.setAttribute('aria-current', 'step');
    else step.removeAttribute('aria-current');
    const use = step.querySelector('use');
    use?.setAttribute('href', `${use.getAttribute('href')?.split('#')[0]}#${glyphs[state]}`);
  }
}
