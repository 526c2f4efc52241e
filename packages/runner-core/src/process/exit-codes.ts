import { constants } from 'node:os';
import type { ProcessEnd } from './terminal/terminal-process.js';

/** `rc` of a run that was ended: canceled, timed out, or given up because a handler threw. */
export const RC_ENDED = 254;

/** `rc` of a run whose executable does not exist. */
export const RC_NOT_FOUND = 127;

/** `rc` of a process: its exit status, or 128 + n when signal n ended it, as shells have it. */
export function exitCode(end: ProcessEnd): number {
  if (end.signal !== null) return 128 + constants.signals[end.signal];
  return end.code ?? RC_ENDED;
}
