import { parseBoundedJsonInTurns } from '@receptorjs/bounded-json';
import { UnsafeFileError } from '../errors.js';

/** A mapping as it stands in a JSON file. */
export type JsonMapping = Readonly<Record<string, unknown>>;

/**
 * The mapping in a JSON file that others may have made; a large one is parsed in turns with other work of the process.
 *
 * @param path what an error calls it
 * @throws {UnsafeFileError} when it is no JSON, is nested too deeply or holds too many values, or is no mapping
 */
export async function jsonMappingOf(text: string, path: string): Promise<JsonMapping> {
  const value = await jsonOf(text, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnsafeFileError(path, 'it must hold a JSON mapping, and holds something else');
  return value as JsonMapping;
}

async function jsonOf(text: string, path: string): Promise<unknown> {
  try {
    return await parseBoundedJsonInTurns(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw new UnsafeFileError(path, `it must hold a JSON mapping (${why})`, { cause });
  }
}
