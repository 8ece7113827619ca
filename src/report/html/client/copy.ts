/** Buttons that copy a text. */
import { byId, el } from './dom.js';

export function copyButton(label: string, text: string, key?: string): HTMLButtonElement {
  const button = el('button', { type: 'button', class: 'copy', 'aria-keyshortcuts': key }, label);
  button.addEventListener('click', () => {
    void copy(text).then((done) => {
      button.textContent = done ? 'copied' : 'select it and press Ctrl+C';
      byId('said').textContent = done ? 'copied' : 'copying is not allowed here';
      setTimeout(() => (button.textContent = label), 1500);
    });
  });
  return button;
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** For pages that come from a file or over plain HTTP, where some browsers keep the clipboard closed. */
function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const field = el('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
