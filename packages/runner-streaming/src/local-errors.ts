import { StreamError } from './errors.js';

/** What the system says when this machine is full, broken or out of something; nothing that comes over a stream brings these about. */
const LOCAL = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Causes of an error that are looked at. */
const MAX_CAUSES = 5;

/** Whether an error, or what is below it, is about this machine, and not about what it was to take. */
export function isLocalError(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_CAUSES; depth += 1) {
    const { code } = at as NodeJS.ErrnoException;
    if (at instanceof StreamError ? at.code === 'no-space' : LOCAL.has(code ?? '')) return true;
    at = at.cause;
  }
  return false;
}
