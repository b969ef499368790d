// The tablets page follows what happens on the tablets. While a list is open or a field is in use it keeps still.

export {};

const LOOK_EVERY_MS = 3000;
const list = document.querySelector<HTMLElement>('[data-live]');
if (list) setInterval(() => refresh(list), LOOK_EVERY_MS);

async function refresh(list: HTMLElement) {
  if (document.visibilityState === 'hidden' || isInUse(list)) return;
  const answer = await fetch('/staff/tablets', { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok || answer.redirected || isInUse(list)) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const news = page.querySelector('[data-live]');
  if (news && news.innerHTML !== list.innerHTML) list.replaceChildren(...news.childNodes);
}

const isInUse = (list: HTMLElement) =>
  list.contains(document.activeElement) ||
  list.querySelector('details[open]') !== null ||
  [...list.querySelectorAll('select')].some((select) => select.value !== '');
