import { nearestName } from '@receptorjs/validation';
import { place } from './file/items.js';
import type { Origin } from './file/items.js';

/** What kind of mistake a {@link ConfigError} speaks of. */
export type ConfigErrorCode =
  | 'config-unknown-action'
  | 'config-unknown-field'
  | 'config-bad-value'
  | 'config-missing-field'
  | 'config-bare-value'
  | 'config-repeated'
  | 'config-exclusive'
  | 'config-unknown-name'
  | 'config-not-reloadable'
  | 'config-file'
  | 'config-usage';

/** Longest message, in UTF-16 units; longer ones are cut. */
const MAX_MESSAGE = 4_000;

const oneLine = (text: string): string => {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
};

/**
 * A mistake in the command line or in a configuration file. Its message is one line that names the
 * action, the field and what is allowed, with the texts of the original in front
 * (`Error: ` before it is the caller's). Nothing has been started when it is thrown.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Where the mistake stands, as far as it has a place. */
  readonly origin: Origin | undefined;
  /** The message without the place. */
  readonly plain: string;

  constructor(
    readonly code: ConfigErrorCode,
    message: string,
    options: { cause?: unknown; origin?: Origin; plain?: string } = {},
  ) {
    super(oneLine(message), 'cause' in options ? { cause: options.cause } : undefined);
    this.origin = options.origin;
    this.plain = oneLine(options.plain ?? message);
  }

  /** `FILE:LINE:COLUMN: what is wrong`, as editors and compilers print it; without a file only what is wrong. */
  get listing(): string {
    const at = this.origin;
    return at === undefined || at === 'command line'
      ? this.plain
      : `${at.file}:${at.line}:${at.column}: ${this.plain}`;
  }
}

/** Takes a mistake: throws it, or keeps it and lets the reading go on. */
export type Report = (mistake: ConfigError) => void;

/** Gives up at the first mistake. */
export const throwing: Report = (mistake) => {
  throw mistake;
};

/** Puts a message together: `INTRO TEXT (FILE:LINE) (HINT)`. */
export function mistake(
  code: ConfigErrorCode,
  origin: Origin,
  parts: { intro?: string; text: string; hint?: string; cause?: unknown },
): ConfigError {
  const hint = parts.hint === undefined ? '' : ` (${parts.hint})`;
  return new ConfigError(code, `${parts.intro ?? ''}${parts.text}${place(origin)}${hint}`, {
    origin,
    plain: `${parts.text}${hint}`,
    cause: parts.cause,
  });
}

/** `did you mean tcp-peer? `, for a name that is nearly one of the known ones; else nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? '' : `did you mean ${nearest}? `;
}
