/** Where log lines go. */
export interface Logger {
  /** Something that was asked for could not be done. */
  error(message: string): void;
  /** Something is wrong, and the work goes on. */
  warning(message: string): void;
  /** What happens in ordinary work. */
  info(message: string): void;
  /** Details for finding a fault. */
  debug(message: string): void;
}
