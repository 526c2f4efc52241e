import type { Logger } from '../logger.js';
import { oneLine } from '../wire/one-line.js';
import { Permits } from './permits.js';

/** How many lines of a level are written; peers cause many of them. */
const BOUNDS = { burst: 1000, perSecond: 20 };

/**
 * A log that others may write into by what they send: a line stays one line whatever is in a name, and a flood of lines is
 * cut off, which the next line after it says.
 *
 * @param wallTime - The clock by which lines are counted, in milliseconds.
 */
export function guardedLog(log: Logger, wallTime: () => number): Logger {
  const guard = (level: keyof Logger): ((message: string) => void) => {
    const permits = new Permits();
    let leftOut = 0;
    return (message) => {
      if (!permits.take(wallTime(), 1, BOUNDS)) {
        leftOut++;
        return;
      }
      if (leftOut > 0) log[level](`${leftOut} lines were left out`);
      leftOut = 0;
      log[level](oneLine(message));
    };
  };
  return {
    error: guard('error'),
    warning: guard('warning'),
    info: guard('info'),
    debug: guard('debug'),
  };
}
