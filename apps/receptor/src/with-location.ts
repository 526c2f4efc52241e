import { errorText } from '@receptorjs/primitives';
import { isAbsolute } from 'node:path';
import { type Action } from '@receptorjs/receptor-config';
import { place } from '@receptorjs/receptor-config/internal';

/**
 * A failure of what an action has started, as one sentence for people: what went wrong, where the action stands, and what may
 * be done about it where the error knows.
 */
export function withLocation(error: unknown, { origin }: Pick<Action, 'origin'>): Error {
  const text = `${errorText(error)}${relation(error)}${place(origin)}${hintOf(error)}`;
  return new Error(text, { cause: error });
}

/** How many causes of an error are looked at. */
const MAX_CAUSES = 5;

/** What a path that does not exist is relative to, to stand behind an error about it; nothing for others. */
export function relation(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    if (isMissing && path !== undefined) {
      return isAbsolute(path) ? '' : ` (relative to ${process.cwd()})`;
    }
    cause = cause.cause;
  }
  return '';
}

function hintOf(error: unknown): string {
  const hint = error instanceof Error && 'hint' in error ? error.hint : undefined;
  return typeof hint === 'string' ? ` (${hint})` : '';
}
