import type { Log } from './log.js';

/** Refusals of one service that are logged within {@link WINDOW_MS}; the others are counted. */
const MAX_LINES = 20;
const WINDOW_MS = 60_000;

/**
 * Logs why streams to a service were refused: the dialer alone would know otherwise. A dialer that tries again and again does not
 * fill the log.
 */
export function refusalLog(
  service: string,
  log: Log,
  now: () => number = () => performance.now(),
): (error: Error, from: { readonly remoteNode: string }) => void {
  let windowEnds = -Infinity;
  let refused = 0;
  return ({ message }, { remoteNode }) => {
    if (now() >= windowEnds) {
      if (refused > MAX_LINES) {
        log.warning(`Refused ${refused - MAX_LINES} more streams to ${service} in the last minute`);
      }
      windowEnds = now() + WINDOW_MS;
      refused = 0;
    }
    refused += 1;
    if (refused <= MAX_LINES) {
      log.warning(`Refused a stream of ${remoteNode} to ${service}: ${message}`);
    }
  };
}
