import type { Logger } from '@receptorjs/primitives';
import { oneLine } from '../wire/one-line.js';
import { LineLimit } from './line-limit.js';

/** How many lines of a level are written; peers cause many of them. */
const BOUNDS = { burst: 1000, perSecond: 20 };

/**
 * A log that others may write into by what they send: a line stays one line whatever is in a name, and a flood of lines is
 * cut off, which the next line after it says.
 *
 * @param wallTime - The clock by which lines are counted, in milliseconds.
 */
export function guardedLog(log: Logger, wallTime: () => number): Logger {
  const guard = (level: 'error' | 'warning' | 'info' | 'debug'): ((message: string) => void) => {
    const limit = new LineLimit(BOUNDS);
    return (message) => {
      const leftOut = limit.take(wallTime());
      if (leftOut === undefined) return;
      if (leftOut > 0) log[level](`${leftOut} lines were left out`);
      log[level](oneLine(message));
    };
  };
  return {
    error: guard('error'),
    warning: guard('warning'),
    info: guard('info'),
    debug: guard('debug'),
    ...(log.enabled !== undefined && { enabled: (level) => log.enabled?.(level) ?? true }),
  };
}
