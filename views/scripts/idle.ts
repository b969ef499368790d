// Counter tablet: nobody touches the screen, so ask, count down, and wipe. A page that is left is wiped as well.

export {};

const SECOND_MS = 1000;
/** "I need more time" waits this many times longer, as often as asked. */
const MORE_TIME = 5;

const dialog = document.querySelector<HTMLDialogElement>('dialog[data-idle]');
if (dialog) watch(dialog);

function watch(dialog: HTMLDialogElement) {
  const after = Number(dialog.dataset.after) * SECOND_MS;
  const countdown = Number(dialog.dataset.countdown);
  const count = dialog.querySelector<HTMLElement>('[data-idle-count]')!;
  let timer: ReturnType<typeof setTimeout>;
  let patience = after;

  function rest() {
    clearTimeout(timer);
    if (dialog.open) dialog.close();
    timer = setTimeout(() => warn(countdown), patience);
  }

  function warn(secondsLeft: number) {
    if (!dialog.open) dialog.showModal();
    count.textContent = String(secondsLeft);
    timer = setTimeout(() => (secondsLeft > 1 ? warn(secondsLeft - 1) : leave()), SECOND_MS);
  }

  async function leave() {
    wipe();
    const answer = await fetch(dialog.dataset.url ?? '', { method: 'POST' }).catch(() => null);
    location.replace(answer?.redirected ? answer.url : '/kiosk');
  }

  for (const name of ['pointerdown', 'keydown', 'input', 'wheel']) {
    addEventListener(name, () => !dialog.open && rest(), { passive: true });
  }
  dialog.querySelector('[data-idle-stay]')?.addEventListener('click', rest);
  dialog.querySelector('[data-idle-more]')?.addEventListener('click', () => {
    patience = after * MORE_TIME;
    rest();
  });
  dialog.addEventListener('cancel', rest);
  rest();
}

function wipe() {
  for (const form of document.forms) form.reset();
  for (const input of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'input:not([type=hidden]), textarea',
  )) {
    input.value = '';
  }
}

addEventListener('pagehide', wipe);
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
