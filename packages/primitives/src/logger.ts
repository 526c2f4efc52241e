/** Where log lines go. Any object with these methods will do. */
export interface Logger {
  /** Something that was asked for could not be done. */
  error(message: string): void;
  /** Something is wrong, and the work goes on. */
  warning(message: string): void;
  /** What happens in ordinary work. */
  info(message: string): void;
  /** Details for finding a fault. */
  debug(message: string): void;
  /** Whether lines of a level go anywhere: what would be costly to write is not made where they do not. Default: all do. */
  enabled?(level: 'error' | 'warning' | 'info' | 'debug'): boolean;
}

/** Writes nothing. */
export const silentLogger: Logger = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
