import { createContext, Script } from 'node:vm';

/** Longest time one search may take, in ms. Searches in a hundred characters take microseconds, but for patterns made badly. */
const LIMIT_MS = 250;

/** Searches a text; `undefined` when that took too long. */
export type BoundedMatch = (text: string) => RegExpExecArray | null | undefined;

/**
 * A search for a pattern that ends in bounded time, on a text that is short. A pattern whose cost can grow without bound, because
 * it repeats what repeats, is run where it can be interrupted, which costs a tenth of a millisecond each time.
 *
 * @param pattern as `fromPythonPattern` makes them: whatever is no quantifier is escaped
 */
export function boundedMatch(pattern: RegExp): BoundedMatch {
  if (isCheap(pattern.source)) return (text) => pattern.exec(text);
  const context: { pattern: RegExp; text: string } = { pattern, text: '' };
  createContext(context);
  const script = new Script('pattern.exec(text)');
  return (text) => {
    context.text = text;
    try {
      return script.runInContext(context, { timeout: LIMIT_MS }) as RegExpExecArray | null;
    } catch (error) {
      if (isTimeout(error)) return undefined;
      throw error;
    }
  };
}

/** It is an error of the other context, no `Error` of this one. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

const LAZY = /(?<=[*+?}])\?/g;
const REPEATED_GROUP = /\)[*+{]/;
const MANY = /[*+]|\{\d+,\d*\}/g;
const PERHAPS = /(?<!\()\?/g;

/** Whether at most two quantifiers repeat, neither of them a group, and few leave out. */
function isCheap(source: string): boolean {
  const plain = source.replace(LAZY, '');
  const count = (what: RegExp) => plain.match(what)?.length ?? 0;
  return !REPEATED_GROUP.test(plain) && count(MANY) <= 2 && count(PERHAPS) <= 4;
}
