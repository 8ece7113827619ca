/** Light or dark: what the system says, until the reader chooses. */
import { byId } from './dom.js';

const memory = 'grespec-report-theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? systemIsDark.matches : chosen === 'dark';
}

function show(): void {
  // what it leads to
  byId('theme').textContent = isDark() ? 'Light' : 'Dark';
}

export function toggleTheme(): void {
  const theme = isDark() ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = theme;
  show();
  try {
    localStorage.setItem(memory, theme);
  } catch {
    // A page in a sandbox may not remember anything.
  }
}

export function startTheme(): void {
  try {
    const theme = localStorage.getItem(memory);
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
  } catch {
    // As above: the choice of the system stands.
  }
  systemIsDark.addEventListener('change', show);
  byId('theme').addEventListener('click', toggleTheme);
  show();
}
