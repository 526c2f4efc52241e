import { errorText } from '@receptorjs/primitives';
import { ConfigurationError } from '../errors.js';

/**
 * A value as JSON with blanks after commas and colons, as Python writes it: what reads files and streams of the original looks
 * for `"status": "error"`.
 *
 * @throws {TypeError} when JSON can't hold it.
 */
export function spacedJson(value: object): string {
  // In JSON an end of line stands between values only, and texts have none.
  return JSON.stringify(value, undefined, 1).replace(/,\n */g, ', ').replace(/\n */g, '');
}

/**
 * A value as JSON.
 *
 * @param name what an error calls it
 * @throws {ConfigurationError} when JSON can't hold it.
 */
export function jsonText(value: object, name: string): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ConfigurationError(`${name} must be what JSON can hold: ${errorText(cause)}.`, {
      cause,
    });
  }
}
