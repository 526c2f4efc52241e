import { CommandError } from './errors.js';

/** Starts of lines that are tried; JSON of these commands stands at the beginning of one, after warnings. */
const MAX_TRIES = 1000;

/**
 * Reads the JSON object in a command's output, whatever is said before and after it: on a terminal that may be warnings.
 *
 * @throws CommandError when there is none.
 */
export function readJsonObject(output: string): Readonly<Record<string, unknown>> {
  let tries = 0;
  for (const { index } of output.matchAll(/^\s*\{/gm)) {
    if (++tries > MAX_TRIES) break;
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
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
