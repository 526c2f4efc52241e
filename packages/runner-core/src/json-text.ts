import { ConfigurationError } from './errors.js';

/**
 * A value as JSON.
 *
 * @param name what an error calls it
 * @throws ConfigurationError when JSON can't hold it.
 */
export function jsonText(value: object, name: string): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ConfigurationError(
      `${name} must be what JSON can hold: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}
