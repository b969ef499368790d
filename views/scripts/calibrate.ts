// Real size: a bank card beside the screen tells how large a millimetre is on it. Loaded when it is asked for.

const CARD_MM = { long: 85.6, short: 53.98 };
/** CSS pixels in a millimetre: the guess to start from on a desk and in a hand, and what screens lie between. */
const GUESS = { desk: 96 / 25.4, hand: 6 };
const LEAST = 2.4;
const MOST = 7.4;

/**
 * Shows the dialog and hands over the device pixels of a millimetre: CSS pixels grow with the browser's own zoom,
 * those of the screen do not. A screen that is too narrow for the long side of a card is held against the short one.
 */
export function calibrate(dialog: HTMLDialogElement, known: number | null, done: (found: number) => void) {
  const card = dialog.querySelector<HTMLElement>('[data-card]')!;
  const range = dialog.querySelector<HTMLInputElement>('[data-card-range]')!;
  dialog.showModal();
  const room = card.parentElement!.clientWidth;
  const isHand = matchMedia('(pointer: coarse)').matches && Math.min(screen.width, screen.height) < 600;
  const side = isHand || CARD_MM.long * GUESS.desk > room ? 'short' : 'long';
  for (const text of dialog.querySelectorAll<HTMLElement>('[data-card-side]'))
    text.hidden = text.dataset.cardSide !== side;
  const mm = CARD_MM[side];
  range.min = String(Math.round(mm * LEAST));
  range.max = String(Math.floor(Math.min(room, mm * MOST)));
  const start = known ? known / devicePixelRatio : isHand ? GUESS.hand : GUESS.desk;
  range.value = String(Math.round(mm * start));

  const draw = () => {
    card.style.width = `${range.value}px`;
    card.style.height = `${Math.min(Number(range.value) * (CARD_MM.short / CARD_MM.long), innerHeight / 3)}px`;
  };
  draw();
  range.oninput = draw;
  for (const button of dialog.querySelectorAll<HTMLElement>('[data-card-size]')) {
    button.onclick = () => {
      range.value = String(Number(range.value) + Number(button.dataset.cardSize));
      draw();
    };
  }
  dialog.querySelector<HTMLElement>('[data-card-done]')!.onclick = () => dialog.close();
  dialog.onclose = () => done((Number(range.value) / mm) * devicePixelRatio);
}
