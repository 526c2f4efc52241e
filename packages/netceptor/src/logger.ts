/** Where a node writes its log lines. Any object with these methods will do. */
export interface Logger {
  error(message: string): void;
  warning(message: string): void;
  info(message: string): void;
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
