/** Levels in the order of their severity. */
export const levels = ['error', 'warning', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

/** Where the parts of the daemon write what happens. */
export type Log = Readonly<Record<Level, (message: string) => void>> & {
  /** Whether lines of a level are written; default: all are. */
  readonly enabled?: (level: Level) => boolean;
};

/** A log whose least severe level can be changed. */
export interface LevelledLog extends Log {
  setLevel(least: Level): void;
  readonly level: Level;
}

/** Writes one event: a line with its end. */
export type LineFormat = (level: Level, at: Date, message: string) => string;

const two = (value: number): string => String(value).padStart(2, '0');

/** `2021/07/22 22:40:36` in local time. */
export function timestamp(at: Date): string {
  const date = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Lines such as `INFO 2021/07/22 22:40:36 Initialization complete`, as the original writes them. */
export const classicLine: LineFormat = (level, at, message) =>
  `${level.toUpperCase()} ${timestamp(at)} ${visible(message)}\n`;

/** The same lines behind the priority by which journald knows their level, as `sd-daemon(3)` says. */
export const journalLine: LineFormat = (level, at, message) =>
  `<${PRIORITIES[level]}>${classicLine(level, at, message)}`;

const PRIORITIES: Readonly<Record<Level, number>> = { error: 3, warning: 4, info: 6, debug: 7 };

/** Lines of JSON: `time` (UTC), `level`, `node`, `message`. */
export const jsonLine =
  (node: string): LineFormat =>
  (level, at, message) =>
    `${JSON.stringify({ time: at.toISOString(), level, node, message: shortened(message) })}\n`;

/**
 * A log of one line for each event. Control characters in a message are made visible: what peers send does not steer terminals.
 *
 * @param first the least severe level that is written until it is changed
 * @param write takes one line with its end
 */
export function lineLog(
  first: Level,
  write: (line: string) => void,
  { format = classicLine, now = () => new Date() }: { format?: LineFormat; now?: () => Date } = {},
): LevelledLog {
  let least = levels.indexOf(first);
  const writer = (level: Level) => (message: string) => {
    if (levels.indexOf(level) > least) return;
    write(format(level, now(), message));
  };
  return {
    error: writer('error'),
    warning: writer('warning'),
    info: writer('info'),
    debug: writer('debug'),
    enabled: (level) => levels.indexOf(level) <= least,
    setLevel: (level) => {
      least = levels.indexOf(level);
    },
    get level() {
      return levels[least] ?? first;
    },
  };
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The longest message, in characters; what is longer is cut. */
const MAX_MESSAGE = 4_096;

const shortened = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message;

function visible(message: string): string {
  return shortened(message).replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (control) => escapes[control] ?? `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
