/** Called with a sentence when something is waited for longer than a second, and when that is over. */
export type OnWaiting = (sentence: string) => void;

/** Waits that are shorter, in milliseconds, are not worth a word. */
export const SILENT_WAIT_MS = 1_000;

/** Runs something that may have to wait, and says what it waits for when that takes more than a second. */
export async function reportWaiting<T>(
  what: string,
  onWaiting: OnWaiting | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (onWaiting === undefined) return run();
  const timer = setTimeout(() => onWaiting(`Waiting for ${what}.`), SILENT_WAIT_MS);
  try {
    return await run();
  } finally {
    clearTimeout(timer);
  }
}

/** `15 s`, `2 min`, `1 h`: a limit as a sentence has it. */
export function limitText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
