import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
const KEY = 'theme';
const DARK = 'pf-v6-theme-dark';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

/** What somebody chose here before, else what their system says. */
function theme(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return system.matches ? 'dark' : 'light';
}

/** Shows the page in its theme, and from now on in that which is chosen. */
export function applyTheme(): void {
  const show = (): void => {
    document.documentElement.classList.toggle(DARK, theme() === 'dark');
    for (const listener of listeners) listener();
  };
  show();
  system.addEventListener('change', show);
  window.addEventListener('storage', show);
}

function choose(chosen: Theme): void {
  // what the system says anyway is left to it
  if (chosen === (system.matches ? 'dark' : 'light')) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  window.dispatchEvent(new StorageEvent('storage'));
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The theme that is shown, and how another is chosen. */
export function useTheme(): [Theme, (chosen: Theme) => void] {
  return [useSyncExternalStore(subscribe, theme), choose];
}
