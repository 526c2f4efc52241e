import { readFileSync } from 'node:fs';

/**
 * Environment variable for tests: `1` keeps this process, and those it starts, from everything that only Linux has, so that
 * they work as on macOS and the BSDs.
 */
export const PORTABLE_VARIABLE = 'RECEPTORJS_PORTABLE';

/** Whether what only Linux has may be used: on Linux, unless {@link PORTABLE_VARIABLE} forbids it. */
export function mayUseLinux(): boolean {
  return process.platform === 'linux' && process.env[PORTABLE_VARIABLE] !== '1';
}

/** Whether processes are read from `/proc`: where one is mounted that has the form of Linux'. */
export function hasProc(): boolean {
  if (!mayUseLinux()) return false;
  isMounted ??= readsOwnStat();
  return isMounted;
}

/** Whether such a `/proc` is mounted, which is asked for each unit; written by `hasProc` only. */
let isMounted: boolean | undefined;

function readsOwnStat(): boolean {
  try {
    return readFileSync('/proc/self/stat', 'latin1').startsWith(`${process.pid} (`);
  } catch {
    return false;
  }
}
