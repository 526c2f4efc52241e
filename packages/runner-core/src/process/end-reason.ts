import { stripVTControlCharacters } from 'node:util';
import type { ProcessEnd } from './terminal/terminal-process.js';

/** How Ansible's commands begin the message they end with: of any version, and for words they do not know. */
const ERROR = /^(?:ERROR! |\[ERROR\]: |ansible[\w-]*: error: )(.*\S)/;
/** Lines and characters of the message that are taken. */
const MAX_LINES = 5;
const MAX_CHARACTERS = 500;

/**
 * Why a job ended with an error before it came to a recap: the signal that ended it, or the last error that its output names.
 *
 * @param tail the end of what it printed
 */
export function endReason(end: ProcessEnd | undefined, tail: string): string | undefined {
  if (end?.signal) return `The job was ended by ${end.signal}, from outside of the runner.`;
  const lines = stripVTControlCharacters(tail).split(/\r*\n/);
  const at = lines.findLastIndex((line) => ERROR.test(line));
  const first = ERROR.exec(lines[at] ?? '')?.[1];
  if (first === undefined) return undefined;
  const rest = lines.slice(at + 1);
  const blank = rest.findIndex((line) => line.trim() === '');
  const message = [first, ...rest.slice(0, blank < 0 ? rest.length : blank)].slice(0, MAX_LINES);
  return message.join(' ').slice(0, MAX_CHARACTERS).trim();
}
