import { parseBoundedJson } from '@receptorjs/bounded-json';
import { CommandError } from './errors.js';

/** Starts of lines that are tried; JSON of these commands stands at the beginning of one, after warnings. */
const MAX_TRIES = 1000;
/** Characters that may be parsed in vain: so many times those of the output, and this many. */
const MAX_TRIED_LENGTHS = 8;
const FREE_CHARACTERS = 1024 * 1024;

/**
 * Reads the JSON object in a command's output, whatever is said before and after it: on a terminal that may be warnings.
 *
 * @throws {CommandError} when there is none.
 */
export function readJsonObject(output: string): Readonly<Record<string, unknown>> {
  let tries = 0;
  let left = output.length * MAX_TRIED_LENGTHS + FREE_CHARACTERS;
  for (const { index } of output.matchAll(/^[ \t]*\{/gm)) {
    left -= output.length - index;
    if (++tries > MAX_TRIES || left < 0) break;
    const found =
      parsed(output.slice(index)) ?? parsed(output.slice(index, output.lastIndexOf('\n}') + 2));
    if (found !== undefined) return found;
  }
  throw new CommandError(
    'unreadable-response',
    `The command's output holds no JSON object; it begins with ${JSON.stringify(output.slice(0, 200))}.`,
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = parseBoundedJson(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
