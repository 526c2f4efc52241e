import { readFileSync } from 'node:fs';

/** Read once: nothing in a daemon changes it. Written by `ownUmask` only. */
let known: string | undefined;

/**
 * The umask of this process in octal digits; empty where the system does not tell it without changing it, as Node.js would have to.
 */
export function ownUmask(): string {
  known ??= readUmask();
  return known;
}

function readUmask(): string {
  try {
    return /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
