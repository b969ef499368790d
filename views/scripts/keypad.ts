// The number pad beside a code field; without it the field is typed into.

export {};

for (const pad of document.querySelectorAll<HTMLElement>('[data-keypad]')) {
  const field = document.getElementById(pad.dataset.keypad ?? '') as HTMLInputElement | null;
  pad.hidden = false;
  pad.addEventListener('click', (event) => {
    const key = (event.target as Element).closest<HTMLElement>('[data-key]')?.dataset.key;
    if (!field || !key) return;
    field.value =
      key === 'back' ? field.value.slice(0, -1) : `${field.value}${key}`.slice(0, field.maxLength);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    if (field.value.length === field.maxLength && pad.dataset.send === 'full') field.form?.requestSubmit();
  });
}
