import type { Log } from './log.js';

/** For how long a warning that comes again is counted instead of written, in milliseconds. */
const WINDOW_MS = 60_000;
/** The most warnings that are remembered; the oldest is forgotten first. */
const MAX_REMEMBERED = 1_000;
/** Ports from here on are those that systems choose for outgoing connections: another one each time. */
const FIRST_DYNAMIC_PORT = 32_768;

/**
 * A log for links, whose dialers try again and again: a warning or error that was written within the last minute is counted, and the
 * count stands behind the next one. Those that differ by the port of the peer's end alone count as one. A link that comes up ends it,
 * for all but rejections: what happens after is written.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function withoutRepeats(log: Log, now: () => number = () => performance.now()): Log {
  const remembered = new Map<string, { until: number; repeats: number }>();
  const once = (write: (message: string) => void) => (message: string) => {
    const key = keyOf(message);
    const earlier = remembered.get(key);
    if (earlier !== undefined && now() < earlier.until) {
      earlier.repeats += 1;
      return;
    }
    remembered.delete(key);
    remembered.set(key, { until: now() + WINDOW_MS, repeats: 0 });
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    const repeats = earlier?.repeats ?? 0;
    write(repeats === 0 ? message : `${message} (${repeats} more since the last such line)`);
  };
  const forget = (): void => {
    for (const key of remembered.keys()) if (!isRejection(key)) remembered.delete(key);
  };
  return {
    error: once(log.error),
    warning: once(log.warning),
    info: (message) => {
      if (message.startsWith('Connection established')) forget();
      log.info(message);
    },
    debug: log.debug,
    enabled: log.enabled,
  };
}

/** A peer that is rejected was connected for a moment, each time. */
const isRejection = (message: string): boolean => /reject/i.test(message);

const keyOf = (message: string): string =>
  message.replace(/:(\d{5})\b/g, (whole, port) =>
    Number(port) < FIRST_DYNAMIC_PORT ? whole : ':*',
  );
